import { allow, type Check, getAuth, requireAuth } from '@torii/express';
import express from 'express';
import { options } from './revocations.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

const app = express();

app.get('/', (_req, res) => {
  res.json({ hello: 'This route is public. GET /me needs a token.' });
});

// All routes below need a token.
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'], ...options }));

app.get('/me', (req, res) => {
  const { userId, environmentId, organization } = getAuth(req);
  res.json({ userId, environmentId, organization });
});

app.delete('/admin/cache', allow(isAdmin), (_req, res) => {
  res.json({ cleared: true });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`Express listens on http://127.0.0.1:${address?.port}`);
});
