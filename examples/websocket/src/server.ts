import { webhookHandler } from '@torii/express/webhooks';
import { createRevocations, memoryFeed } from '@torii/revocation';
import express from 'express';
import { serveChat } from './chat.ts';

const { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, TORII_WEBHOOK_SECRET: secret } = process.env;
const { ORIGINS = 'http://localhost:3000', PORT = '3000' } = process.env;

// `memoryFeed` works for one process. With several, use `redisFeed` or `natsFeed`, so that each process closes its sockets.
const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });

const app = express();
// A ban, a deletion or a revoked session at Torii closes the sockets of the user.
app.post('/webhooks', webhookHandler({ secret, revocations }));

const server = app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`The chat listens on ws://127.0.0.1:${address?.port}/chat`);
});
serveChat(server, { issuer, revocations, origins: ORIGINS.split(',') });
