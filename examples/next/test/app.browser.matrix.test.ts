import { afterAll, beforeAll, expect } from 'vitest';
import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { type Cast, startCast } from './cast.ts';
import { loseToken, signIn, tokenOf } from './visitor.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast?.[Symbol.asyncDispose]());

/** Tokens live for five minutes, so a renewal is due by then. */
const renewalDueMs = 290_000;

test('does not loop if the browser does not store the cookie', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  let posts = 0;
  await page.route('**/api/torii/token', async (route) => {
    posts += 1;
    // Responds like the app, but sets no cookie, as if the browser blocked cookies.
    await route.fulfill({ json: { expiresInSeconds: 300, changed: true, userId: 'ada' } });
  });
  await loseToken(page);
  await page.goto(`${cast.app}/notes`);
  await page.getByRole('heading', { name: 'That did not work' }).waitFor();
  const before = posts;
  await page.waitForTimeout(500);
  expect(posts).toBe(before);
  await keepScreenshot(page, 'next-no-loop');
  await page.unroute('**/api/torii/token');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
});

test('a public page shows the signed-in user without a reload, as soon as the cookie is set', async ({ openPage }) => {
  await using other = await startCast();
  const page = await openPage();
  await signIn(page, other);
  await loseToken(page);
  await page.goto(other.app);
  await page.getByText('You are signed in.').waitFor();
  expect(await tokenOf(page)).toMatch(/^eyJ/);
});

test('renews the token while a page is open, and clears the cookie after the session has ended', async ({
  openPage,
}) => {
  await using app = await startCast();
  const page = await openPage({ viewport: { width: 400, height: 800 }, colorScheme: 'dark' });
  await page.clock.install();
  await signIn(page, app);
  await page.waitForLoadState('networkidle');
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  for (const _renewal of ['first', 'second']) {
    const before = await tokenOf(page);
    await page.clock.fastForward(renewalDueMs);
    await expect.poll(() => tokenOf(page)).not.toBe(before);
  }
  // The page was not reloaded.
  expect(loads).toEqual([]);
  await page.getByRole('button', { name: 'GET /me' }).click();
  await page.getByText('200 {').waitFor();
  await keepScreenshot(page, 'next-notes-phone');

  app.emulator.advance(30 * 24 * 60 * 60);
  await page.clock.fastForward(renewalDueMs);
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await tokenOf(page)).toBeUndefined();
});

test('a sign-out in one tab is not undone by a renewal that another tab has started', async ({ openPage }) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page, cast);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByText('You are signed in.').waitFor();

  let noteSent = () => {};
  const sent = new Promise<void>((resolve) => (noteSent = resolve));
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/torii/token', async (route) => {
    if (route.request().method() === 'POST') {
      noteSent();
      await released;
    }
    await route.continue();
  });
  const stored = page.waitForResponse(
    (response) => response.url().endsWith('/api/torii/token') && response.request().method() === 'POST',
  );
  await page.clock.fastForward(renewalDueMs);
  await sent;
  await other.getByRole('button', { name: 'Sign out' }).click();
  // Long enough for a sign-out that does not wait for the lock.
  await Promise.race([other.getByText('You are signed out.').waitFor(), other.waitForTimeout(1500)]);
  release();
  await stored;
  await other.getByText('You are signed out.').waitFor();
  expect(await tokenOf(page)).toBeUndefined();
  // The first tab shows no private content either, although the user did nothing in it.
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await page.content()).not.toContain('Your notes');
  expect(await tokenOf(page)).toBeUndefined();
});

test('does not loop if the page and the sign-in page disagree on whether the user is signed in', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  await page.route('**/_torii/**/access-token', (route) => {
    // Only the sign-in page gets a token.
    if (new URL(route.request().frame().url()).pathname === '/sign-in') return route.continue();
    return route.fulfill({ status: 401, json: {} });
  });
  const paths: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) paths.push(new URL(request.url()).pathname);
  });
  await page.goto(`${cast.app}/notes?page=2`);
  await page.getByRole('heading', { name: 'That did not work' }).waitFor();
  const before = paths.length;
  await page.waitForTimeout(500);
  expect([paths.length, new URL(page.url()).pathname]).toEqual([before, '/sign-in']);
  expect(before).toBeLessThan(6);
});

test('shows the reason if the app refuses the token, and does not loop', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  await loseToken(page);
  // As if the app's clock were an hour slow. This affects every later test with the same cast.
  cast.emulator.advance(3600);
  await page.goto(`${cast.app}/notes`);
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await keepScreenshot(page, 'next-clock-off');
});
