import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findBarriers } from '../../../scripts/browser-test.ts';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { login } from './browser.ts';
import { callApi, signIn } from './rest.ts';

export const phone: { readonly viewport: { readonly width: number; readonly height: number } } = {
  viewport: { width: 390, height: 800 },
};

export interface Busy extends AsyncDisposable {
  readonly torii: Emulator;
  readonly ada: User;
  readonly organizationId: string;
}

/** Starts an emulator with some data and activity. */
export async function startBusy(): Promise<Busy> {
  const torii = await startEmulator({ environments: [{ name: 'acme' }] });
  const ada = await torii.createUser({ ...login, firstName: 'Ada', lastName: 'Lovelace' });
  await torii.createUser({ email: 'grace@example.com', name: 'Grace Hopper', password: login.password });
  const mallory = await torii.createUser({ email: 'mallory@example.com', name: '<script>alert(1)</script>' });
  const { id: organizationId } = await torii.createOrganization({ name: 'Acme', members: [{ userId: ada.id }] });
  await torii.rotateKeys();
  await signIn(torii, login);
  await signIn(torii, { email: 'grace@example.com', password: 'wrong horse' });
  await callApi(torii, 'POST', `/users/${mallory.id}/ban`);
  await callApi(torii, 'GET', `/users/${ada.id}`);
  await callApi(torii, 'POST', '/invitations', { email: 'bob@example.com', publicMetadata: {}, privateMetadata: {} });
  await fetch(torii.jwksUrl);
  await torii.token({ userId: ada.id, organization: { id: 'acme', role: 'org:administrator' } });
  return { torii, ada, organizationId, [Symbol.asyncDispose]: () => torii.stop() };
}

export async function open(page: Page, torii: Emulator, name = ''): Promise<void> {
  await page.goto(name === '' ? torii.dashboardUrl : `${torii.dashboardUrl}dashboard/${name}`);
}

/** Opens a page of the dashboard and everything that is folded in it. */
export async function expectFitting(page: Page, { torii }: Busy, name: string): Promise<void> {
  await open(page, torii, name);
  await page.getByText('Live').waitFor();
  for (const summary of await page.locator('main summary').all()) await summary.click();
  const overflows = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
  expect([name, overflows, await findBarriers(page)]).toEqual([name, false, []]);
}
