import { expect } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { startEmulator } from '../src/index.ts';
import { close, listen, originOf } from '../src/server.ts';
import { login } from './browser.ts';
import { callApi } from './rest.ts';

test.for([true, false])('signs up and then in, with JavaScript: %s', async (javaScriptEnabled, { openPage }) => {
  await using torii = await startEmulator();
  await callApi(torii, 'POST', '/invitations', { email: login.email });
  const page = await openPage({ javaScriptEnabled });
  await page.goto(torii.mails[0]?.link ?? '');
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('New password').fill(login.password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Email').fill(login.email);
  await page.getByLabel('Password').fill(login.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
});

test('goes on to the app after the sign-up, and says that the link was used', async ({ openPage }) => {
  await using torii = await startEmulator();
  const server = await listen(0, '127.0.0.1');
  server.on('request', (_request, response) => response.setHeader('content-type', 'text/html').end('<h1>The app</h1>'));
  const app = originOf(server);
  await callApi(torii, 'PUT', '/allowed-origins', { origins: [app] });
  await callApi(torii, 'POST', '/invitations', { email: login.email, redirectUrl: `${app}/welcome` });
  const link = torii.mails[0]?.link ?? '';
  const page = await openPage({ viewport: { width: 390, height: 700 }, colorScheme: 'dark' });
  await page.goto(link);
  await page.getByLabel('New password').fill(login.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'The app' }).waitFor();
  expect(page.url()).toBe(`${app}/welcome`);
  await page.goto(link);
  expect(await page.getByRole('alert').textContent()).toMatch(/\S/);
  await keepScreenshot(page, 'invitation-used');
  await close(server);
});

test.for(['light', 'dark'] as const)('is accessible (%s)', async (colorScheme, { openPage }) => {
  await using torii = await startEmulator();
  await callApi(torii, 'POST', '/invitations', { email: login.email });
  const page = await openPage({ bypassCSP: true, colorScheme });
  await page.goto(torii.mails[0]?.link ?? '');
  expect(await findBarriers(page)).toEqual([]);
  await keepScreenshot(page, `accept-invitation-${colorScheme}`);
});
