import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier } from '@torii/core';
import { createRevocations, memoryFeed } from '@torii/revocation';
import { serveChat } from './chat.ts';

const issuer = process.env.TORII_ISSUER;
const environmentId = process.env.TORII_ENVIRONMENT_ID;
const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });

const server = createServer();
serveChat(server, createVerifier({ issuer, revocations }), revocations);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`Socket.IO listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
