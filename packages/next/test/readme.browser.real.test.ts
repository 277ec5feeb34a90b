// What a user has after `create-next-app` and after pasting the README's blocks, in a real browser.
import { type EmulatorEnvironment, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { variantsOf } from './apps.ts';
import { freePort } from './next-server.ts';
import { type AskedToken, type RevocationServer, serveRevocations } from './revocation-server.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';
import { signInAndOut } from './signed-in-visit.ts';

describe.each(variantsOf())('%s', (variant) => {
  let emulator: EmulatorEnvironment & AsyncDisposable;
  let app: RunningApp;
  let origin: string;
  let revocations: RevocationServer;
  let isRevoked: (token: AskedToken) => boolean = () => false;
  beforeAll(async () => {
    const port = await freePort();
    // As in the README. Next 15's middleware redirects 127.0.0.1 to it.
    origin = `http://localhost:${port}`;
    emulator = await startEmulator({ allowedOrigins: [origin] });
    const { issuer, environmentId } = emulator;
    const check = (token: AskedToken) => (isRevoked(token) ? 'revoked' : 'accepted');
    revocations = await serveRevocations({ issuer, environmentId, maxTokenSeconds: 3600, check });
    const environment = { APP_ORIGIN: origin, ...revocations.environment };
    app = await startApp(variant, { issuer, port, options: null, environment });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await revocations?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  test('a user signs in, returns to the page, calls the API and signs out, and nothing private remains', async ({
    openPage,
  }) => {
    const page = await openPage();
    await signInAndOut(page, { emulator, origin, pathOf: app.pathOf, screenshots: variant });
  });

  test('[40] a user whose role was changed keeps working, and a user who was banned has to sign in', async ({
    openPage,
  }) => {
    const page = await openPage();
    const credentials = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery' };
    const { id } = await emulator.createUser(credentials);
    const greeting = page.getByRole('heading', { name: `Hello, ${id}` });
    await page.goto(`${origin}/sign-in`);
    await page.evaluate(async (body) => {
      const headers = { 'content-type': 'application/json' };
      await fetch('/_torii/auth/login', { method: 'POST', headers, body: JSON.stringify(body) });
    }, credentials);
    await page.goto(`${origin}/notes`);
    await greeting.waitFor();
    // Until the page has noted its arrival, a second redirect to it counts as a loop.
    await page.waitForFunction(() => !sessionStorage.getItem('torii.bounced')?.includes('/notes'));

    // Everything that was issued up to now, also in this second.
    const untilSeconds = Math.floor(Date.now() / 1000);
    const refused: AskedToken[] = [];
    isRevoked = (token) => token.auth.issuedAt <= untilSeconds && refused.push(token) > 0;
    await page.goto(`${origin}/notes`);
    await greeting.waitFor();
    expect(page.url()).toBe(`${origin}/notes`);
    expect(refused.length).toBeGreaterThan(0);

    await page.waitForFunction(() => !sessionStorage.getItem('torii.bounced')?.includes('/notes'));

    isRevoked = () => true;
    await page.goto(`${origin}/notes`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });
});
