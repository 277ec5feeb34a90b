import type { AddressInfo } from 'node:net';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { appRouter } from './app-router.ts';
import { createContext, responseMeta } from './recipe.ts';

const server = createHTTPServer({ router: appRouter, createContext, responseMeta });
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`tRPC listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
