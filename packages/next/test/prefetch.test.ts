import { setImmediate } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import { afterAll, expect, test, vi } from 'vitest';
import { createToriiNext } from '../src/index.ts';

// Next calls a page ahead of a request for its data, with headers, and stops it at `connection()`.
const requests: (() => void)[] = [];
let requestHeaders: Headers;
// React remembers the result of a cached function while it renders.
vi.mock('react', () => ({
  cache: (create: () => object) => {
    const remembered = create();
    return () => remembered;
  },
}));
vi.mock('next/headers.js', () => ({ headers: async () => requestHeaders }));
vi.mock('next/server.js', () => ({ connection: () => new Promise<void>((arrive) => requests.push(arrive)) }));

const emulator = await startEmulator();
afterAll(() => emulator.stop());
const torii = createToriiNext({ issuer: emulator.issuer, signInPath: '/sign-in', origins: ['https://app.test'] });

test.each([
  ['auth', torii.auth],
  ['protect', () => torii.protect()],
] as const)('%s reads no clock before there is a request, which Next would report', async (_name, call) => {
  requestHeaders = new Headers({
    host: 'app.test',
    authorization: `Bearer ${await emulator.token({ userId: 'ada' })}`,
  });
  const clock = vi.spyOn(Date, 'now');
  const result = call();
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  const readings = clock.mock.calls.length;
  clock.mockRestore();
  expect([readings, requests.length]).toEqual([0, 1]);
  requests.pop()?.();
  expect((await result)?.userId).toBe('ada');
});
