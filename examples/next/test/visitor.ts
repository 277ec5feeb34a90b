import type { Page } from 'playwright-core';
import { ada, type Cast } from './cast.ts';

export const tokenCookie = '__Host-torii_token';

export async function signIn(
  page: Page,
  { app }: Cast,
  user: { readonly email: string; readonly password: string } = ada,
): Promise<void> {
  await page.goto(`${app}/notes`);
  await enter(page, user);
}

/** Signs in on the app's sign-in page. */
export async function enter(
  page: Page,
  user: { readonly email: string; readonly password: string } = ada,
): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with Torii' }).click();
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
}

/** The state after a night: the session at Torii is still valid, the app's token cookie has expired. */
export async function loseToken(page: Page): Promise<void> {
  // An open page would set the cookie again.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
  await page.context().clearCookies({ name: tokenCookie });
}

export async function tokenOf(page: Page): Promise<string | undefined> {
  return (await page.context().cookies()).find(({ name }) => name === tokenCookie)?.value;
}
