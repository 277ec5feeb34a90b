import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { ada, type Cast, startCast } from './cast.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast?.[Symbol.asyncDispose]());

const tokenCookie = '__Host-torii_token';
/** Tokens live for five minutes, so a renewal is due by then. */
const renewalDueMs = 290_000;

async function signIn(page: Page, { app } = cast): Promise<void> {
  await page.goto(`${app}/notes`);
  await page.getByRole('button', { name: 'Sign in with Torii' }).click();
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
}

/** The state after a night: the session at Torii is still valid, the app's token cookie has expired. */
async function loseToken(page: Page): Promise<void> {
  // An open page would set the cookie again.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
  await page.context().clearCookies({ name: tokenCookie });
}

async function tokenOf(page: Page): Promise<string | undefined> {
  return (await page.context().cookies()).find(({ name }) => name === tokenCookie)?.value;
}

test('a user signs in, opens the page, runs the action, calls the API and signs out, and nothing private remains', async ({
  openPage,
}) => {
  const page = await openPage();
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(cast.app);
  await page.getByText('You are signed out.').waitFor();
  await keepScreenshot(page, 'next-signed-out');

  await page.getByRole('link', { name: 'Your notes' }).click();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(page.url()).toBe(`${cast.app}/sign-in?return_to=%2Fnotes`);
  await keepScreenshot(page, 'next-sign-in');
  await page.getByRole('button', { name: 'Sign in with Torii' }).click();
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  // Torii's page is on the app's origin.
  expect(new URL(page.url()).origin).toBe(cast.app);
  await keepScreenshot(page, 'next-sign-in-at-torii');
  await page.getByRole('button', { name: 'Sign in' }).click();

  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  expect(page.url()).toBe(`${cast.app}/notes`);
  await page.getByLabel('Note').fill('Buy milk');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Buy milk').waitFor();
  await page.getByRole('button', { name: 'GET /me' }).click();
  await page.getByText('200 {').waitFor();
  await keepScreenshot(page, 'next-notes');

  const cookies = await page.context().cookies();
  const token = cookies.find(({ name }) => name === tokenCookie);
  expect(token).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  // Scripts see only that there is a session.
  const visible = await page.evaluate<string>('document.cookie');
  const names = visible.split('; ').map((pair) => pair.split('=', 1)[0]);
  expect(names.toSorted()).toEqual(['__Host-torii_issuer.__client_session_hint', '__client_session_hint']);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  expect(await page.context().cookies()).toEqual([]);
  // On a shared computer, the next person may press the back button.
  await page.goBack();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await page.content()).not.toContain('Buy milk');
  await keepScreenshot(page, 'next-back-after-sign-out');
  expect(pageErrors).toEqual([]);
});

test('a user with a valid session at Torii returns to the page without a click', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await loseToken(page);
  const paths: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) paths.push(new URL(request.url()).pathname);
  });
  await page.goto(`${cast.app}/notes?page=2`);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  expect(page.url()).toBe(`${cast.app}/notes?page=2`);
  expect(paths).toEqual(['/notes', '/sign-in', '/notes']);
});

test('a user changes the organization, and page and API know the role there at once', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await page.getByRole('heading', { name: 'You work for no organization.' }).waitFor();
  for (const [name, role, status] of [
    ['Acme', 'org:administrator', 200],
    ['Globex', 'org:member', 403],
  ] as const) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('heading', { name: `Your role is ${role}.` }).waitFor();
    await page.getByRole('button', { name, pressed: true }).waitFor();
    expect(await page.evaluate("fetch('/admin/cache', { method: 'DELETE' }).then(({ status }) => status)")).toBe(
      status,
    );
  }
  await page.getByRole('button', { name: 'GET /me' }).click();
  await page.getByText('"role": "org:member"').waitFor();
  await keepScreenshot(page, 'next-organizations');
});

test('does not loop if the browser does not store the cookie', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
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
  await signIn(page);
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

test('a sign-out in one tab is not undone by a token that another tab has in memory', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await tokenOf(page)).toBeUndefined();
});

test('does not loop if the page and the sign-in page disagree on whether the user is signed in', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page);
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
  await signIn(page);
  await loseToken(page);
  // As if the app's clock were an hour slow. This affects every later test with the same cast.
  cast.emulator.advance(3600);
  await page.goto(`${cast.app}/notes`);
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await keepScreenshot(page, 'next-clock-off');
});

test('shows error.tsx if the keys cannot be fetched, and does not redirect to the sign-in page', async ({
  openPage,
}) => {
  await using app = await startCast();
  const page = await openPage();
  app.emulator.fail('keys');
  const token = await app.emulator.token();
  await page.context().addCookies([
    {
      name: tokenCookie,
      value: token,
      domain: '127.0.0.1',
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
    },
  ]);
  const response = await page.goto(app.app);
  // The proxy lets the public page through, and the page calls `auth`.
  expect([response?.status(), page.url()]).toEqual([500, `${app.app}/`]);
  await page.getByText('Who you are cannot be checked right now.').waitFor();
  await keepScreenshot(page, 'next-without-keys');
  const guarded = await page.goto(`${app.app}/notes`);
  expect([guarded?.status(), page.url()]).toEqual([503, `${app.app}/notes`]);
  await keepScreenshot(page, 'next-without-keys-at-the-proxy');
});
