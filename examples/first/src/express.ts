import { allow, getAuth, requireAuth } from '@torii/express';
import express from 'express';

const app = express();
const isAdmin = allow((auth) => auth.organization?.role === 'org:administrator');

app.use(requireAuth({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] })); // https://acme.torii.so, from your dashboard
app.get('/health', (_req, res) => void res.send('ok'));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
app.delete('/cache', isAdmin, (_req, res) => void res.send('cleared'));

app.listen(3000);
