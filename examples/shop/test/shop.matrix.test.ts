// Runs the shop (Next), orders (Koa) and stock (node:http) as three processes, with a real browser. A gate before each service
// can change or drop its requests.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToriiClient } from '@torii/api';
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
const [ada, bob, cy] = ['ada@example.com', 'bob@example.com', 'cy@example.com'];
const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'torii-shop-'));
const file = join(folder, 'revocations');

let emulator: Emulator;
let acme: string;
const ids: Record<string, string> = {};
let webPort: number;
let web: RunningService;
let orders: RunningService;
let stock: RunningService;
/** Proxies in front of the orders service and the stock service, to disturb their connections. */
let ordersGate: Gate;
let stockGate: Gate;

beforeAll(async () => {
  const problem = await buildShopExample();
  if (problem !== undefined) throw new Error(`next build failed:\n${problem}`);
  webPort = await getPort({ host: '127.0.0.1' });
  writeFileSync(file, '');
  const webhooks = [{ url: `${webOrigin()}/api/webhooks`, secret: webhookSecret }];
  emulator = await startEmulator({ allowedOrigins: [webOrigin()], webhooks });
  for (const email of [ada, bob, cy]) ids[email] = (await emulator.createUser({ email, password })).id;
  const members = [
    { userId: idOf(ada), role: 'org:administrator' },
    { userId: idOf(bob), role: 'org:member' },
    { userId: idOf(cy), role: 'org:administrator' },
  ];
  acme = (await emulator.createOrganization({ name: 'Acme', members })).id;
  stock = await startStock();
  stockGate = await openGate(stock.url);
  orders = await startOrders();
  ordersGate = await openGate(orders.url);
  web = await startWeb();
});
afterAll(async () => {
  for (const each of [web, orders, stock, ordersGate, stockGate, emulator]) await each?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function idOf(email: string): string {
  return ids[email] ?? '';
}

function webOrigin(): string {
  return `http://127.0.0.1:${webPort}`;
}

function environmentOfAll() {
  const { issuer, environmentId } = emulator;
  return {
    TORII_ISSUER: issuer,
    TORII_ENVIRONMENT_ID: environmentId,
    TORII_WEBHOOK_SECRET: webhookSecret,
    REVOCATIONS_FILE: file,
  };
}

function startWeb(): Promise<RunningService> {
  const environment = { ...environmentOfAll(), ORDERS_URL: ordersGate.url, APP_ORIGIN: webOrigin() };
  return startService('web', { port: webPort, environment });
}

function startStock(environment: Readonly<Record<string, string>> = {}, nodeArguments: readonly string[] = []) {
  return startService('stock', {
    port: 0,
    environment: { ...environmentOfAll(), ...environment },
    nodeArguments,
  });
}

function startOrders(environment: Readonly<Record<string, string>> = {}) {
  const common = { ...environmentOfAll(), STOCK_URL: stockGate.url, STOCK_TIMEOUT_MS: '2000' };
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

async function changeTokenCookie(page: Page, value: string): Promise<void> {
  // A page that is still starting would set the cookie again.
  await page.waitForLoadState('networkidle');
  const cookie = { name: tokenCookie, value, domain: '127.0.0.1', path: '/' };
  await page.context().addCookies([{ ...cookie, secure: true, httpOnly: true, sameSite: 'Lax' }]);
}

/** The state after some minutes: the session at Torii is still valid, the token cookie has expired. */
async function loseToken(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.context().clearCookies({ name: tokenCookie });
}

async function hasTokenCookie(page: Page): Promise<boolean> {
  return (await page.context().cookies()).some(({ name }) => name === tokenCookie);
}

async function tokenOf(page: Page): Promise<string> {
  return (await page.context().cookies()).find(({ name }) => name === tokenCookie)?.value ?? '';
}

/** Why the orders service and the stock service refuse a token. `undefined` if they accept it. */
function reasonsOf(token: string): Promise<readonly (string | undefined)[]> {
  const headers = { authorization: `Bearer ${token}` };
  const ask = async ({ url }: RunningService) => {
    const { error } = await (await fetch(`${url}/products`, { headers })).json();
    return error?.reason;
  };
  return Promise.all([orders, stock].map(ask));
}

/** The next request to the stock service waits until `release` is called. */
function holdNextOrder(): { readonly arrived: Promise<void>; readonly release: () => void } {
  const [arrival, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  stockGate.next(1, async (sent, response) => {
    arrival.resolve();
    await release.promise;
    await stockGate.pass(sent, response);
  });
  return { arrived: arrival.promise, release: release.resolve };
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
  await changeTokenCookie(page, value);
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

test('a page and an order work after the token cookie has expired, without a detour', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  const before = await left('lamp');
  await loseToken(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.isNavigationRequest() || request.method() === 'POST') sent.push(`${request.method()} ${pathname}`);
  });
  await order(page, 'lamp', 1);
  await page.getByText('Ordered: 1 × lamp.').waitFor();
  expect([sent, await left('lamp')]).toEqual([['POST /orders'], before - 1]);
  await loseToken(page);
  sent.length = 0;
  await page.goto(`${web.url}/orders`);
  await page.getByLabel('Product').waitFor();
  expect(sent.filter((each) => each.startsWith('GET'))).toEqual(['GET /orders']);
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
    expect(await hasTokenCookie(page)).toBe(true);
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

test('a forged token gets no further than the shop', async ({ openPage }) => {
  const page = await openPage();
  await page.goto(web.url);
  const before = ordersGate.arrived.length;
  for (const value of [
    await emulator.token({ userId: idOf(ada), signedBy: 'stranger' }),
    await emulator.token({ userId: idOf(ada), expiresInSeconds: -60 }),
    await emulator.token({ userId: idOf(ada), claims: { aud: 'https://chat.example' } }),
    'eyJ.eyJ.eyJ',
  ]) {
    await changeTokenCookie(page, value);
    await page.goto(`${web.url}/orders`);
    await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  }
  expect(ordersGate.arrived.length).toBe(before);
});

test('an order is not placed for another user than the one who filled in the form', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  const before = sentOrders();
  for (const other of [
    { userId: idOf(bob), organization: { id: acme, role: 'org:administrator' } },
    { userId: idOf(ada), organization: { id: 'globex', role: 'org:administrator' } },
  ]) {
    await changeTokenCookie(page, await emulator.token(other));
    await order(page, 'lamp', 1);
    await page.getByText('You have changed the user or the organization.').waitFor();
  }
  expect(sentOrders()).toBe(before);
});

test('while any of the services is down, an order can be repeated and is placed once', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  const tryAgain = page.getByText('Please try again in a moment. Nothing was ordered twice.');
  const before = await left('lamp');
  await orders.kill();
  await order(page, 'lamp', 1);
  await tryAgain.waitFor();
  await restartOrders();
  await order(page, 'lamp', 1);
  await page.getByText('Ordered: 1 × lamp.').waitFor();
  expect(await left('lamp')).toBe(before - 1);

  await page.waitForLoadState('networkidle');
  await web.kill();
  await order(page, 'lamp', 1);
  await tryAgain.waitFor();
  web = await startWeb();
  await order(page, 'lamp', 1);
  await page.getByText('Ordered: 1 × lamp.').waitFor();
  expect(await left('lamp')).toBe(before - 2);

  // The order arrives, but its answer is lost, twice.
  stockGate.next(2, async (sent, response) => {
    const body = JSON.stringify({ sku: 'lamp', quantity: 2 });
    const { authorization = '', 'idempotency-key': key } = sent.headers;
    const headers = { authorization, 'idempotency-key': String(key) };
    await fetch(stock.url + sent.url, { method: 'POST', headers, body });
    response.destroy();
  });
  await order(page, 'lamp', 2);
  await tryAgain.waitFor();
  await order(page, 'lamp', 2);
  await page.getByText('Ordered: 2 × lamp.').waitFor();
  expect(await left('lamp')).toBe(before - 4);
});

async function restartOrders(): Promise<void> {
  orders = await startOrders();
  ordersGate.target = orders.url;
}

test('a user who signs out in another tab while an order is on its way is signed out in both, and the order is refused', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(`${web.url}/orders`);
  const [before, held, token] = [await left('lamp'), holdNextOrder(), await tokenOf(page)];
  await order(page, 'lamp', 1);
  await held.arrived;
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('link', { name: 'Sign in' }).waitFor();
  // Torii's webhook reports the end of the session, so the stock service refuses the token that it is about to get.
  await expect.poll(() => reasonsOf(token)).toEqual(['token_revoked', 'token_revoked']);
  held.release();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect(await hasTokenCookie(page)).toBe(false);
  expect(await left('lamp')).toBe(before);
});

test('a user who signs out in another tab is not signed in again by an order whose token has ended', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(`${web.url}/orders`);
  await other.getByRole('button', { name: 'Sign out' }).waitFor();
  const before = sentOrders();
  const [arrival, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  stockGate.next(1, async (_sent, response) => {
    arrival.resolve();
    await release.promise;
    const body = {
      error: { code: 'authentication_failed', reason: 'token_expired', message: 'The token has expired.' },
    };
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await order(page, 'lamp', 1);
  await arrival.promise;
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('link', { name: 'Sign in' }).waitFor();
  release.resolve();
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  expect([await hasTokenCookie(page), sentOrders() - before]).toEqual([false, 1]);
});

test('[40] a ban on the dashboard reaches all three services, and signing in works again after the unban', async ({
  openPage,
}) => {
  const page = await openPage();
  await signIn(page, cy);
  await order(page, 'lamp', 1);
  await page.getByText('Ordered: 1 × lamp.').waitFor();
  await page.waitForLoadState('networkidle');
  const token = await tokenOf(page);
  expect(await reasonsOf(token)).toEqual([undefined, undefined]);
  // Bans the user as the dashboard does, without an announcement. The services learn of it only from the webhook.
  const client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
  await client.users.ban(idOf(cy));
  await expect.poll(() => reasonsOf(token)).toEqual(['token_revoked', 'token_revoked']);
  await page.goto(`${web.url}/orders`);
  await page.getByRole('button', { name: 'Sign in with Torii' }).waitFor();
  await keepScreenshot(page, 'shop-banned');

  await client.users.unban(idOf(cy));
  await signIn(page, cy);
  await order(page, 'lamp', 1);
  await page.getByText('Ordered: 1 × lamp.').waitFor();
  expect(await reasonsOf(token)).toEqual(['token_revoked', 'token_revoked']);
});

test('[16] no service prints a token', () => {
  for (const service of [web, orders, stock]) expect(service.output()).not.toMatch(/eyJ|Bearer/);
});
