import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { makeKey, mint, type SigningKey } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';

// Two tenants, each with a real issuer, and an issuer that no tenant has.

interface Issuer {
  readonly url: string;
  readonly key: SigningKey;
  readonly requests: string[];
  readonly server: Server;
}

let issuers: readonly [Issuer, Issuer, Issuer];
beforeAll(async () => {
  issuers = [await startIssuer(), await startIssuer(), await startIssuer()];
});
afterAll(() => {
  for (const { server } of issuers) server.close();
});

async function startIssuer(): Promise<Issuer> {
  const key = await makeKey();
  const requests: string[] = [];
  const server = createServer((req, res) => {
    requests.push(String(req.url));
    res.setHeader('connection', 'close').end(JSON.stringify({ keys: [key.publicJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, key, requests, server };
}

test('[3] [5] [6] serves the tenants of a table, and asks nothing of an issuer that is not in it', async () => {
  const [acme, globex, evil] = issuers;
  const table = new Map([acme, globex].map(({ url }) => [url, { issuer: url, environmentId: 'env_1' }]));
  const verifier = createVerifier({ issuer: { approve: async (issuer) => table.get(issuer) } });
  const ask = async ({ url }: Issuer, { key }: Issuer, pid = 'env_1') =>
    outcomeOf(verifier.verify(await mint(key, { iss: url, pid })));

  expect(await ask(acme, acme)).toBe('accepted');
  expect(await ask(globex, globex)).toBe('accepted');
  expect(await ask(acme, globex)).toBe('signature_invalid');
  expect(await ask(acme, evil)).toBe('signature_invalid');
  expect(await ask(globex, globex, 'env_2')).toBe('environment_refused');
  expect(await ask(evil, evil)).toBe('issuer_refused');
  expect(issuers.map(({ requests }) => requests)).toEqual([
    ['/_torii/.well-known/jwks.json'],
    ['/_torii/.well-known/jwks.json'],
    [],
  ]);
});
