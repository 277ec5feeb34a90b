import { createServer, type Server } from 'node:http';
import { expect } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { startEmulator } from '../src/index.ts';
import { login } from './browser.ts';

test.for([true, false])('signs in and out, with JavaScript: %s', async (javaScriptEnabled, { openPage }) => {
  await using torii = await startEmulator();
  await torii.createUser(login);
  const page = await openPage({ javaScriptEnabled });
  await page.goto(torii.signInUrl);
  await page.getByLabel('Email').fill(login.email);
  await page.getByLabel('Password').fill(login.password);
  if (javaScriptEnabled) await keepScreenshot(page, 'sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const cookies = await page.context().cookies(torii.signInUrl);
  expect(cookies.sort((one, other) => one.name.length - other.name.length)).toMatchObject([
    { name: '__client_session', httpOnly: true, sameSite: 'Lax', path: '/_torii' },
    { name: '__client_session_hint', value: '1', httpOnly: false, sameSite: 'Lax', path: '/' },
  ]);
  if (javaScriptEnabled) await keepScreenshot(page, 'signed-in');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.context().cookies(torii.signInUrl)).toEqual([]);
});

test('announces a wrong password to screen readers, and keeps the email', async ({ openPage }) => {
  await using torii = await startEmulator();
  await torii.createUser(login);
  const page = await openPage({ viewport: { width: 400, height: 700 }, colorScheme: 'dark' });
  await page.goto(torii.signInUrl);
  await page.getByLabel('Email').fill(login.email);
  await page.getByLabel('Password').fill('wrong horse');
  await page.keyboard.press('Enter');
  expect(await page.getByRole('alert').textContent()).toMatch(/\S/);
  expect(await page.getByLabel('Email').inputValue()).toBe(login.email);
  expect(await page.getByLabel('Password').inputValue()).toBe('');
  await keepScreenshot(page, 'sign-in-refused');
});

test.for(['light', 'dark'] as const)('is accessible (%s)', async (colorScheme, { openPage }) => {
  await using torii = await startEmulator();
  await torii.createUser(login);
  const page = await openPage({ bypassCSP: true, colorScheme });
  await page.goto(torii.signInUrl);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByLabel('Email').fill(login.email);
  await page.getByLabel('Password').fill('wrong horse');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test('a page of another site cannot sign a user in or out', async ({ openPage }) => {
  await using torii = await startEmulator();
  await torii.createUser(login);
  const form = `<form method="post" action="${torii.signInUrl}">
    <input name="email" value="${login.email}"><input name="password" value="${login.password}"><button>Go</button></form>`;
  await using evil = await servePage(form);
  const page = await openPage();
  await page.goto(evil.url);
  await page.getByRole('button', { name: 'Go' }).click();
  await page.getByRole('alert').waitFor();
  await keepScreenshot(page, 'sign-in-from-elsewhere');
  expect(await page.context().cookies(torii.signInUrl)).toEqual([]);
});

test('its pages load without browser errors', async ({ openPage }) => {
  await using torii = await startEmulator();
  const page = await openPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(request.url()));
  await page.goto(torii.signInUrl, { waitUntil: 'networkidle' });
  expect(complaints).toEqual([]);
});

async function servePage(html: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server: Server = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
