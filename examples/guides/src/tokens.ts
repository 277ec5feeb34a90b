import { allow, type Check, getAuth, refuse, requireAuth } from '@torii/express';
import express from 'express';

const app = express();
app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));

app.get('/me', (req, res) => {
  const { userId, organization, emailVerified, impersonating, actor } = getAuth(req);
  res.json({ userId, organization, emailVerified, impersonating, actedBy: actor?.userId });
});

const hasVerifiedEmail: Check = (auth) => auth.emailVerified || refuse('Verify your email address first.');
const isNotImpersonated: Check = (auth) => !auth.impersonating || refuse('Not while you act as another user.');

app.post('/payouts', allow(hasVerifiedEmail, isNotImpersonated), (req, res) => {
  res.status(201).json({ paidTo: getAuth(req).userId });
});

export const server = app.listen(Number(process.env.PORT ?? 3000));
