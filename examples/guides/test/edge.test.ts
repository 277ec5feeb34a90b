import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../src/edge.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

const ask = async (headers: Readonly<Record<string, string>>) => {
  const response = await answer(new Request('https://edge.example.com/me', { headers }), emulator.issuer);
  return { status: response.status, body: await response.json(), cache: response.headers.get('cache-control') };
};

test('answers a caller, and refuses others', async () => {
  const authorization = `Bearer ${await emulator.token({ userId: 'ada' })}`;
  const cache = 'private, no-store';
  for (let visit = 1; visit <= 3; visit++) {
    expect(await ask({ authorization })).toEqual({ status: 200, body: { userId: 'ada' }, cache });
  }
  expect(await ask({})).toMatchObject({ status: 401, body: { error: { reason: 'token_missing' } }, cache });
});
