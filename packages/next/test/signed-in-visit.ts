import type { EmulatorEnvironment } from '@torii/emulator';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { keepScreenshot } from '../../../scripts/browser-test.ts';

export interface Visit {
  readonly emulator: EmulatorEnvironment;
  readonly origin: string;
  /** See `RunningApp.pathOf`. */
  readonly pathOf: (path: string) => string;
  /** The protected page. @default '/notes' */
  readonly page?: string;
  /** Protected routes that return the user's id. @default those of the fixture app */
  readonly routes?: readonly string[];
  /** The first part of the names of the screenshots. */
  readonly screenshots: string;
}

const password = 'correct horse battery';

/** Visits an app, by default one that has the README's blocks: from the protected page through the sign-in to the sign-out. */
export async function signInAndOut(page: Page, visit: Visit): Promise<void> {
  const { emulator, origin, pathOf, screenshots, routes = ['/api/me', '/api/profile'] } = visit;
  const privatePath = pathOf(visit.page ?? '/notes');
  const email = `${crypto.randomUUID()}@example.com`;
  const { id } = await emulator.createUser({ email, password });
  const name = screenshots.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  let steps = 0;
  const keep = (step: string) => keepScreenshot(page, `readme-${name}-${++steps}-${step}`);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const statusOf = (path: string) => page.evaluate(async (url) => (await fetch(url)).status, origin + pathOf(path));

  await page.goto(origin + privatePath);
  const signIn = page.getByRole('button', { name: 'Sign in' });
  await signIn.waitFor();
  expect(new URL(page.url()).pathname).toBe(pathOf('/sign-in'));
  expect(await statusOf('/api/me')).toBe(401);
  await keep('sign-in-page');

  await signIn.click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await keep('at-torii');
  await page.getByRole('button', { name: 'Sign in' }).click();

  const greeting = page.getByRole('heading', { name: `Hello, ${id}` });
  await greeting.waitFor();
  expect(page.url()).toBe(origin + privatePath);
  await keep('signed-in');
  await page.reload();
  await greeting.waitFor();
  expect(page.url()).toBe(origin + privatePath);
  for (const path of routes) {
    expect(await page.evaluate(async (url) => (await fetch(url)).json(), origin + pathOf(path))).toEqual({
      userId: id,
    });
  }

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.pathname !== privatePath);
  await page.waitForLoadState();
  await keep('signed-out');
  for (const path of routes) expect(await statusOf(path)).toBe(401);
  // On a shared computer, the next person may press the back button.
  await page.goBack();
  await signIn.waitFor();
  expect(await page.content()).not.toContain(id);
  await keep('back-button');
  expect(problems).toEqual([]);
}
