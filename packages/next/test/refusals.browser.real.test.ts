// What a user sees of a refusal, in a real browser. The bytes on the wire: refusals.real.test.ts.
import { type Emulator, startEmulator } from '@torii/emulator';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { hasCacheComponents, recipes, variantsOf } from './apps.ts';
import { freePort } from './next-server.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

const variants = variantsOf().filter((variant) => /^Next \d\d(?:,.*| alone)$/.test(variant));

describe.each(variants)('%s', (variant) => {
  const hasProxy = recipes[variant].entrance !== 'none';
  let emulator: Emulator;
  let app: RunningApp;
  let origin: string;
  beforeAll(async () => {
    const port = await freePort();
    // Next 15's middleware redirects 127.0.0.1 to it.
    origin = `http://localhost:${port}`;
    emulator = await startEmulator({ allowedOrigins: [origin] });
    app = await startApp(variant, { issuer: emulator.issuer, port, environment: { APP_ORIGIN: origin } });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await emulator?.stop();
  });

  /** Sends a token with each page load and, if the user stays signed in, with each form and action. */
  async function signIn(page: Page, isStillSignedIn = true): Promise<void> {
    const authorization = `Bearer ${await emulator.token({ userId: 'ada', expiresInSeconds: 3600 })}`;
    await page.route(`${origin}/refusals/**`, (route, request) => {
      const hasToken = isStillSignedIn || request.method() === 'GET';
      return route.continue(hasToken ? { headers: { ...request.headers(), authorization } } : {});
    });
  }

  async function act(page: Page, check: string): Promise<number> {
    await page.goto(`${origin}/refusals/action`, { waitUntil: 'networkidle' });
    await page.getByLabel('Check').fill(check);
    const answered = page.waitForResponse(
      (response) => response.url().endsWith('/refusals/action') && response.request().method() === 'POST',
    );
    await page.getByRole('button', { name: 'Act' }).click();
    return (await answered).status();
  }

  test.for([
    ['passes', true, null],
    ['refuses', true, 'not_allowed'],
    ['says-nothing', true, 'not_allowed'],
    ['passes', false, 'token_missing'],
  ] as const)(
    'error.tsx shows why an action refused: %s, signed in %s',
    async ([check, isSignedIn, reason], { openPage }) => {
      const page = await openPage();
      await signIn(page, isSignedIn);
      const status = await act(page, check);
      if (reason === null) expect(status).toBe(200);
      else await page.locator('#reason', { hasText: reason }).waitFor();
      expect(app.takeVisits()).toEqual(reason === null ? ['action'] : []);
      if (!isSignedIn && hasProxy) expect(status).toBe(401);
    },
  );

  test('a refusal inside <Suspense> replaces the page by the not-found page', async ({ openPage }) => {
    const page = await openPage();
    await signIn(page);
    for (const name of ['suspense', 'page']) {
      await page.goto(`${origin}/refusals/${name}/refuses`);
      await page.getByText('This page could not be found').waitFor();
      expect(await page.content()).not.toContain('protected-bytes');
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test('a signed-out visitor comes to the sign-in page, with JavaScript and without it', async ({ openPage }) => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await openPage({ javaScriptEnabled });
      // Without JavaScript, a browser can follow a redirect only in a header or in a `<meta>` inside of `<Suspense>`.
      const names = javaScriptEnabled || hasProxy || !hasCacheComponents(variant) ? ['page', 'suspense'] : ['suspense'];
      for (const name of names) {
        await page.goto(`${origin}/refusals/${name}/passes`);
        await page.waitForURL(/\/sign-in\?return_to=/);
        expect(new URL(page.url()).searchParams.get('return_to')).toBe(`/refusals/${name}/passes`);
      }
    }
  });

  test('a form without JavaScript leads to the sign-in page', async ({ openPage }) => {
    const page = await openPage({ javaScriptEnabled: false });
    await signIn(page, false);
    expect(await act(page, 'passes')).toBe(303);
    await page.waitForURL(/\/sign-in\?return_to=%2Frefusals%2Faction/);
    expect(app.takeVisits()).toEqual([]);
  });
});
