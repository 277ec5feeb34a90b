import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An issuer that only publishes its keys. */
export interface KeyServer {
  readonly issuer: string;
  /** How many seconds its clock is ahead of this machine's. */
  clockAheadSeconds: number;
  /** How long a cache has kept the response (the `Age` header). */
  ageSeconds: number;
  /** The number of requests. */
  asked: number;
  stop(): void;
}

export async function startKeyServer(keys: readonly object[]): Promise<KeyServer> {
  const server = createServer((request, response) => {
    state.asked += 1;
    const date = new Date(Date.now() + (state.clockAheadSeconds - state.ageSeconds) * 1000).toUTCString();
    const isKnown = request.url === '/_torii/.well-known/jwks.json';
    response
      .writeHead(isKnown ? 200 : 404, { date, age: String(state.ageSeconds), 'content-type': 'application/json' })
      .end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: KeyServer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clockAheadSeconds: 0,
    ageSeconds: 0,
    asked: 0,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return state;
}
