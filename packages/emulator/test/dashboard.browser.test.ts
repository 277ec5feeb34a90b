import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { startEmulator } from '../src/index.ts';
import { login } from './browser.ts';
import { expectFitting, open, phone, startBusy } from './busy-dashboard.ts';
import { patience, startReceiver } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

/** Goes to a section with the navigation. */
async function goTo(page: Page, section: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section }).click();
  await page.getByRole('navigation', { name: 'Sections' }).locator('[aria-current]', { hasText: section }).waitFor();
}

test.for([true, false])(
  'its buttons do the same as the library, with JavaScript: %s',
  async (javaScriptEnabled, { openPage }) => {
    await using busy = await startBusy();
    const { torii } = busy;
    const page = await openPage({ javaScriptEnabled });
    await open(page, torii);

    await goTo(page, 'Users');
    await page.getByRole('button', { name: 'Ban Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Unban Ada Lovelace' }).waitFor();
    expect((await signIn(torii, login)).status).toBe(403);
    await page.getByRole('button', { name: 'Unban Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Ban Ada Lovelace', exact: true }).waitFor();
    expect((await signIn(torii, login)).status).toBe(200);

    await page.getByText('Add a user').click();
    await page.getByLabel('Email', { exact: true }).fill('katherine@example.com');
    await page.getByLabel('First name').fill('Katherine');
    await page.getByLabel('Public metadata').fill('{ "plan": "pro" }');
    await page.getByRole('button', { name: 'Add the user' }).click();
    await page.getByRole('heading', { name: 'Katherine' }).waitFor();
    await page.getByLabel('Last name').fill('Johnson');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Katherine Johnson' }).waitFor();
    await page.getByLabel('Add to').selectOption('Acme');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Remove from Acme' }).waitFor();

    await goTo(page, 'Keys');
    const [, older = ''] = torii.keyIds;
    await page.getByRole('button', { name: `Withdraw the key ${older}` }).click();
    await expect.poll(() => torii.keyIds, patience).toHaveLength(1);
    await page.getByRole('button', { name: 'Rotate keys' }).click();
    await expect.poll(() => torii.keyIds, patience).toHaveLength(2);

    await goTo(page, 'Clock & faults');
    await page.getByLabel('Move forward by').fill('3');
    await page.getByLabel('Unit').selectOption('hours');
    await page.getByRole('button', { name: 'Move forward' }).click();
    await page
      .locator('#clock')
      .getByText(/\b3 h\b/)
      .waitFor();
    expect(torii.now().getTime() - Date.now()).toBeGreaterThan(10_000_000);
    await page.getByRole('button', { name: 'Set to this machine’s time' }).click();
    await page.locator('#clock').getByText('same as this machine').waitFor();

    await page.getByLabel('Part').selectOption('Key set');
    await page.getByLabel('What happens').selectOption('respond with 429, Retry-After: 2');
    await page.getByRole('button', { name: 'Start the fault' }).click();
    await page.locator('#faults').getByText('429').waitFor();
    expect((await fetch(torii.jwksUrl)).status).toBe(429);
    await page.getByRole('button', { name: 'End the fault of Key set' }).click();
    await page.locator('#faults').getByText('429').waitFor({ state: 'detached' });
    expect((await fetch(torii.jwksUrl)).status).toBe(200);

    await using receiver = await startReceiver();
    await goTo(page, 'Webhooks');
    await page.getByLabel('Send events to').fill(receiver.url);
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: `Remove the webhook ${receiver.url}` }).waitFor();
    await goTo(page, 'Users');
    await page.getByRole('button', { name: 'Ban Grace Hopper' }).click();
    await goTo(page, 'Webhooks');
    await page.getByRole('button', { name: /Redeliver user\.banned/ }).click();
    await expect.poll(() => receiver.types(), patience).toEqual(['user.banned', 'user.banned']);
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await page.getByText(torii.webhookSecret).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await goTo(page, 'Webhooks');
    await page.getByRole('button', { name: `Remove the webhook ${receiver.url}` }).click();
    await page.locator('button[value="remove-webhook"]').waitFor({ state: 'detached' });
    expect(torii.webhooks).toEqual([]);
  },
);

test.for([true, false])(
  'creates a token that verifies, with JavaScript: %s',
  async (javaScriptEnabled, { openPage }) => {
    await using busy = await startBusy();
    const { torii, ada } = busy;
    const page = await openPage({ javaScriptEnabled });
    await open(page, torii, `users/${ada.id}`);
    await page.getByRole('link', { name: 'Create a token' }).click();
    expect(await page.getByLabel('User', { exact: true }).inputValue()).toBe(login.email);
    await page.getByRole('button', { name: 'Create the token' }).click();
    const token = (await page.locator('[data-token]').textContent()) ?? '';
    const answer = await fetch(`${torii.dashboardUrl}whoami`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({ userId: ada.id });
    // The script of the page adds the button.
    const state = javaScriptEnabled ? 'visible' : 'hidden';
    await page.getByRole('button', { name: 'Copy the token' }).waitFor({ state });
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('heading', { name: 'Latest tokens' }).waitFor();
    expect(await page.content()).not.toContain(token);
  },
);

test('copies an id', async ({ openPage }) => {
  await using busy = await startBusy();
  const { torii, ada } = busy;
  const page = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  await open(page, torii, 'users');
  await page.getByRole('button', { name: 'Copy the id of Ada Lovelace' }).click();
  await expect.poll(() => page.evaluate<string>('navigator.clipboard.readText()'), patience).toBe(ada.id);
});

test('opens the link of an invitation, and shows the new user', async ({ openPage }) => {
  await using busy = await startBusy();
  const page = await openPage();
  await open(page, busy.torii, 'invitations');
  await page.getByRole('link', { name: /invited/ }).click();
  await page.getByRole('link', { name: 'Open the link' }).waitFor();
  expect(await page.locator('.letter').textContent()).toContain(busy.torii.mails[0]?.link);
  await keepScreenshot(page, 'dashboard-mail');
});

test('shows a user named <script> as text, without browser errors', async ({ openPage }) => {
  await using busy = await startBusy();
  const page = await openPage();
  const complaints: string[] = [];
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  for (const name of ['', 'users']) {
    await open(page, busy.torii, name);
    await page.getByText('<script>alert(1)</script>').first().waitFor();
    await page.getByText('Live').waitFor();
  }
  for (const name of ['tokens', `users/${busy.ada.id}`, 'organizations', 'invitations']) {
    await open(page, busy.torii, name);
    await page.getByText('Live').waitFor();
  }
  expect(complaints).toEqual([]);
});

test('updates itself, except for the parts that the user is reading or filling in', async ({ openPage }) => {
  await using busy = await startBusy();
  const { torii, ada } = busy;
  const page = await openPage();
  await open(page, torii, 'tokens');
  await page.getByLabel('Impersonated by').fill('someone');
  const token = page.locator('#tokens details').first();
  await token.locator('summary').click();
  const users = await openPage();
  await open(users, torii, 'users');
  await users.getByText('Add a user').click();
  await users.getByLabel('First name').fill('Dorothy');
  const profile = await openPage();
  await open(profile, torii, `users/${ada.id}`);
  await profile.getByLabel('Public metadata').fill('{ "unsaved": true }');
  await torii.createUser({ name: 'Newcomer' });
  await callApi(torii, 'POST', `/users/${ada.id}/ban`);
  await torii.token();
  await users.getByText('Newcomer').waitFor();
  await profile.locator('#profile').getByText('banned').waitFor();
  expect(await users.getByLabel('First name').inputValue()).toBe('Dorothy');
  expect(await profile.getByLabel('Public metadata').inputValue()).toBe('{ "unsaved": true }');
  expect(await page.getByLabel('Impersonated by').inputValue()).toBe('someone');
  expect(await token.getAttribute('open')).not.toBeNull();
  expect(await token.locator('pre').textContent()).toContain('"org_role": "org:administrator"');
});

test('shows the deliveries of webhooks and their results', async ({ openPage }) => {
  await using receiver = await startReceiver();
  await using busy = await startBusy();
  const { torii } = busy;
  const page = await openPage({ bypassCSP: true });
  await torii.addWebhook({ url: receiver.url });
  await torii.addWebhook({ url: 'http://127.0.0.1:1/webhooks', types: ['user.created'] });
  await torii.createUser({ name: 'Katherine Johnson' });
  receiver.answer = () => ({ status: 410 });
  await expect.poll(() => receiver.received.length, patience).toBe(1);
  await torii.createUser({ name: 'Dorothy Vaughan' });
  await expect.poll(() => torii.webhooks[0]?.disabledAt, patience).not.toBe(null);
  await open(page, torii, 'webhooks');
  await page.locator('button[value="enable-webhook"]').waitFor();
  await page.locator('#deliveries summary').first().click();
  await page.locator('#deliveries').getByText('unreachable').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test('shows that the emulator has stopped', async ({ openPage }) => {
  const torii = await startEmulator();
  const page = await openPage();
  await open(page, torii);
  await page.getByText('Live').waitFor();
  await torii.stop();
  await expect.poll(() => page.locator('#live').textContent(), patience).not.toBe('Live');
});

test('pages with forms and tables fit a phone and are accessible', async ({ openPage }) => {
  await using busy = await startBusy();
  const page = await openPage({ ...phone, bypassCSP: true });
  for (const name of ['', `users/${busy.ada.id}`, 'requests']) await expectFitting(page, busy, name);
});
