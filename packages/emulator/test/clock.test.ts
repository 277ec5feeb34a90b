import { decodeJwt } from 'jose';
import { afterEach, expect, test, vi } from 'vitest';
import { startEmulator } from '../src/index.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('advance moves tokens and timestamps, but not the machine’s clock', async () => {
  await using torii = await startEmulator();
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-16T09:30:00Z') });
  torii.advance(3600);
  expect(torii.now().toISOString()).toBe('2026-05-16T10:30:00.000Z');
  expect(decodeJwt(await torii.token()).iat).toBe(Date.parse('2026-05-16T10:30:00Z') / 1000);
  expect(await torii.createUser()).toMatchObject({ createdAt: '2026-05-16T10:30:00.000Z' });
  expect(new Date().toISOString()).toBe('2026-05-16T09:30:00.000Z');
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to advance by %s', async (seconds) => {
  await using torii = await startEmulator();
  expect(() => torii.advance(seconds)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
});

test('resetClock returns to the machine’s time, and keeps what was created ahead of it', async () => {
  await using torii = await startEmulator();
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-16T09:30:00Z') });
  torii.advance(86_400);
  const user = await torii.createUser();
  torii.resetClock();
  expect(torii.now().toISOString()).toBe('2026-05-16T09:30:00.000Z');
  expect(decodeJwt(await torii.token()).iat).toBe(Date.parse('2026-05-16T09:30:00Z') / 1000);
  expect(await torii.createUser()).toMatchObject({ createdAt: '2026-05-16T09:30:00.000Z' });
  expect(user.createdAt).toBe('2026-05-17T09:30:00.000Z');
  torii.advance(60);
  expect(torii.now().toISOString()).toBe('2026-05-16T09:31:00.000Z');
});
