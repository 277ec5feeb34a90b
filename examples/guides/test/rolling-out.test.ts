import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { serveExample } from './served-app.ts';

const session = { headers: { 'x-session': 'the session of ada' } };
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
let warnings: unknown[][];
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  vi.resetModules();
  warnings = [];
  warn.mockImplementation((...args: unknown[]) => void warnings.push(args));
});

function serve(stage: string | undefined) {
  if (stage === undefined) delete process.env['TORII_STAGE'];
  else process.env['TORII_STAGE'] = stage;
  return serveExample(() => import('../src/rolling-out.ts'));
}

test('while observing, the old session decides, and a refusal of the guard is only reported', async () => {
  await using app = await serve('observe');
  expect((await app.send('/orders', undefined, session)).status).toBe(200);
  await expect.poll(() => warnings).toEqual([['refused', 'token_missing', {}]]);
  expect((await app.send('/orders', await emulator.token())).status).toBe(401);
});

test.each([undefined, '', 'enforce', 'Observe'])('with the stage %j, the guard decides too', async (stage) => {
  await using app = await serve(stage);
  expect((await app.send('/orders', undefined, session)).status).toBe(401);
  const response = await app.send('/orders', await emulator.token({ userId: 'ada' }), session);
  expect(await response.json()).toEqual({ userId: 'ada' });
  expect((await app.send('/orders', await emulator.token())).status).toBe(401);
});

test('new options in `observe` are reported, and decide nothing', async () => {
  await using _app = await serve('enforce');
  const { observing } = await import('../src/rolling-out.ts');
  await observing.verify(await emulator.token());
  await expect
    .poll(() => warnings)
    .toEqual([['the new options differ', { outcome: 'refused', reason: 'claim_missing' }]]);
});
