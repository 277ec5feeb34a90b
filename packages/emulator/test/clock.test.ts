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

test('answers have the emulator’s time in the header Date', async () => {
  await using torii = await startEmulator();
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-16T09:30:00.900Z') });
  torii.advance(3600);
  const { id } = await torii.createUser();
  const init = { method: 'DELETE', headers: { authorization: `Bearer ${torii.secretKey}` } };
  const { status, headers } = await fetch(`${torii.apiUrl}/api/server/v1/users/${id}`, init);
  expect([status, headers.get('date')]).toEqual([204, 'Sat, 16 May 2026 10:30:00 GMT']);
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1e15, 31_557_600_001])(
  'refuses to advance by %s, and leaves the clock as it is',
  async (seconds) => {
    await using torii = await startEmulator();
    expect(() => torii.advance(seconds)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
    expect(torii.now().getTime()).toBeLessThan(Date.now() + 60_000);
  },
);

test('advances by 1,000 years in all, and everything still works', async () => {
  await using torii = await startEmulator();
  torii.advance(31_557_600_000 - 10);
  expect(() => torii.advance(11)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  const user = await torii.createUser({ email: 'ada@example.com', password: 'correct horse' });
  expect(user.createdAt).toMatch(/^30\d\d-/);
  await torii.token({ expiresInSeconds: 1_000_000_000 });
  for (const path of [
    '',
    'state',
    'dashboard/users',
    `dashboard/users/${user.id}`,
    'dashboard/clock',
    'dashboard/tokens',
  ]) {
    expect([path, (await fetch(torii.dashboardUrl + path)).status]).toEqual([path, 200]);
  }
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
