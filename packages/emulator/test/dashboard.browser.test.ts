import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { type Emulator, startEmulator } from '../src/index.ts';
import { login } from './browser.ts';
import { patience, startReceiver } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

const phone = { viewport: { width: 400, height: 800 } };

/** Starts an emulator with some data and activity. */
async function startBusy(): Promise<Emulator> {
  const torii = await startEmulator({ environments: [{ name: 'acme' }] });
  const ada = await torii.createUser({ ...login, name: 'Ada Lovelace' });
  await torii.createUser({ email: 'grace@example.com', name: 'Grace Hopper', password: login.password });
  const mallory = await torii.createUser({ email: 'mallory@example.com', name: '<script>alert(1)</script>' });
  await torii.rotateKeys();
  await signIn(torii, login);
  await signIn(torii, { email: 'grace@example.com', password: 'wrong horse' });
  await callApi(torii, 'POST', `/users/${mallory.id}/ban`);
  await callApi(torii, 'GET', `/users/${ada.id}`);
  await fetch(torii.jwksUrl);
  await torii.token({ userId: ada.id, organization: { id: 'acme', role: 'org:administrator' } });
  return torii;
}

async function openDashboard(torii: Emulator, page: Page): Promise<void> {
  await page.goto(torii.dashboardUrl);
}

function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
}

test.for([true, false])(
  'its buttons do the same as the library, with JavaScript: %s',
  async (javaScriptEnabled, { openPage }) => {
    await using torii = await startBusy();
    const page = await openPage({ javaScriptEnabled });
    await openDashboard(torii, page);

    await page.getByRole('button', { name: 'Ban Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Unban Ada Lovelace' }).waitFor();
    expect((await signIn(torii, login)).status).toBe(403);
    await page.getByRole('button', { name: 'Unban Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Ban Ada Lovelace', exact: true }).waitFor();
    expect((await signIn(torii, login)).status).toBe(200);

    const [, older = ''] = torii.keyIds;
    await page.getByRole('button', { name: `Withdraw the key ${older}` }).click();
    await expect.poll(() => torii.keyIds, patience).toHaveLength(1);
    await page.getByRole('button', { name: 'Rotate keys' }).click();
    await expect.poll(() => torii.keyIds, patience).toHaveLength(2);

    await page.getByLabel('Advance by').fill('3');
    await page.getByLabel('Unit').selectOption('hours');
    await page.getByRole('button', { name: 'Advance' }).click();
    await page
      .locator('#clock')
      .getByText(/\b3 h\b/)
      .waitFor();
    expect(torii.now().getTime() - Date.now()).toBeGreaterThan(10_000_000);

    await page.getByLabel('Surface').selectOption('Key set');
    await page.getByLabel('Fault', { exact: true }).selectOption('respond with 429, Retry-After: 2');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.locator('#faults').getByText('429').waitFor();
    expect((await fetch(torii.jwksUrl)).status).toBe(429);
    await page.getByRole('button', { name: 'End the fault of Key set' }).click();
    await page.locator('#faults').getByText('429').waitFor({ state: 'detached' });
    expect((await fetch(torii.jwksUrl)).status).toBe(200);

    await using receiver = await startReceiver();
    await page.getByLabel('Send events to').fill(receiver.url);
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: `Remove the webhook ${receiver.url}` }).waitFor();
    await page.getByRole('button', { name: 'Ban Grace Hopper' }).click();
    await page.getByRole('button', { name: /Redeliver user\.banned/ }).click();
    await expect.poll(() => receiver.types(), patience).toEqual(['user.banned', 'user.banned']);
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await page.getByText(torii.webhookSecret).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('button', { name: `Remove the webhook ${receiver.url}` }).click();
    await page.locator('button[value="remove-webhook"]').waitFor({ state: 'detached' });
    expect(torii.webhooks).toEqual([]);
  },
);

test('shows a user named <script> as text, without browser errors', async ({ openPage }) => {
  await using torii = await startBusy();
  const page = await openPage();
  const complaints: string[] = [];
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await openDashboard(torii, page);
  await page.getByText('<script>alert(1)</script>').first().waitFor();
  await page.getByText('Live').waitFor();
  expect(complaints).toEqual([]);
  await keepScreenshot(page, 'dashboard');
});

test('updates itself, except for the parts that the user is reading or filling in', async ({ openPage }) => {
  await using torii = await startBusy();
  const page = await openPage();
  await openDashboard(torii, page);
  await page.getByLabel('Advance by').fill('77');
  const token = page.locator('#tokens details').first();
  await token.locator('summary').click();
  await torii.createUser({ name: 'Newcomer' });
  await torii.token();
  await page.getByText('Newcomer').waitFor();
  expect(await page.getByLabel('Advance by').inputValue()).toBe('77');
  expect(await token.getAttribute('open')).not.toBeNull();
  expect(await token.locator('pre').textContent()).toContain('"org_role": "org:administrator"');
  await keepScreenshot(page, 'dashboard-token');
});

test('shows the deliveries of webhooks and their results', async ({ openPage }) => {
  await using receiver = await startReceiver();
  await using torii = await startBusy();
  const page = await openPage({ bypassCSP: true });
  await torii.addWebhook({ url: receiver.url });
  await torii.addWebhook({ url: 'http://127.0.0.1:1/webhooks', types: ['user.created'] });
  await torii.createUser({ name: 'Katherine Johnson' });
  receiver.answer = () => ({ status: 410 });
  await expect.poll(() => receiver.received.length, patience).toBe(1);
  await torii.createUser({ name: 'Dorothy Vaughan' });
  await expect.poll(() => torii.webhooks[0]?.disabledAt, patience).not.toBe(null);
  await openDashboard(torii, page);
  await page.locator('button[value="enable-webhook"]').waitFor();
  await page.locator('#deliveries summary').first().click();
  await page.locator('#deliveries').getByText('unreachable').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreenshot(page, 'dashboard-webhooks');
});

test('shows that the emulator has stopped', async ({ openPage }) => {
  const torii = await startEmulator();
  const page = await openPage();
  await openDashboard(torii, page);
  await page.getByText('Live').waitFor();
  await torii.stop();
  await expect.poll(() => page.locator('#live').textContent(), patience).not.toBe('Live');
});

test.for(['light', 'dark'] as const)(
  'fits a narrow window and is accessible (%s)',
  async (colorScheme, { openPage }) => {
    await using torii = await startBusy();
    const page = await openPage({ ...phone, colorScheme, bypassCSP: true });
    torii.fail('api', { times: 3 });
    await openDashboard(torii, page);
    await page.getByText('Live').waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await findBarriers(page)).toEqual([]);
    await keepScreenshot(page, `dashboard-narrow-${colorScheme}`);
  },
);
