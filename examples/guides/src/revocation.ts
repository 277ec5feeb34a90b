import { createToriiClient } from '@torii/api';
import { getAuth, requireAuth } from '@torii/express';
import { webhookHandler } from '@torii/express/webhooks';
import { createRevocations } from '@torii/revocation';
import { redisFeed } from '@torii/revocation/redis';
import express from 'express';
import { Redis } from 'ioredis';

const issuer = process.env.TORII_ISSUER;
const environmentId = process.env.TORII_ENVIRONMENT_ID; // the claim `pid` of your tokens: torii token decode
export const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
export const revocations = createRevocations({ issuer, environmentId, feed: redisFeed(redis) });

// Refuses revoked tokens. Also an option of createVerifier, createTokenVerifier, verifyToken and createToriiNext.
const app = express();
app.use(requireAuth({ issuer, revocations, publicPaths: ['/webhooks'] }));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

// Announces the bans that your code makes …
const { TORII_SECRET_KEY: secretKey, TORII_API_URL: apiUrl, TORII_WEBHOOK_SECRET: secret } = process.env;
const client = createToriiClient({ secretKey, apiUrl, revocations });
app.delete('/me', async (req, res) => {
  await client.users.delete(getAuth(req).userId);
  res.sendStatus(204);
});

// … and those that are made on Torii's dashboard, or by other code.
app.post('/webhooks', webhookHandler({ secret, revocations }));

export const server = app.listen(Number(process.env.PORT ?? 3000));
