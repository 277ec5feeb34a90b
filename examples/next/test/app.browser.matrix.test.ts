import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { bob, type Cast, startCast } from './cast.ts';
import { enter, loseToken, signIn, tokenCookie, tokenOf } from './visitor.ts';

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
  // A sign-out that did not wait for the lock would end within this time.
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

const keptText = (page: Page) => page.evaluate<string | null>("sessionStorage.getItem('torii.forms')");
const showPage = (page: Page) => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

test('pages that are restored at once all show the signed-in user, although only one of them sets the cookie', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page, cast);
  await loseToken(page);
  const pages = [page, await page.context().newPage(), await page.context().newPage()];
  await Promise.all(pages.map((each) => each.goto(cast.app)));
  for (const each of pages) await each.getByText('You are signed in.').waitFor();
});

test('shows why a token is refused that does not fit into a cookie, and sets none', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  await loseToken(page);
  const accessToken = await cast.emulator.token({ claims: { notes: 'x'.repeat(4000) } });
  await page.route('**/_torii/**/access-token', (route) =>
    route.fulfill({ json: { accessToken, expiresInSeconds: 300 } }),
  );
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));
  await page.goto(`${cast.app}/notes`);
  const alert = page.getByRole('alert').filter({ hasText: '4096' });
  await alert.waitFor();
  await keepScreenshot(page, 'next-token-too-large');
  expect(await tokenOf(page)).toBeUndefined();
  // A sign-in page without `useSignIn` warns the developer.
  await page.goto(cast.app);
  await expect.poll(() => logged.some((text) => text.includes('TokenKeeper') && text.includes('4096'))).toBe(true);
  expect(logged.join()).not.toContain('eyJ');
});

test.for([
  ['an hour slow', -3_600_000],
  ['an hour fast', 3_600_000],
] as const)(
  'works if the clock of the browser is %s: signs in, renews the token, and does not loop',
  async ([_name, offsetMs], { openPage }) => {
    const page = await openPage();
    await page.clock.install({ time: Date.now() + offsetMs });
    await signIn(page, cast);
    await page.waitForLoadState('networkidle');
    const before = await tokenOf(page);
    await page.clock.fastForward(renewalDueMs);
    await expect.poll(() => tokenOf(page)).not.toBe(before);
    await page.getByRole('button', { name: 'GET /me' }).click();
    await page.getByText('200 {').waitFor();
    await loseToken(page);
    await page.goto(`${cast.app}/notes`);
    await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  },
);

test('keeps the user signed in while Torii or the token route is down, and renews the token afterwards', async ({
  openPage,
}) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  const before = await tokenOf(page);
  const methods: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/torii/token')) methods.push(request.method());
  });
  let asked = 0;
  for (const path of ['**/_torii/**', '**/api/torii/token']) {
    asked = 0;
    await page.route(path, async (route) => {
      asked += 1;
      await route.fulfill({ status: 503, json: { error: { message: 'down' } } });
    });
    // First shortly before the token expires, then for more than a minute.
    await page.clock.fastForward(path.includes('api') ? 1000 : 274_000);
    await expect.poll(() => asked).toBeGreaterThan(0);
    for (let seconds = 0; seconds < 70; seconds += 10) await page.clock.fastForward(10_000);
    expect(asked).toBeLessThan(15);
    expect(await tokenOf(page)).toBe(before);
    await page.unroute(path);
  }
  await page.clock.fastForward(60_000);
  await expect.poll(() => tokenOf(page)).not.toBe(before);
  expect(methods).not.toContain('DELETE');
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
});

test('a tab that was offline or asleep over the end of the token renews it as soon as it is back', async ({
  openPage,
}) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  const before = await tokenOf(page);
  await page.context().setOffline(true);
  await page.clock.fastForward(renewalDueMs);
  await page.clock.fastForward(300_000);
  await page.context().clearCookies({ name: tokenCookie });
  await page.context().setOffline(false);
  await expect.poll(() => tokenOf(page)).toMatch(/^eyJ/);
  expect(await tokenOf(page)).not.toBe(before);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();

  // The computer sleeps: no timer runs, and the cookie expires.
  const awake = await tokenOf(page);
  await page.clock.pauseAt(Date.now() + 24 * 3_600_000);
  await page.context().clearCookies({ name: tokenCookie });
  await showPage(page);
  await page.clock.resume();
  await expect.poll(() => tokenOf(page)).toMatch(/^eyJ/);
  expect(await tokenOf(page)).not.toBe(awake);
});

test('a text that was typed survives the end of the session, whether it was sent or not', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  for (const sends of [true, false]) {
    await page.waitForLoadState('networkidle');
    await page.getByLabel('Note').fill('A long text');
    // The session at Torii is over too.
    await page.context().clearCookies();
    if (sends) {
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await page.goto(`${cast.app}/notes`);
    } else {
      await page.reload();
    }
    await enter(page);
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('A long text');
    expect(await keptText(page)).toBeNull();
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('listitem').filter({ hasText: 'A long text' }).first().waitFor();
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('');
  }
  // Text that was sent is not restored.
  await page.context().clearCookies();
  await page.reload();
  await enter(page);
  await page.waitForLoadState('networkidle');
  expect(await page.getByLabel('Note').inputValue()).toBe('');
});

const secretFields = [
  '<input data-secret name="shown" type="password">',
  '<input data-secret name="hidden" type="password">',
  '<input name="replaced" type="password">',
  '<input data-secret name="card" autocomplete="section-pay cc-number">',
  '<input data-secret name="token" autocomplete="one-time-code">',
  '<input data-secret name="quiet" autocomplete="off">',
  '<input data-secret name="cvc">',
].join('');

test('a text that was typed is never shown to another user, nor kept after signing out, and a secret is not kept at all', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  await page.getByLabel('Note').fill('The text of Ada');
  await page.evaluate(
    `document.querySelector('form').insertAdjacentHTML('beforeend', ${JSON.stringify(secretFields)})`,
  );
  // Does the same as a button that shows the password.
  await page.evaluate("document.querySelector('[name=shown]').type = 'text'");
  await page.evaluate(
    "document.querySelector('[name=replaced]').outerHTML = '<input data-secret name=replaced type=text>'",
  );
  await page.evaluate(
    "document.querySelector('form').id = 'kept'; document.body.insertAdjacentHTML('beforeend', '<input data-secret form=kept name=outside>')",
  );
  for (const field of await page.locator('[data-secret]').all()) await field.fill('SECRET');
  await page.context().clearCookies();
  await page.reload();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await keptText(page)).toContain('The text of Ada');
  expect(await keptText(page)).not.toContain('SECRET');
  await enter(page, bob);
  await page.waitForLoadState('networkidle');
  expect([await page.getByLabel('Note').inputValue(), await keptText(page)]).toEqual(['', null]);

  await page.getByLabel('Note').fill('The text of Bob');
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  // The first tab reloads by itself.
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect([await keptText(page), await keptText(other)]).toEqual([null, null]);
  await enter(page, bob);
  await page.getByLabel('Note').fill('The text of Bob');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  expect(await keptText(page)).toBeNull();
});

test('a text that was typed is not shown to another user for whom the page is rendered again', async ({ openPage }) => {
  const page = await openPage();
  await page.clock.install();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  await page.getByLabel('Note').fill('The text of Ada');
  await page.evaluate('window.isSamePage = true');
  const second = await openPage();
  await signIn(second, cast, bob);
  const renderedForBob = (await second.getByText('Rendered on the server for').textContent()) ?? '';
  // Simulates a change of the account at Torii, which `endSession` does not notice.
  await page.context().clearCookies();
  await page.context().addCookies(await second.context().cookies());
  await page.clock.fastForward(renewalDueMs);
  await page.getByText(renderedForBob).waitFor();
  expect(await page.evaluate('window.isSamePage')).toBe(true);
  expect([await page.getByLabel('Note').inputValue(), await keptText(page)]).toEqual(['', null]);
});

test('the back/forward cache shows no private page after another tab has signed out', async ({ openPage }) => {
  const page = await openPage({ backForwardCache: true });
  await signIn(page, cast);
  await page.getByLabel('Note').fill('private text');
  await page.waitForLoadState('networkidle');
  // A page of the issuer's origin, which has nothing of this app.
  await page.goto(`${cast.emulator.issuer}/_emulator/`);
  const other = await page.context().newPage();
  await other.goto(cast.app);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await page.content()).not.toContain('Your notes');
});

test('a page that comes out of the back/forward cache after a sign-out is hidden before it is loaded again', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page, cast);
  await page.waitForLoadState('networkidle');
  // Simulates a browser that restores the page from the back/forward cache. An inactive page gets no `storage` event.
  const shown = await page.evaluate<string>(`(() => {
    localStorage.setItem('torii.session_changed', 'by another tab');
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    return getComputedStyle(document.querySelector('h1')).visibility;
  })()`);
  expect(shown).toBe('hidden');
  await page.waitForEvent('load');
});

test('shows the reason if the app refuses the token, and does not loop', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, cast);
  await loseToken(page);
  // Simulates a clock of the app that is an hour slow. This affects every later test with the same cast.
  cast.emulator.advance(3600);
  await page.goto(`${cast.app}/notes`);
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await keepScreenshot(page, 'next-clock-off');
});
