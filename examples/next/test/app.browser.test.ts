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
/** Of five minutes, in milliseconds: a renewal is due. */
const almostATokensLife = 290_000;

async function signIn(page: Page, { app } = cast): Promise<void> {
  await page.goto(`${app}/notes`);
  await page.getByRole('button', { name: 'Sign in with Torii' }).click();
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
}

/** As after a night: Torii still knows the person, the app does not. */
async function loseToken(page: Page): Promise<void> {
  // The page that is open would bring it back.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
  await page.context().clearCookies({ name: tokenCookie });
}

async function tokenOf(page: Page): Promise<string | undefined> {
  return (await page.context().cookies()).find(({ name }) => name === tokenCookie)?.value;
}

test('signs in, sees the page, runs the action, calls the API, signs out, and leaves nothing behind', async ({
  openPage,
}) => {
  const page = await openPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
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
  // Torii's own page, on the app's own origin.
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
  expect(await page.evaluate('document.cookie')).toBe('');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  expect(await tokenOf(page)).toBeUndefined();
  // The button by which people find out what a shared computer still knows.
  await page.goBack();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await page.content()).not.toContain('Buy milk');
  await keepScreenshot(page, 'next-back-after-sign-out');
  expect(complaints).toEqual([]);
});

test('is sent through sign-in and back without a click while Torii knows the person', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await loseToken(page);
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) seen.push(new URL(request.url()).pathname);
  });
  await page.goto(`${cast.app}/notes?page=2`);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  expect(page.url()).toBe(`${cast.app}/notes?page=2`);
  expect(seen).toEqual(['/notes', '/sign-in', '/notes']);
});

test('never loops where the browser does not keep the cookie', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  let posts = 0;
  await page.route('**/api/torii/token', async (route) => {
    posts += 1;
    // Answers as the app does, but nothing is kept: a browser without cookies, or a clock that is off.
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

test('a public page shows who is signed in once the cookie is there, without a reload', async ({ openPage }) => {
  await using other = await startCast();
  const page = await openPage();
  await signIn(page, other);
  await loseToken(page);
  await page.goto(other.app);
  await page.getByText('You are signed in.').waitFor();
  expect(await tokenOf(page)).toMatch(/^eyJ/);
});

test('renews the token while a page is open, and forgets it once the session has ended', async ({ openPage }) => {
  await using app = await startCast();
  const page = await openPage({ viewport: { width: 400, height: 800 }, colorScheme: 'dark' });
  await page.clock.install();
  await signIn(page, app);
  await page.waitForLoadState('networkidle');
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  for (const _renewal of ['first', 'second']) {
    const before = await tokenOf(page);
    await page.clock.fastForward(almostATokensLife);
    await expect.poll(() => tokenOf(page)).not.toBe(before);
  }
  // No flash: the page is still the one that was loaded.
  expect(loads).toEqual([]);
  await page.getByRole('button', { name: 'GET /me' }).click();
  await page.getByText('200 {').waitFor();
  await keepScreenshot(page, 'next-notes-phone');

  app.torii.advance(30 * 24 * 60 * 60);
  await page.clock.fastForward(almostATokensLife);
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await tokenOf(page)).toBeUndefined();
});

test('signed out in one tab, a renewal that another has on its way brings nothing back', async ({ openPage }) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByText('You are signed in.').waitFor();

  let isOnItsWay = () => {};
  const onItsWay = new Promise<void>((resolve) => (isOnItsWay = resolve));
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => (arrive = resolve));
  await page.route('**/api/torii/token', async (route) => {
    if (route.request().method() === 'POST') {
      isOnItsWay();
      await arrival;
    }
    await route.continue();
  });
  const stored = page.waitForResponse(
    (response) => response.url().endsWith('/api/torii/token') && response.request().method() === 'POST',
  );
  await page.clock.fastForward(almostATokensLife);
  await onItsWay;
  await other.getByRole('button', { name: 'Sign out' }).click();
  // Time enough to be done with it, for who does not wait.
  await Promise.race([other.getByText('You are signed out.').waitFor(), other.waitForTimeout(1500)]);
  arrive();
  await stored;
  await other.getByText('You are signed out.').waitFor();
  expect(await tokenOf(page)).toBeUndefined();
  // Nobody touched this one: what it showed is gone as well.
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await page.content()).not.toContain('Your notes');
  expect(await tokenOf(page)).toBeUndefined();
});

test('signed out in one tab, another does not bring back what it has in memory', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await tokenOf(page)).toBeUndefined();
});

test('never loops where the page and the sign-in page do not agree on who is there', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await page.waitForLoadState('networkidle');
  await page.route('**/_torii/v1/access-token', (route) => {
    // Only the sign-in page gets a token.
    if (new URL(route.request().frame().url()).pathname === '/sign-in') return route.continue();
    return route.fulfill({ status: 401, json: {} });
  });
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) seen.push(new URL(request.url()).pathname);
  });
  await page.goto(`${cast.app}/notes?page=2`);
  await page.getByRole('heading', { name: 'That did not work' }).waitFor();
  const before = seen.length;
  await page.waitForTimeout(500);
  expect([seen.length, new URL(page.url()).pathname]).toEqual([before, '/sign-in']);
  expect(before).toBeLessThan(6);
});

test('stops, and says why, where the app refuses the token', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await loseToken(page);
  // Tokens from the future, as for an app whose clock is an hour late: from here on, for all who share the cast.
  cast.torii.advance(3600);
  await page.goto(`${cast.app}/notes`);
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await keepScreenshot(page, 'next-clock-off');
});

test('shows error.tsx where the keys cannot be had, and sends nobody to sign in', async ({ openPage }) => {
  await using app = await startCast();
  const page = await openPage();
  app.torii.fail('keys');
  const token = await app.torii.token();
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
  // The proxy lets the public page through; the page itself asks who is there.
  expect([response?.status(), page.url()]).toEqual([500, `${app.app}/`]);
  await page.getByText('Who you are cannot be checked right now.').waitFor();
  await keepScreenshot(page, 'next-without-keys');
  const guarded = await page.goto(`${app.app}/notes`);
  expect([guarded?.status(), page.url()]).toEqual([503, `${app.app}/notes`]);
  await keepScreenshot(page, 'next-without-keys-at-the-proxy');
});
