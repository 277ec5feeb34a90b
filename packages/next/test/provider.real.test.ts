// Torii's own React provider, as far as it is documented, with this package: through the issuer route, and with the issuer on
// another origin. fixture-app/torii-react says what is documented and what is assumed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmulatorEnvironment, startEmulator } from '@torii/emulator';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { readPage } from '../../../scripts/check-docs.ts';
import { repository } from '../../../scripts/workspace.ts';
import { provisionalPaths } from '../../emulator/src/provisional-paths.ts';
import { publishedPaths } from '../../emulator/src/published-paths.ts';
import { publishableKey } from './apps.ts';
import { published, renewalPath } from './fixture-app/torii-react/paths.ts';
import { buildLimitMs, freePort, type RunningApp, startApp } from './running-app.ts';

const ada = { email: 'ada@example.com', password: 'correct horse battery' };
const sessionCookies = ['__client_session', '__client_session_hint'];

/** `npm test` uses the usual way, the matrix the other. */
const ways = process.env['TEST_SUITE'] === 'matrix' ? ['the origin of the issuer'] : ['the issuer route'];

test('the stand-in for the provider uses the published paths, and the path that the emulator assumes', () => {
  expect(renewalPath).toBe(provisionalPaths.accessToken);
  const { client, login, logout, organizations } = publishedPaths;
  expect({ ...published, switchOrganization: published.switchOrganization('a/b') }).toEqual({
    client,
    login,
    logout,
    switchOrganization: `${organizations}/a%2Fb/switch`,
  });
});

test('the example in docs/react-provider.md is the one that is tested here', () => {
  const { blocks } = readPage(readFileSync(join(repository, 'docs', 'react-provider.md'), 'utf8'));
  const example = readFileSync(join(import.meta.dirname, 'fixture-app', 'provider-session.tsx'), 'utf8');
  expect(blocks.map(({ code }) => `${code}\n`)).toContain(`// session.tsx\n${example}`);
});

describe.each(ways)('through %s', (way) => {
  let environment: EmulatorEnvironment & AsyncDisposable;
  let app: RunningApp;
  let organizations: Readonly<Record<'acme' | 'globex' | 'foreign', string>>;
  /** Where the browser finds Torii. */
  let torii: string;
  beforeAll(async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    environment = await startEmulator({ allowedOrigins: [origin], publishableKey });
    const { issuer } = environment;
    const user = await environment.createUser(ada);
    const bob = await environment.createUser({ email: 'bob@example.com' });
    const create = async (name: string, userId: string, role: string) =>
      (await environment.createOrganization({ name, members: [{ userId, role }] })).id;
    organizations = {
      acme: await create('Acme', user.id, 'org:administrator'),
      globex: await create('Globex', user.id, 'org:member'),
      foreign: await create('Foreign', bob.id, 'org:member'),
    };
    torii = way === 'the issuer route' ? origin : new URL(issuer).origin;
    app = await startApp('Next 16, proxy.ts', {
      issuer,
      port,
      options: { signInPath: '/provider/sign-in', publicPaths: ['/', '/provider'] },
      environment: {
        PROXY_ORIGIN: torii,
      },
    });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await environment?.[Symbol.asyncDispose]();
  });

  const shows = (page: Page, id: string, text: string) => page.locator(`#${id}`, { hasText: text }).waitFor();
  const names = async (page: Page) => (await page.context().cookies()).map(({ name }) => name).toSorted();

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill(ada.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function callApi(page: Page): Promise<unknown> {
    const answer = page.waitForResponse((response) => response.url().endsWith('/provider/me'));
    await page.getByRole('button', { name: 'Call' }).click();
    return (await answer).json();
  }

  test('a user signs in, is known after a reload, works for an organization, and leaves no session behind', async ({
    openPage,
  }) => {
    const page = await openPage();
    const origins = new Set<string>();
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!url.pathname.startsWith('/_torii/')) return;
      origins.add(url.origin);
      // The key names the environment.
      if (request.method() !== 'OPTIONS') expect(request.headers()['x-api-key']).toBe(publishableKey);
    });
    await page.goto(`${app.url}/provider`);
    await shows(page, 'browser', 'signed out');
    await shows(page, 'server', 'nobody');
    await signIn(page);
    await shows(page, 'browser', `signed in as ${ada.email}`);
    // Without a reload: the token cookie follows the provider.
    await shows(page, 'server', 'user in no organization');
    expect(await names(page)).toEqual(expect.arrayContaining([...sessionCookies, '__Host-torii_token']));
    const session = (await page.context().cookies()).find(({ name }) => name === '__client_session');
    expect(session).toMatchObject({ httpOnly: true, domain: '127.0.0.1' });

    // The boot probe finds the session.
    await page.reload();
    await shows(page, 'browser', `signed in as ${ada.email}`);
    expect(await callApi(page)).toMatchObject({ organization: null });

    // Torii's own components know nothing of the token cookie. It follows at once nevertheless.
    await page.getByRole('button', { name: 'Show Acme' }).click();
    await shows(page, 'server', `user in ${organizations.acme}`);
    expect(await callApi(page)).toMatchObject({ organization: { id: organizations.acme, role: 'org:administrator' } });

    const loaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Change to Globex' }).click();
    await loaded;
    await shows(page, 'server', `user in ${organizations.globex}`);
    await shows(page, 'browser', 'signed in');
    expect(await callApi(page)).toMatchObject({ organization: { id: organizations.globex, role: 'org:member' } });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${app.url}/`);
    expect(await names(page)).toEqual([]);
    await page.goto(`${app.url}/provider`);
    await shows(page, 'browser', 'signed out');
    await shows(page, 'server', 'nobody');
    expect([...origins]).toEqual([torii]);
  });

  test('a sign-in on the sign-in page leads back, and a valid session leads back without a click', async ({
    openPage,
  }) => {
    const page = await openPage();
    await page.goto(`${app.url}/provider/account`);
    expect(page.url()).toBe(`${app.url}/provider/sign-in?return_to=%2Fprovider%2Faccount`);
    await signIn(page);
    await page.locator('#account').waitFor();
    expect(page.url()).toBe(`${app.url}/provider/account`);

    await page.waitForLoadState('networkidle');
    await page.goto('about:blank');
    await page.context().clearCookies({ name: '__Host-torii_token' });
    await page.goto(`${app.url}/provider/account`);
    await page.locator('#account').waitFor();
  });

  test('the token cookie follows a renewal, and a sign-out that does not go through endSession', async ({
    openPage,
  }) => {
    const page = await openPage();
    await page.clock.install();
    await page.goto(`${app.url}/provider`);
    await shows(page, 'browser', 'signed out');
    await signIn(page);
    await shows(page, 'server', 'user');
    await page.waitForLoadState('networkidle');
    const tokenCookie = async () =>
      (await page.context().cookies()).find(({ name }) => name === '__Host-torii_token')?.value;
    const before = await tokenCookie();
    expect(before).toMatch(/^eyJ/);
    // Tokens live for five minutes, so a renewal is due by then.
    await page.clock.fastForward(290_000);
    await expect.poll(tokenCookie).not.toBe(before);
    expect(await tokenCookie()).toMatch(/^eyJ/);

    await page.getByRole('button', { name: 'Leave' }).click();
    await shows(page, 'server', 'nobody');
    expect(await names(page)).toEqual([]);
  });

  test('a wrong password, a foreign organization and a foreign session give nothing', async ({ openPage }) => {
    const page = await openPage();
    await page.goto(`${app.url}/provider`);
    await shows(page, 'browser', 'signed out');
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: '401' }).waitFor();
    expect((await names(page)).filter((name) => sessionCookies.includes(name))).toEqual([]);
    // An invented value does not sign anyone in on the server.
    await page.context().addCookies([{ name: '__client_session', value: 'made-up', url: `${app.url}/_torii/` }]);
    await page.reload();
    await shows(page, 'browser', 'signed out');
    await shows(page, 'server', 'nobody');
    await page.context().clearCookies();
    await signIn(page);
    await shows(page, 'server', 'user in no organization');
    const switchTo = (id: string) =>
      page.evaluate(
        async ([url, key]) => {
          const init = { method: 'POST', headers: { 'X-API-Key': key ?? '' }, credentials: 'include' } as const;
          return (await fetch(url ?? '', init)).status;
        },
        [torii + published.switchOrganization(id), publishableKey],
      );
    const refusals = [await switchTo(organizations.foreign), await switchTo('unknown')];
    for (const status of refusals) expect(status).toBeGreaterThanOrEqual(400);
    await page.reload();
    await shows(page, 'server', 'user in no organization');
    expect(await callApi(page)).toMatchObject({ organization: null });
  });

  test('a change of the organization in one tab keeps another from setting the old token again', async ({
    openPage,
  }) => {
    const page = await openPage();
    await page.goto(`${app.url}/provider`);
    await shows(page, 'browser', 'signed out');
    await signIn(page);
    await page.getByRole('button', { name: 'Change to Acme' }).click();
    await shows(page, 'server', `user in ${organizations.acme}`);
    const other = await page.context().newPage();
    await other.goto(`${app.url}/provider`);
    await shows(other, 'browser', 'signed in');
    await page.getByRole('button', { name: 'Change to Globex' }).click();
    await shows(page, 'server', `user in ${organizations.globex}`);
    // The other tab loads again by itself, for the new organization.
    await shows(other, 'server', `user in ${organizations.globex}`);
    await shows(other, 'browser', 'signed in');
    expect(await callApi(other)).toMatchObject({ organization: { id: organizations.globex } });
    await page.reload();
    await shows(page, 'server', `user in ${organizations.globex}`);
  });
});
