// What visitors do: search, menus, copying code, the dark mode.
import { afterAll, beforeAll, expect } from 'vitest';
import { findBarriers, browserTest as test } from '../../scripts/browser-test.ts';
import { readSiteAddress } from '../src/address.ts';
import type { ServedSite } from '../src/serve.ts';
import { buildInProgram } from './built-site.ts';
import { openAt, phone, serveBuiltSite } from './site-page.ts';

const { base } = readSiteAddress();
let site: ServedSite;

beforeAll(async () => {
  buildInProgram();
  site = await serveBuiltSite();
});
afterAll(() => site.close());

test('the first key leads to a link that skips the navigation', async ({ openPage }) => {
  const page = await openPage();
  await openAt(page, site.origin, '/packages/express');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect.poll(() => skip.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('VPContent');
});

test.for([
  ['token_expired', /\/(?:troubleshooting|errors)/],
  ['maxStaleSeconds', /\/(?:reference|packages|troubleshooting|keys)/],
  ['createVerifier', /\/reference\/core#createverifier$/],
  ['@torii/next', /\/next/],
] as const)(
  'the search opens, finds %s and follows a result, all with the keyboard',
  async ([query, target], { openPage }) => {
    const page = await openPage({ bypassCSP: true });
    await openAt(page, site.origin, '/');
    await page.keyboard.press('Control+k');
    const input = page.locator('#localsearch-input');
    await input.waitFor();
    await page.keyboard.type(query);
    await page.locator('#localsearch-list li').first().waitFor();
    const first = page.locator('#localsearch-list li a').first();
    await expect.poll(() => first.getAttribute('href')).toMatch(target);
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toMatch(target);
  },
);

test('the menu of the bar opens with the keyboard', async ({ openPage }) => {
  const page = await openPage();
  await openAt(page, site.origin, '/guides/');
  const menu = page.getByRole('button', { name: 'More' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Migrate', exact: true }).first().focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe(`${base}migrate/`);
});

test('a visitor of a phone reaches a guide through the menu', async ({ openPage }) => {
  const page = await openPage(phone);
  await openAt(page, site.origin, '/');
  await page.getByRole('button', { name: 'mobile navigation' }).click();
  await page.getByRole('link', { name: 'Guides', exact: true }).last().click();
  await expect.poll(() => new URL(page.url()).pathname).toBe(`${base}guides/`);
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await page.locator('.VPSidebar').getByRole('link', { name: 'Proxies and certificates' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe(`${base}proxies`);
});

test('the dark mode is kept on the next page', async ({ openPage }) => {
  const page = await openPage({ colorScheme: 'light', viewport: { width: 1400, height: 800 } });
  await openAt(page, site.origin, '/packages/express');
  await page.locator('.VPNavBarAppearance button').click();
  await expect.poll(() => page.locator('html.dark').count()).toBe(1);
  await openAt(page, site.origin, '/packages/koa');
  expect(await page.locator('html.dark').count()).toBe(1);
});

test('a code block is copied by its button', async ({ openPage }) => {
  const page = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  await openAt(page, site.origin, '/packages/express');
  const block = page.locator('div.language-sh').first();
  await block.hover();
  await block.getByRole('button').click();
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('npm install @torii/express express');
});

test('a link to a heading scrolls to it, and an unknown page says so', async ({ openPage }) => {
  const page = await openPage();
  await openAt(page, site.origin, '/reference/core#verifieroptions');
  await expect
    .poll(() => page.locator('#verifieroptions').evaluate((element) => element.getBoundingClientRect().top))
    .toBeLessThan(300);
  const response = await page.goto(`${site.origin}${base}no-such-page`);
  expect(response?.status()).toBe(404);
  await page.getByText('Page not found').waitFor();
});
