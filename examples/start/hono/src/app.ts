import { Hono } from 'hono';
import { me } from './me.ts';

export const app = new Hono();

app.get('/', (c) => c.json({ hello: 'This route is public. GET /me needs a token.' }));

app.route('/', me);
