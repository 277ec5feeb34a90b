// The whole chain with a real browser: Next, Koa and node:http, each a process of its own, and a gate before each service.
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import getPort from 'get-port';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { buildShopExample } from '../../../scripts/next-example.ts';
import { type RunningService, startService } from '../processes.ts';
import { type Gate, openGate } from './gate.ts';

const tokenCookie = '__Host-torii_token';
const password = 'correct horse battery';
const [ada, bob] = ['ada@example.com', 'bob@example.com'];

let emulator: Emulator;
let acme: string;
const ids: Record<string, string> = {};
let web: RunningService;
let orders: RunningService;
let stock: RunningService;
/** Before the orders service, and before the stock service. */
let ordersGate: Gate;
let stockGate: Gate;

beforeAll(async () => {
  const problem = await buildShopExample();
  if (problem !== undefined) throw new Error(`next build failed:\n${problem}`);
  const port = await getPort({ host: '127.0.0.1' });
  emulator = await startEmulator({ allowedOrigins: [`http://127.0.0.1:${port}`] });
  for (const email of [ada, bob]) ids[email] = (await emulator.createUser({ email, password })).id;
  const members = [
    { userId: idOf(ada), role: 'org:administrator' },
    { userId: idOf(bob), role: 'org:member' },
  ];
  acme = (await emulator.createOrganization({ name: 'Acme', members })).id;
  stock = await startStock();
  stockGate = await openGate(stock.url);
  orders = await startOrders();
  ordersGate = await openGate(orders.url);
  const environment = {
    ORDERS_URL: ordersGate.url,
    APP_ORIGIN: `http://127.0.0.1:${port}`,
    TORII_ISSUER: emulator.issuer,
  };
  web = await startService('web', { port, environment });
});
afterAll(async () => {
  for (const each of [web, orders, stock, ordersGate, stockGate, emulator]) await each?.[Symbol.asyncDispose]();
});

function idOf(email: string): string {
  return ids[email] ?? '';
}

function startStock(environment: Readonly<Record<string, string>> = {}, nodeArguments: readonly string[] = []) {
  return startService('stock', {
    port: 0,
    environment: { TORII_ISSUER: emulator.issuer, ...environment },
    nodeArguments,
  });
}

function startOrders(environment: Readonly<Record<string, string>> = {}) {
  const common = { TORII_ISSUER: emulator.issuer, STOCK_URL: stockGate.url, STOCK_TIMEOUT_MS: '2000' };
  return startService('orders', { port: 0, environment: { ...common, ...environment } });
}

/** Signs in on the page that asked for it, and works for Acme. */
async function signIn(page: Page, email = ada): Promise<void> {
  await page.goto(`${web.url}/orders`);
  await page.getByRole('button', { name: 'Sign in with Torii' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Acme' }).click();
  await page.getByRole('button', { name: 'Acme', pressed: true }).waitFor();
}

async function order(page: Page, product: string, quantity: number): Promise<void> {
  await page.getByLabel('Product').selectOption(product);
  await page.getByLabel('Quantity').fill(String(quantity));
  await page.getByRole('button', { name: 'Order', exact: true }).click();
}

async function left(sku: string): Promise<number> {
  const headers = { authorization: `Bearer ${await emulator.token()}` };
  const { products } = await (await fetch(`${stock.url}/products`, { headers })).json();
  return products.find((product: { sku: string }) => product.sku === sku).left;
}

const sentOrders = () => stockGate.arrived.filter(({ method }) => method === 'POST').length;

test('an order travels through all three services as the same user in the same organization', async ({ openPage }) => {
  const page = await openPage();
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await signIn(page);
  const before = await left('lamp');
  await order(page, 'lamp', 3);
  await page.getByText('Ordered: 3 × lamp.').waitFor();
  const id = idOf(ada);
  await page.getByText(`3 × lamp, ordered by ${id}, reserved for ${id} in ${acme}`).waitFor();
  expect(await left('lamp')).toBe(before - 3);
  await keepScreenshot(page, 'shop-ordered');
  expect(pageErrors).toEqual([]);
  // The token is in the cookie and in the requests between the services, and nowhere else.
  expect(await page.content()).not.toContain('eyJ');
});

test('a role that only the stock service checks is a sentence in the shop, not a failure', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page, bob);
  const before = [await left('lamp'), sentOrders()];
  const answered = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/orders'),
  );
  await order(page, 'lamp', 1);
  await page.getByText('Your role in this organization may not order.').waitFor();
  expect((await answered).status()).toBe(200);
  expect([await left('lamp'), sentOrders()]).toEqual([before[0], Number(before[1]) + 1]);
  await keepScreenshot(page, 'shop-not-allowed');
});

test('a token that ends in mid-chain is renewed once, and the order is placed exactly once', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await page.waitForLoadState('networkidle');
  // The clock of this stock service is 250 seconds ahead: it is the first that sees the token end.
  const ahead = join(import.meta.dirname, 'clock-ahead.ts');
  await using early = await startStock({ CLOCK_AHEAD_SECONDS: '250' }, ['--import', ahead]);
  const organization = { id: acme, role: 'org:administrator' };
  const value = await emulator.token({ userId: idOf(ada), organization, expiresInSeconds: 200 });
  const cookies = await page.context().cookies();
  const cookie = cookies.find(({ name }) => name === tokenCookie);
  if (cookie === undefined) throw new Error('There is no token cookie.');
  await page.context().addCookies([{ ...cookie, value }]);
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(new URL(request.url()).pathname);
  });
  const before = sentOrders();
  stockGate.target = early.url;
  try {
    await order(page, 'chair', 2);
    await page.getByText('Ordered: 2 × chair.').waitFor();
    expect(posts).toEqual(['/orders', '/api/torii/token', '/orders']);
    expect(sentOrders() - before).toBe(2);
    expect(await page.getByText('2 × chair, ordered by').count()).toBe(1);
    await keepScreenshot(page, 'shop-renewed');
  } finally {
    stockGate.target = stock.url;
  }
});

test('without the issuer, the shop asks to try again, signs nobody out, and recovers', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  await page.waitForLoadState('networkidle');
  emulator.fail('all');
  // A stock service that started without the issuer has no keys.
  await using fresh = await startStock();
  stockGate.target = fresh.url;
  try {
    await order(page, 'lamp', 1);
    await page.getByText('Please try again in a moment. Nothing was ordered twice.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Please try again in a moment' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await keepScreenshot(page, 'shop-without-issuer');
    expect((await page.context().cookies()).map(({ name }) => name)).toContain(tokenCookie);
    emulator.recover();
    await expect
      .poll(async () => {
        await page.getByRole('link', { name: 'Try again' }).click();
        await page.getByRole('heading', { name: /Order$|try again/ }).waitFor();
        return page.getByLabel('Product').count();
      })
      .toBe(1);
    await order(page, 'lamp', 1);
    await page.getByText('Ordered: 1 × lamp.').waitFor();
  } finally {
    emulator.recover();
    stockGate.target = stock.url;
  }
});
