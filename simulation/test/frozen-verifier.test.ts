import { beforeEach, expect, test } from 'vitest';
import { type Script, type ScriptedServer, startScript } from '../src/script.ts';
import type { Server } from '../src/world/network.ts';
import { issuerUrl, makeKey, mint, type SigningKey } from './signing.ts';

const minutes = 60_000;
const [oldKey, newKey] = [makeKey('old'), makeKey('new')];
const publish =
  ({ publicJwk }: SigningKey): Server =>
  () => ({ status: 200, body: JSON.stringify({ keys: [publicJwk] }) });

let script: Script;
let issuer: ScriptedServer;
let ask: (token: string) => Promise<unknown>;

beforeEach(async () => {
  script = await startScript('core');
  issuer = script.serve(issuerUrl, publish(oldKey));
  const verifier = script.product.core.createVerifier({ issuer: issuerUrl });
  ask = async (token) => {
    const value = await script.outcome(() => verifier.verify(token).then(() => 'accepted'));
    return value instanceof Error ? Reflect.get(value, 'reason') : value;
  };
});

/** Stops the process while it refreshes its keys in the background, for 90 minutes. */
async function freezeDuringRefresh(during: Server): Promise<void> {
  expect(await ask(mint(oldKey))).toBe('accepted');
  issuer.respond = () => 'hang';
  await script.pass(4 * minutes);
  expect(await ask(mint(oldKey))).toBe('accepted');
  await script.pass(0);
  expect(issuer.arrivedAtMs).toEqual([0, 4 * minutes]);
  issuer.respond = during;
  await script.freeze(90 * minutes);
}

test('[34] a frozen process asks for its keys again before it refuses a request', async () => {
  await freezeDuringRefresh(publish(oldKey));
  expect(await ask(mint(oldKey))).toBe('accepted');
  expect(issuer.arrivedAtMs).toHaveLength(3);
});

test('[12] [34] a frozen process does not use a key that was withdrawn meanwhile', async () => {
  await freezeDuringRefresh(publish(newKey));
  expect(await ask(mint(oldKey))).toBe('key_unknown');
  expect(await ask(mint(newKey))).toBe('accepted');
});

test('[34] a request that waited for its keys when the process froze gets a new fetch', async () => {
  issuer.respond = () => 'hang';
  const verifier = script.product.core.createVerifier({ issuer: issuerUrl });
  const waiting = await script.begin(() => verifier.verify(mint(oldKey)));
  expect(issuer.arrivedAtMs).toHaveLength(1);
  issuer.respond = publish(oldKey);
  await script.freeze(90 * minutes);
  expect(await waiting.outcome()).toMatchObject({ userId: 'ada' });
  expect(issuer.arrivedAtMs).toEqual([0, 90 * minutes]);
});

test('[34] a frozen process refuses with 503 if the endpoint still fails', async () => {
  await freezeDuringRefresh(() => ({ status: 500, body: '' }));
  expect(await ask(mint(oldKey))).toBe('keys_unavailable');
  expect(issuer.arrivedAtMs).toHaveLength(3);
});
