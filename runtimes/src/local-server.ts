// A server on loopback: key endpoints, some of which misbehave, a REST API with one user, and stores of revocations.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeKey, type SigningKey } from './issuer.ts';
import { RevocationStore } from './revocation-store.ts';

export const secretKey = 'sk_test_matrix';

export interface LocalServer {
  readonly origin: string;
  /** The key that signs for every issuer of this server: `${origin}/good`, `${origin}/slow/2`, … */
  readonly key: SigningKey;
  /** The number of requests for the keys of an issuer. */
  fetchesOf(issuer: string): number;
  readonly stores: RevocationStore;
  close(): void;
}

/** How a key endpoint behaves: the first segment of the issuer's path. */
export type Way = keyof typeof ways;

/**
 * The delay of a slow key endpoint. Long enough for the request to end before the response, and far below core's
 * timeout of 5 s, so that the fetch does not time out on a slow machine.
 */
const slowMs = 300;

const ways = {
  good: (response: ServerResponse, set: string) => response.end(set),
  slow: (response: ServerResponse, set: string) => setTimeout(() => response.end(set), slowMs),
  redirect: (response: ServerResponse) =>
    response.writeHead(302, { location: '/good/_torii/.well-known/jwks.json' }).end(),
  missing: (response: ServerResponse) => response.writeHead(404).end(),
  html: (response: ServerResponse) => response.end('<!doctype html>'),
  large: (response: ServerResponse, set: string) => response.end(set + ' '.repeat(600_000)),
  broken: (response: ServerResponse, set: string) => {
    response.writeHead(200, { 'content-length': set.length }).write(set.slice(0, 40), () => response.destroy());
  },
  silent: () => {},
};

export async function startLocalServer(): Promise<LocalServer> {
  const key = await makeKey('key-1');
  const set = JSON.stringify({ keys: [key.publicJwk] });
  const fetches = new Map<string, number>();

  const stores = new RevocationStore();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const issuer = path.replace(/\/_torii\/.*/, '');
    const [, way = ''] = issuer.split('/');
    fetches.set(issuer, (fetches.get(issuer) ?? 0) + 1);
    response.setHeader('content-type', 'application/json');
    if (way === 'store') void stores.answer(request, response);
    else if (isWay(way)) ways[way](response, set);
    else if (way === 'cut') cut(request, response);
    else {
      const isAuthorized = request.headers.authorization === `Bearer ${secretKey}`;
      response.end(JSON.stringify({ id: path.split('/').at(-1), isAuthorized }));
    }
  });
  const created = new Map<string, number>();

  /** Closes the connection after a POST, and answers a GET with the number of POSTs that named its user. */
  function cut(request: IncomingMessage, response: ServerResponse): void {
    const [asked = ''] = request.url?.split('/').slice(-1) ?? [];
    if (request.method === 'GET') return void response.end(JSON.stringify({ id: String(created.get(asked) ?? 0) }));
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { name }: { name: string } = JSON.parse(body);
      created.set(name, (created.get(name) ?? 0) + 1);
      response.destroy();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    key,
    stores,
    fetchesOf: (issuer) => fetches.get(issuer.slice(origin.length)) ?? 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isWay(text: string): text is Way {
  return Object.hasOwn(ways, text);
}
