import { afterEach, beforeEach, expect, test } from 'vitest';
import { Clock } from '../src/clock.ts';
import { type Emulator, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { LoginLimit } from '../src/sessions/login-limit.ts';
import { login, send, startWithUser } from './browser.ts';

const wrong = { ...login, password: 'wrong horse' };
let torii: Emulator;
beforeEach(async () => {
  ({ torii } = await startWithUser({ failedLoginsPerMinute: 3 }));
});
afterEach(() => torii.stop());

const logIn = (json: object) => send(torii, publishedPaths.login, { json });
const statusOf = async (json: object) => (await logIn(json)).status;

async function fail(count: number, json: object = wrong): Promise<void> {
  for (let done = 0; done < count; done++) expect(await statusOf(json)).toBe(401);
}

test('after too many wrong passwords, even the right one is refused until the minute is over', async () => {
  await fail(3);
  const response = await logIn(login);
  expect([response.status, response.headers.getSetCookie()]).toEqual([429, []]);
  const seconds = Number(response.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(await response.json()).toMatchObject({ properties: { code: 'too_many_attempts' } });
  torii.advance(seconds);
  expect(await statusOf(login)).toBe(200);
});

test('spellings of one email share one limit', async () => {
  await fail(1, wrong);
  await fail(1, { ...wrong, email: 'ADA@example.com' });
  await fail(1, { ...wrong, email: 'aDa@Example.COM' });
  expect(await statusOf(login)).toBe(429);
});

test('an unknown email has the same limit, so that the limit does not tell which emails exist', async () => {
  await fail(3, { ...wrong, email: 'nobody@example.com' });
  expect(await statusOf({ ...wrong, email: 'nobody@example.com' })).toBe(429);
});

test('attempts at once do not get around the limit', async () => {
  const answers = await Promise.all(Array.from({ length: 25 }, () => statusOf(wrong)));
  expect(answers.filter((status) => status === 401)).toHaveLength(3);
  expect(answers.filter((status) => status === 429)).toHaveLength(22);
});

test('many right passwords at once are accepted', async () => {
  const answers = await Promise.all(Array.from({ length: 25 }, () => statusOf(login)));
  expect(new Set(answers)).toEqual(new Set([200]));
});

test('right passwords are limited too, at ten times as many', async () => {
  for (let count = 0; count < 30; count++) expect(await statusOf(login)).toBe(200);
  expect(await statusOf(login)).toBe(429);
});

test('the sign-in page has the same limit', async () => {
  await fail(2);
  expect((await send(torii, provisionalPaths.signIn, { form: wrong })).status).toBe(401);
  const response = await send(torii, provisionalPaths.signIn, { form: login });
  expect([response.status, response.headers.getSetCookie()]).toEqual([429, []]);
  expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(response.headers.get('content-type')).toContain('text/html');
});

test('a flood of different emails from one address is limited', async () => {
  const answers: number[] = [];
  for (let count = 0; count < 31; count++) answers.push(await statusOf({ ...wrong, email: `${count}@example.com` }));
  expect(answers.slice(0, 30)).toEqual(Array(30).fill(401));
  expect(answers[30]).toBe(429);
});

test('another email is not affected by the limit of one', async () => {
  await torii.createUser({ ...login, email: 'bob@example.com' });
  await fail(3);
  expect(await statusOf({ ...login, email: 'bob@example.com' })).toBe(200);
});

test('by default, a hundred users can sign in at once, and ten wrong passwords are allowed', async () => {
  await using other = await startEmulator();
  const users = Array.from({ length: 100 }, (_, index) => ({ ...login, email: `${index}@example.com` }));
  await other.seed(users);
  const answers = await Promise.all(
    users.map(async (json) => (await send(other, publishedPaths.login, { json })).status),
  );
  expect(new Set(answers)).toEqual(new Set([200]));
  const refused: number[] = [];
  for (let count = 0; count < 11; count++) {
    refused.push((await send(other, publishedPaths.login, { json: wrong })).status);
  }
  expect(refused).toEqual([...Array(10).fill(401), 429]);
});

test('the limit can be switched off', async () => {
  await using other = await startEmulator({ failedLoginsPerMinute: Number.POSITIVE_INFINITY });
  const answers = await Promise.all(
    Array.from({ length: 40 }, async () => (await send(other, publishedPaths.login, { json: wrong })).status),
  );
  expect(new Set(answers)).toEqual(new Set([401]));
});

test.each([0, -1, 1.5, Number.NaN, '10', null])('refuses the limit %j', async (failedLoginsPerMinute) => {
  await expect(startEmulator({ failedLoginsPerMinute: failedLoginsPerMinute as number })).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining('failedLoginsPerMinute'),
  });
});

test('an attempt that throws counts as neither, and does not block those that wait', async () => {
  const limit = new LoginLimit(new Clock(), 1);
  const attempt = (work: () => Promise<boolean>) =>
    limit.attempt({ email: 'a', address: 'b', work, isFailure: (outcome) => !outcome });
  const first = attempt(async () => {
    throw new Error('The disk is full.');
  });
  const second = attempt(async () => true);
  await expect(first).rejects.toThrow('disk');
  expect(await second).toBe(true);
});
