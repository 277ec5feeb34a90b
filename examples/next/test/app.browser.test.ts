import { afterAll, beforeAll, expect } from 'vitest';
import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { ada, type Cast, startCast } from './cast.ts';
import { loseToken, signIn, tokenCookie, tokenOf } from './visitor.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast?.[Symbol.asyncDispose]());

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
  await signIn(page, cast);
  await loseToken(page);
  const paths: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) paths.push(new URL(request.url()).pathname);
  });
  // The server never sees the fragment.
  await page.goto(`${cast.app}/notes?page=2#organization`);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  expect(page.url()).toBe(`${cast.app}/notes?page=2#organization`);
  expect(paths).toEqual(['/notes', '/sign-in', '/notes']);
});

test('a user changes the organization, and page and API know the role there at once', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
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

test('a sign-out in one tab is not undone by a token that another tab has in memory', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await tokenOf(page)).toBeUndefined();
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
