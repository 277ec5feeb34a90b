import express, { type Express } from 'express';
import { me } from './me.ts';

export const app: Express = express();

app.get('/', (_req, res) => {
  res.json({ hello: 'This route is public. GET /me needs a token.' });
});

app.use(me);
