// Run by `node --test`, with nothing else that keeps the process alive.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { makeKeyEndpoint } from '../key-endpoint.ts';
import { issuer, makeKey, mint } from '../mint.ts';

mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval', 'setImmediate'], now: Date.now() });
const { createVerifier } = await import('../../src/index.ts');
const [key, stranger] = await Promise.all([makeKey('known'), makeKey('unknown')]);

test('refuses unknown keys, and accepts a new one', async () => {
  const endpoint = makeKeyEndpoint(key);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  for (const kid of ['one', 'two']) {
    await assert.rejects(torii.verify(await mint({ ...stranger, kid })), { reason: 'key_unknown' });
  }
  endpoint.publish(stranger);
  assert.equal((await torii.verify(await mint(stranger))).userId, 'user_1');
});

test('expires tokens by the mocked time', async () => {
  const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(key).fetch });
  const token = await mint(key);
  await torii.verify(token);
  mock.timers.tick(3_600_000);
  await assert.rejects(torii.verify(token), { reason: 'token_expired' });
});
