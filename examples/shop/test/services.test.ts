import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToriiClient } from '@torii/api';
import { type Emulator, startEmulator } from '@torii/emulator';
import { createRevocations } from '@torii/revocation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileFeed } from '../file-feed.ts';
import { type RunningService, type ServiceOptions, startService } from '../processes.ts';
import { type Gate, openGate } from './gate.ts';

// Runs orders and stock as two processes. A gate between them can change or drop their requests. shop.matrix.test.ts also
// runs the shop.
let emulator: Emulator;
let stranger: Emulator;
let stock: RunningService;
let orders: RunningService;
let gate: Gate;
beforeAll(async () => {
  [emulator, stranger] = await Promise.all([startEmulator(), startEmulator()]);
  stock = await startStock();
  gate = await openGate(stock.url);
  orders = await startOrders();
});
afterAll(async () => {
  for (const each of [orders, stock, gate, emulator, stranger]) await each?.[Symbol.asyncDispose]();
});

const folder = mkdtempSync(join(tmpdir(), 'torii-shop-'));
const file = join(folder, 'revocations');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function environmentOfAll() {
  const { issuer, environmentId } = emulator;
  return { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, REVOCATIONS_FILE: file };
}

function startStock(options: Partial<ServiceOptions> = {}): Promise<RunningService> {
  const environment = { ...environmentOfAll(), ...options.environment };
  return startService('stock', { port: 0, ...options, environment });
}

/** Waits long for the stock service, because the machine may be slow. */
function startOrders(timeoutMs = 60_000): Promise<RunningService> {
  const environment = { ...environmentOfAll(), STOCK_URL: gate.url, STOCK_TIMEOUT_MS: String(timeoutMs) };
  return startService('orders', { port: 0, environment });
}

const acme = { id: 'acme', role: 'org:administrator' };
const ada = { userId: 'ada', organization: acme };
/** Administrators of Acme may order. */
const adaToken = () => emulator.token(ada);

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer
  readonly body: any;
}

async function ask(service: RunningService, path: string, token: string | undefined, init: RequestInit = {}) {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers };
  const response = await fetch(service.url + path, { ...init, headers });
  return { status: response.status, headers: response.headers, body: await response.json() } satisfies Answered;
}

let keys = 0;
function newKey(): string {
  keys += 1;
  return `key-${keys}`;
}

const lamp = { sku: 'lamp', quantity: 1 };

function order(token: string | undefined, key: string = newKey(), item: object = lamp, service = orders) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return ask(service, '/orders', token, { method: 'POST', headers, body: JSON.stringify(item) });
}

async function left(sku = 'lamp'): Promise<number> {
  const { body } = await ask(stock, '/products', await adaToken());
  return body.products.find((product: { sku: string }) => product.sku === sku).left;
}

test('an order travels through both services as the same user in the same organization', async () => {
  const before = await left();
  const { status, body } = await order(await adaToken(), newKey(), { sku: 'lamp', quantity: 2 });
  const buyer = { userId: 'ada', organizationId: 'acme' };
  expect([status, body]).toEqual([201, expect.objectContaining({ orderedBy: buyer, reservedFor: buyer, quantity: 2 })]);
  expect(await left()).toBe(before - 2);
  const listed = await ask(orders, '/orders', await adaToken());
  expect(listed.body.orders).toContainEqual(body);
});

test('[16] the stock service gets the token, the key and the item, and nothing else that the caller sent', async () => {
  const seen = gate.arrived.length;
  await ask(orders, '/orders', await adaToken(), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': newKey(),
      cookie: 'a=1',
      'x-user-id': 'grace',
      'x-torii-user': 'grace',
      'x-organization': 'globex',
      'x-forwarded-host': 'evil.test',
    },
    body: JSON.stringify({ sku: 'lamp', quantity: 1, userId: 'grace', organizationId: 'globex' }),
  });
  const headers = gate.arrived.slice(seen).map((request) => Object.keys(request.headers).toSorted());
  const sentByFetch = [
    'accept',
    'accept-encoding',
    'accept-language',
    'connection',
    'content-length',
    'host',
    'sec-fetch-mode',
    'user-agent',
  ];
  expect(headers).toEqual([[...sentByFetch, 'authorization', 'content-type', 'idempotency-key'].toSorted()]);
});

test.each(['x-user-id', 'x-torii-user', 'x-torii-auth', 'x-organization-role'])(
  '%s changes nothing at either service',
  async (name) => {
    const token = await emulator.token({ userId: 'bob', organization: { id: 'acme', role: 'org:member' } });
    for (const [service, path] of [
      [orders, '/orders'],
      [stock, '/reservations'],
    ] as const) {
      const headers = { [name]: 'org:administrator', 'idempotency-key': newKey(), 'content-type': 'application/json' };
      const body = JSON.stringify({ sku: 'lamp', quantity: 1 });
      expect((await ask(service, path, token, { method: 'POST', headers, body })).status).toBe(403);
      expect((await ask(service, path, undefined, { method: 'POST', headers, body })).status).toBe(401);
    }
  },
);

test.each([
  ['no token', async () => undefined, 'token_missing'],
  ['a forged token', () => emulator.token({ ...ada, signedBy: 'stranger' }), 'signature_invalid'],
  ['a token of another issuer', () => stranger.token(ada), 'issuer_refused'],
  ['an expired token', () => emulator.token({ ...ada, expiresInSeconds: -60 }), 'token_expired'],
  ['a token for a third party', () => emulator.token({ ...ada, claims: { aud: 'chat' } }), 'audience_refused'],
])('[39] each service refuses %s by itself', async (_name, mint, reason) => {
  const token = await mint();
  const before = await left();
  for (const [service, method, path] of [
    [orders, 'GET', '/products'],
    [orders, 'GET', '/orders'],
    [orders, 'POST', '/orders'],
    [stock, 'GET', '/products'],
    [stock, 'POST', '/reservations'],
  ] as const) {
    const body = method === 'POST' ? { body: JSON.stringify({ sku: 'lamp', quantity: 1 }) } : {};
    const headers = { 'content-type': 'application/json', 'idempotency-key': newKey() };
    const { status, body: answered, headers: sent } = await ask(service, path, token, { method, headers, ...body });
    expect([status, answered.error.reason]).toEqual([401, reason]);
    expect(sent.get('www-authenticate')).toMatch(/^Bearer realm=/);
  }
  expect(await left()).toBe(before);
});

test.each([
  ['a member', { id: 'acme', role: 'org:member' }],
  ['a user without an organization', undefined],
])(
  'only the stock service checks the role: %s gets its 403 through the orders service',
  async (_name, organization) => {
    const token = await emulator.token({ userId: 'bob', ...(organization && { organization }) });
    const seen = gate.arrived.length;
    const { status, headers, body } = await order(token);
    expect([status, body.error.code, gate.arrived.length - seen]).toEqual([403, 'forbidden', 1]);
    expect(headers.get('www-authenticate')).toContain('insufficient_scope');
    expect((await ask(orders, '/products', token)).status).toBe(200);
  },
);

test.each([
  ['an unknown product', { sku: 'nothing', quantity: 1 }, [404, 'unknown_product']],
  ['more than is left', { sku: 'desk', quantity: 100 }, [409, 'sold_out']],
  ['half a lamp', { sku: 'lamp', quantity: 0.5 }, [400, 'bad_request']],
  ['minus one lamp', { sku: 'lamp', quantity: -1 }, [400, 'bad_request']],
  ['text as a quantity', { sku: 'lamp', quantity: '1' }, [400, 'bad_request']],
  ['nothing', {}, [400, 'bad_request']],
])('an order of %s changes nothing', async (_name, item, expected) => {
  const before = await left();
  const { status, body } = await order(await adaToken(), newKey(), item);
  expect([status, body.error.code]).toEqual(expected);
  expect(await left()).toBe(before);
});

test.each(['', 'a key', 'k'.repeat(201), '{}'])('an order with the key "%s" is refused', async (key) => {
  expect((await order(await adaToken(), key)).status).toBe(400);
});

test('a token that ends in mid-chain is refused by the stock service, and a new token places the order exactly once', async () => {
  // The clock of this stock service is 250 seconds ahead: it is the first that sees the token end.
  await using ahead = await startStock({
    nodeArguments: ['--import', join(import.meta.dirname, 'clock-ahead.ts')],
    environment: { CLOCK_AHEAD_SECONDS: '250' },
  });
  gate.target = ahead.url;
  try {
    const key = newKey();
    const ended = await order(await emulator.token({ ...ada, expiresInSeconds: 200 }), key);
    expect([ended.status, ended.body.error.reason]).toEqual([401, 'token_expired']);
    expect(ended.headers.get('www-authenticate')).toContain('invalid_token');
    const renewed = await adaToken();
    const answers = [await order(renewed, key), await order(renewed, key)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    const { body } = await ask(ahead, '/products', renewed);
    expect(body.products[0]).toMatchObject({ sku: 'lamp', left: 39 });
  } finally {
    gate.target = stock.url;
  }
});

test('an order is placed once, however often and however simultaneously its request is sent', async () => {
  const [before, key, token] = [await left(), newKey(), await adaToken()];
  const answers = await Promise.all(Array.from({ length: 10 }, () => order(token, key)));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(await left()).toBe(before - 1);
  const other = await order(token, key, { sku: 'lamp', quantity: 2 });
  expect([other.status, other.body.error.code]).toEqual([422, 'key_reused']);
});

test("a key of another user, or of the same user in another organization, does not lead to the first user's order", async () => {
  const key = newKey();
  const first = await order(await adaToken(), key);
  for (const token of [
    await emulator.token({ userId: 'grace', organization: acme }),
    await emulator.token({ userId: 'ada', organization: { ...acme, id: 'globex' } }),
  ]) {
    const { status, body } = await order(token, key);
    expect([status, body.id === first.body.id]).toEqual([201, false]);
    const { body: listed } = await ask(orders, '/orders', token);
    expect(listed.orders.map(({ id }: { id: string }) => id)).toEqual([body.id]);
  }
});

test('an answer that is lost on its way is asked for again, and the order is placed once', async () => {
  const before = await left();
  gate.next(1, async (sent, response) => {
    // The stock service reserves the lamp, but its response does not reach the orders service.
    await fetch(gate.target + sent.url, {
      method: 'POST',
      headers: {
        authorization: String(sent.headers.authorization),
        'idempotency-key': String(sent.headers['idempotency-key']),
      },
      body: JSON.stringify({ sku: 'lamp', quantity: 1 }),
    });
    response.destroy();
  });
  expect((await order(await adaToken())).status).toBe(201);
  expect(await left()).toBe(before - 1);
});

test('a stock service that hangs gives 503 with Retry-After in time, and the same order later is placed once', async () => {
  const [before, key, token] = [await left(), newKey(), await adaToken()];
  gate.next(2, () => new Promise(() => {}));
  await using impatient = await startOrders(200);
  const { status, headers, body } = await order(token, key, lamp, impatient);
  expect([status, body.error.reason, headers.get('retry-after')]).toEqual([503, 'stock_unavailable', '5']);
  expect((await order(token, key)).status).toBe(201);
  expect(await left()).toBe(before - 1);
});

test.each([
  ['500', 500, 1],
  ['a redirect', 302, 2],
])(
  'a stock service that answers with %s is not reported as the mistake of the caller',
  async (_name, status, times) => {
    gate.next(times, async (_sent, response) => {
      response.writeHead(status, { location: stranger.issuer, 'content-type': 'application/json' }).end('{}');
    });
    expect((await order(await adaToken())).status).toBeGreaterThanOrEqual(502);
  },
);

test('[12] without the issuer, a stock service that just started gives 503 with Retry-After along the chain, and recovers', async () => {
  emulator.fail('keys');
  await using fresh = await startStock();
  gate.target = fresh.url;
  try {
    const [key, token] = [newKey(), await adaToken()];
    const { status, headers, body } = await order(token, key);
    expect([status, body.error.reason]).toEqual([503, 'keys_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    emulator.recover();
    await expect.poll(async () => (await order(token, key)).status).toBe(201);
    const { body: products } = await ask(fresh, '/products', token);
    expect(products.products[0]).toMatchObject({ left: 39 });
  } finally {
    emulator.recover();
    gate.target = stock.url;
  }
});

test('a stock service that was killed and started again serves the next order', async () => {
  const first = await startStock();
  gate.target = first.url;
  await first.kill();
  const token = await adaToken();
  const { status, headers } = await order(token);
  expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  await using second = await startStock();
  gate.target = second.url;
  try {
    expect((await order(token)).status).toBe(201);
  } finally {
    gate.target = stock.url;
  }
});

test('[40] a ban reaches every service, and a token from after the unban works', async () => {
  const user = await emulator.createUser({ email: 'ada@example.com' });
  const token = await emulator.token({ userId: user.id, organization: acme });
  const placesOf = async (sent: string) =>
    Promise.all([orders, stock].map(async (service) => (await ask(service, '/products', sent)).body.error?.reason));
  // Both services remember the token now.
  expect(await placesOf(token)).toEqual([undefined, undefined]);
  const { issuer, environmentId, secretKey, apiUrl } = emulator;
  const revocations = createRevocations({ issuer, environmentId, feed: fileFeed(file) });
  const client = createToriiClient({ secretKey, apiUrl, revocations });
  try {
    await client.users.ban(user.id);
    await expect.poll(() => placesOf(token)).toEqual(['token_revoked', 'token_revoked']);
    expect((await ask(orders, '/orders', await adaToken())).status).toBe(200);
    await client.users.unban(user.id);
    // The ban was also announced before the request, for 30 seconds ahead of this machine's clock.
    emulator.advance(31);
    const renewed = await emulator.token({ userId: user.id, organization: acme });
    await expect.poll(() => placesOf(renewed)).toEqual([undefined, undefined]);
    expect(await placesOf(token)).toEqual(['token_revoked', 'token_revoked']);
  } finally {
    emulator.resetClock();
    await revocations.close();
  }
});

test('[16] no service prints a token', () => {
  for (const service of [orders, stock]) expect(service.output()).not.toMatch(/eyJ|Bearer/);
  expect(orders.output()).toContain('The stock service does not answer');
});
