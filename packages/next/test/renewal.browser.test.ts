// [45] A token that has ended, in a real browser: what a page load and a form lose, and what pages of other sites can cause.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { freePort } from './next-server.ts';
import { type RevocationServer, serveRevocations } from './revocation-server.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

const login = { email: 'ada@example.com', password: 'correct horse battery' };
const tokenName = '__Host-torii_token';
const sessionName = '__client_session';

describe('with `renewInProxy`', () => {
  let emulator: Emulator;
  let userId: string;
  let app: RunningApp;
  let revocations: RevocationServer;
  /** Tokens that were issued up to this second are revoked. */
  let revokedUntil = 0;
  beforeAll(async () => {
    const port = await freePort();
    emulator = await startEmulator({ allowedOrigins: [`http://127.0.0.1:${port}`] });
    userId = (await emulator.createUser(login)).id;
    const { issuer, environmentId } = emulator;
    revocations = await serveRevocations({
      issuer,
      environmentId,
      maxTokenSeconds: 3600,
      check: ({ auth }) => (auth.issuedAt <= revokedUntil ? 'revoked' : 'accepted'),
    });
    const { environment } = revocations;
    app = await startApp('Next 16, proxy.ts', { issuer, port, options: { renewInProxy: true }, environment });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await revocations?.[Symbol.asyncDispose]();
    await emulator?.stop();
  });

  // From a document without scripts. A page of the app stores a token itself, a moment after it was loaded.
  async function signIn(page: Page): Promise<void> {
    await page.goto(app.url + new URL(emulator.jwksUrl).pathname);
    await logIn(page);
  }

  async function logIn(page: Page): Promise<void> {
    const status = await page.evaluate(async (credentials) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/_torii/auth/login', { method: 'POST', headers, body: JSON.stringify(credentials) })).status;
    }, login);
    expect(status).toBe(200);
  }

  // Not `clearCookies`, which takes all cookies away for a moment, also from a request in flight.
  const endToken = (context: BrowserContext) =>
    context.addCookies([{ name: tokenName, value: 'x', domain: '127.0.0.1', path: '/', secure: true, expires: 1 }]);
  const find = async (context: BrowserContext, name: string) =>
    (await context.cookies()).find((cookie) => cookie.name === name);
  // Next 16 keeps the page before in the document, hidden.
  // A page's own script stores a token too, a moment after the page was loaded. It must have done so before a test ends the token.
  const storesToken = (page: Page) =>
    page.waitForResponse((response) => response.url() === `${app.url}/api/torii/token` && response.ok());
  // Not a locator: after a navigation from another site, those of Playwright sometimes find nothing in a page that shows it.
  const showsUser = (page: Page) =>
    expect.poll(() => page.evaluate(isShown, userId).catch(() => false), { timeout: 60_000 }).toBe(true);

  test('page loads, links, server actions and forms lose nothing', async ({ openPage }) => {
    const page = await openPage();
    const context = page.context();
    await signIn(page);
    expect(await find(context, sessionName)).toMatchObject({ path: '/', httpOnly: true });
    expect(await find(context, tokenName)).toBeUndefined();

    let stored = storesToken(page);
    await page.goto(`${app.url}/private`);
    await showsUser(page);
    expect(page.url()).toBe(`${app.url}/private`);
    expect(await find(context, tokenName)).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax' });
    await stored;
    app.takeVisits();

    await endToken(context);
    const acted = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url() === `${app.url}/private`,
    );
    await page.getByRole('button', { name: 'Act', exact: true }).click();
    expect((await acted).status()).toBe(200);
    expect(app.takeVisits()).toContain(`action ${userId}`);
    expect(await find(context, tokenName)).toBeDefined();

    // A public page sees the user too.
    await endToken(context);
    stored = storesToken(page);
    await page.goto(`${app.url}/welcome`);
    await showsUser(page);
    await stored;

    // Next's router gets a refusal and loads the page from the server.
    await endToken(context);
    stored = storesToken(page);
    await page.getByRole('link', { name: 'Private' }).click();
    await page.waitForURL(`${app.url}/private`);
    await showsUser(page);
    await stored;

    // Without JavaScript.
    await endToken(context);
    const plain = await openPage({ javaScriptEnabled: false });
    await plain.context().addCookies(await context.cookies());
    await plain.goto(`${app.url}/private`);
    await endToken(plain.context());
    app.takeVisits();
    await plain.getByRole('button', { name: 'Act alone' }).click();
    await expect.poll(() => app.takeVisits()).toContain(`action ${userId}`);
    expect(await find(plain.context(), tokenName)).toBeDefined();

    // The session ends.
    await endToken(context);
    await page.evaluate(() => fetch('/_torii/auth/logout', { method: 'POST' }));
    expect(await find(context, sessionName)).toBeUndefined();
    await page.goto(`${app.url}/private`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  test('a request from before signing in, answered after it, does not sign the user out', async ({ openPage }) => {
    const page = await openPage();
    emulator.delay('session', 1_000, { times: 1 });
    const answered = page.waitForResponse((response) => response.url().endsWith('/access-token'));
    const asked = page.waitForRequest((request) => request.url().endsWith('/access-token'));
    await page.goto(`${app.url}/welcome`);
    await asked;
    await logIn(page);
    expect((await answered).status()).toBe(401);
    expect(await find(page.context(), sessionName)).toBeDefined();
    await page.goto(`${app.url}/private`);
    await showsUser(page);
  });

  test('[14] [45] nothing is renewed for prefetches, and for what another site embeds, posts or fetches', async ({
    openPage,
  }) => {
    const page = await openPage({ thirdPartyCookies: true });
    const context = page.context();
    await signIn(page);
    await endToken(context);
    // As Torii sets its cookies over https.
    const cookies = (await context.cookies()).filter(({ name }) => name.includes(sessionName));
    expect(cookies.map(({ name }) => name)).toContain(sessionName);
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, sameSite: 'None', secure: true })));

    const seen: string[] = [];
    const attack = createServer((_req, res) => {
      res.setHeader('content-type', 'text/html').end(`<!doctype html><body>
        <iframe src="${app.url}/private?frame"></iframe>
        <img src="${app.url}/private?image"><script src="${app.url}/private?script"></script>
        <link rel="stylesheet" href="${app.url}/private?style"><object data="${app.url}/private?object"></object>
        <embed src="${app.url}/private?embed"><video src="${app.url}/private?video"></video>
        <iframe name="target"></iframe>
        <form id="form" method="post" target="target" action="${app.url}/api/effect?form"><input name="a" value="b"></form>
        <form id="get" method="get" target="target" action="${app.url}/private"><input name="get" value=""></form>
        <script>
          fetch('${app.url}/api/effect?fetch', { method: 'POST', mode: 'no-cors', credentials: 'include' });
          fetch('${app.url}/private?get-fetch', { mode: 'no-cors', credentials: 'include' });
          navigator.sendBeacon('${app.url}/api/effect?beacon', 'x');
          document.getElementById('form').submit();
        </script>`);
    });
    await new Promise<void>((resolve) => attack.listen(0, '127.0.0.1', resolve));
    const { port } = attack.address() as AddressInfo;
    // Of the test before.
    app.takeVisits();
    try {
      // Browsers hide some of the responses, such as JSON for a script.
      for (const event of ['requestfinished', 'requestfailed'] as const) {
        page.on(event as 'requestfinished', (request) => void seen.push(new URL(request.url()).search));
      }
      const inFrame = page.waitForResponse((response) => response.url().endsWith('/access-token'));
      await page.goto(`http://localhost:${port}/`);
      for (const kind of ['frame', 'image', 'script', 'style', 'form', 'fetch', 'get-fetch']) {
        await expect.poll(() => seen, { timeout: 30_000 }).toContain(`?${kind}`);
      }
      // The sign-in page in a frame has the session cookie.
      expect((await inFrame).status()).toBe(200);
      // The app's own page prefetches.
      await page.goto(app.url + new URL(emulator.jwksUrl).pathname);
      const prefetched = page.waitForResponse((response) => response.url().endsWith('/private?prefetch'));
      await page.evaluate(() => {
        const link = document.createElement('link');
        Object.assign(link, { rel: 'prefetch', href: '/private?prefetch' });
        document.head.append(link);
      });
      await prefetched;
      // A request that was renewed would have reached the page.
      expect(app.takeVisits()).toEqual([]);
      expect(await find(context, tokenName)).toBeUndefined();

      // A link of another site is a navigation.
      const tab = await context.newPage();
      await tab.goto(`http://localhost:${port}/`);
      const stored = storesToken(tab);
      await tab.evaluate((url) => {
        location.href = `${url}/private?link`;
      }, app.url);
      await tab.waitForURL(`${app.url}/private?link`);
      await showsUser(tab);
      await stored;
      await tab.close();

      // A form that leaves the other site's page is a navigation, but with POST.
      await endToken(context);
      await page.goto(`http://localhost:${port}/`);
      const posted = page.waitForResponse((response) => response.url() === `${app.url}/api/effect`);
      await page.evaluate((url) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: `${url}/api/effect` });
        document.body.append(form);
        form.submit();
      }, app.url);
      expect([401, 303]).toContain((await posted).status());
      expect(app.takeVisits()).not.toContain('effect of POST');
    } finally {
      attack.closeAllConnections();
      attack.close();
    }
  });

  test('[40] a user whose role was changed keeps working, with a new token', async ({ openPage }) => {
    const page = await openPage();
    const context = page.context();
    await signIn(page);
    await page.goto(`${app.url}/private`);
    await showsUser(page);
    const old = await find(context, tokenName);
    const session = await find(context, sessionName);
    app.takeVisits();

    revokedUntil = Math.floor(Date.now() / 1000);
    const acted = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url() === `${app.url}/private`,
    );
    await page.getByRole('button', { name: 'Act', exact: true }).click();
    expect((await acted).status()).toBe(200);
    expect(app.takeVisits()).toContain(`action ${userId}`);
    const renewed = await find(context, tokenName);
    expect(renewed?.value).not.toBe(old?.value);
    expect((await find(context, sessionName))?.value).toBe(session?.value);
    expect(page.url()).toBe(`${app.url}/private`);
  });
});

/** In the browser. */
function isShown(userId: string): boolean {
  return [...document.querySelectorAll('#who')].some(
    (each) => each.checkVisibility() && each.textContent?.includes(userId),
  );
}
