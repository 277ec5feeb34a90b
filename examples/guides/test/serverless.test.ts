import { type Emulator, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  vi.resetModules();
});
afterEach(() => emulator.stop());

test('the first request needs no answer of the issuer', async () => {
  const { verifier } = await import('../src/serverless.ts');
  expect(emulator.requests.keys).toBe(1);
  emulator.fail('keys');
  expect(await verifier.verify(await emulator.token({ userId: 'ada' }))).toMatchObject({ userId: 'ada' });
});

test('starts while the issuer is down, and fetches the keys later', async () => {
  emulator.fail('keys');
  const { verifier } = await import('../src/serverless.ts');
  emulator.recover();
  expect(await verifier.verify(await emulator.token({ userId: 'ada' }))).toMatchObject({ userId: 'ada' });
});

test('a key that is new since the start works at once', async () => {
  const { verifier } = await import('../src/serverless.ts');
  await emulator.rotateKeys();
  expect(await verifier.verify(await emulator.token({ userId: 'ada' }))).toMatchObject({ userId: 'ada' });
});
