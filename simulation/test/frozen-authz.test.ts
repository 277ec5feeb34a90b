import type { Auth } from '@torii/core';
import { beforeEach, expect, test } from 'vitest';
import { type Script, type ScriptedServer, startScript } from '../src/script.ts';
import type { Server } from '../src/world/network.ts';
import { issuerUrl, makeKey, mint } from './signing.ts';

const key = makeKey('main');
const hold =
  (permissions: readonly string[]): Server =>
  () => ({ status: 200, body: JSON.stringify({ permissions: { clerk: permissions } }) });
const [may, mayNot] = [hold(['x:get']), hold([])];
const hang: Server = () => 'hang';

let script: Script;
let store: ScriptedServer;
let can: () => Promise<unknown>;

beforeEach(async () => {
  script = await startScript('core', 'authz');
  script.serve(issuerUrl, () => ({ status: 200, body: JSON.stringify({ keys: [key.publicJwk] }) }));
  store = script.serve('https://store.test', may);
  const { core, authz: product } = script.product;
  const verifier = core.createVerifier({ issuer: issuerUrl });
  const auth = (await script.outcome(() => verifier.verify(mint(key, { roles: 'clerk' })))) as Auth;
  const fetch = script.world.network.fetchOf(script.process);
  const authz = product.createAuthz({ permissions: async () => (await fetch(store.origin)).text() });
  can = () => authz.can(auth, 'x:get').catch((error: { readonly reason?: string }) => error.reason);
});

test.each([
  ['may', may, true],
  ['may not', mayNot, false],
] as const)(
  '[34] a frozen process asks the store before it refuses a request: the user %s',
  async (_now, now, outcome) => {
    store.respond = hang;
    const waiting = await script.begin(can);
    expect(store.arrivedAtMs).toHaveLength(1);
    store.respond = now;
    await script.freeze(60_000);
    expect([await script.outcome(can), await waiting.outcome()]).toEqual([outcome, outcome]);
    expect(store.arrivedAtMs).toHaveLength(2);
  },
);

test('[34] a store that closes its connections while the process is frozen does not cause a refusal', async () => {
  store.respond = () => ({ fails: new TypeError('terminated'), afterMs: 1_000 });
  const waiting = await script.begin(can);
  store.respond = may;
  await script.freeze(60_000);
  expect([await script.outcome(can), await waiting.outcome()]).toEqual([true, true]);
});

test('[26] a frozen process does not use the document from before', async () => {
  expect(await script.outcome(can)).toBe(true);
  store.respond = () => ({ status: 500, body: 'Internal Server Error' });
  await script.freeze(60_000);
  expect(await script.outcome(can)).toBe('policy_unavailable');
  expect(store.arrivedAtMs).toHaveLength(2);
});
