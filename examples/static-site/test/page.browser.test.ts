import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { ada, type Cast, startCast } from './cast.ts';

const sevenDays = 7 * 24 * 60 * 60;
let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast[Symbol.asyncDispose]());

async function signIn(page: Page): Promise<void> {
  await page.goto(cast.page);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('You are signed in.').waitFor();
}

/** Clicks a button and returns the API's response as the page shows it. */
async function press(page: Page, name: string): Promise<string> {
  const answered = page.waitForResponse(`${cast.api}/me`);
  await page.getByRole('button', { name }).click();
  const status = (await answered).status();
  const answer = page.locator('#answer', { hasText: `${status} ` });
  return (await answer.textContent()) ?? '';
}

test('signs in, calls the API, signs out', async ({ openPage }) => {
  const page = await openPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(cast.page);
  await page.getByText('You are signed out.').waitFor();
  await keepScreenshot(page, 'static-site-signed-out');
  await signIn(page);
  expect(page.url()).toBe(`${cast.page}/`);
  const answer = await press(page, 'With the token');
  expect(answer).toContain('200 OK');
  expect(answer).toMatch(/"userId": "[0-9a-f-]{36}"/);
  await keepScreenshot(page, 'static-site-signed-in');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  expect(await press(page, 'With the token')).toContain('token_missing');
  expect(complaints).toEqual([]);
});

test('reads a refusal and its challenge', async ({ openPage }) => {
  const page = await openPage({ viewport: { width: 400, height: 800 }, colorScheme: 'dark' });
  await page.goto(cast.page);
  const answer = await press(page, 'Without a token');
  expect(answer).toContain('401 Unauthorized');
  expect(answer).toContain('WWW-Authenticate: Bearer realm="torii"');
  expect(answer).toContain('"reason": "token_missing"');
  await keepScreenshot(page, 'static-site-refused');
});

test.for(['light', 'dark'] as const)('has no accessibility violations (%s)', async (colorScheme, { openPage }) => {
  const page = await openPage({ colorScheme, bypassCSP: true });
  await page.goto(cast.page);
  await press(page, 'Without a token');
  expect(await findBarriers(page)).toEqual([]);
});

test('stays signed in after a reload, and keeps the token only in memory', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await page.reload();
  await page.getByText('You are signed in.').waitFor();
  const { cookies, origins } = await page.context().storageState();
  expect(JSON.stringify({ cookies, origins })).not.toContain('eyJ');
  expect(cookies.map(({ name }) => name).sort()).toEqual(['__client_session', '__client_session_hint']);
});

test('renews the token shortly before it expires, and not earlier', async ({ openPage }) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page);
  const before = cast.emulator.requests.session;
  await page.clock.fastForward(260_000);
  expect(await press(page, 'With the token')).toContain('200 OK');
  expect(cast.emulator.requests.session).toBe(before);
  await page.clock.fastForward(15_000);
  expect(await press(page, 'With the token')).toContain('200 OK');
  expect(cast.emulator.requests.session).toBe(before + 1);
});

test('is signed out once the session has ended', async ({ openPage }) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page);
  cast.emulator.advance(sevenDays);
  await page.clock.fastForward(280_000);
  expect(await press(page, 'With the token')).toContain('token_missing');
  await page.reload();
  await page.getByText('You are signed out.').waitFor();
});
