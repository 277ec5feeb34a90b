import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { login, readToken, send, signInWithForm } from './browser.ts';
import { patience, startReceiver } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

const dashboard = '/_emulator/';
let torii: Emulator;
let userId: string;
beforeEach(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }], webhookRetrySeconds: [3600] });
  ({ id: userId } = await torii.createUser({ ...login, name: 'Ada Lovelace' }));
});
afterEach(() => torii.stop());

const readPage = async (query = '') => (await send(torii, dashboard + query)).text();

async function press(action: string, fields: Readonly<Record<string, string>> = {}, headers = {}) {
  const response = await send(torii, dashboard, { form: { action, ...fields }, headers });
  return [response.status, response.headers.get('location')];
}

const done = [303, './'];

test('shows users, sessions, keys, faults, requests and the claims of tokens', async () => {
  await signIn(torii, login);
  await callApi(torii, 'GET', `/users/${userId}`);
  torii.fail('keys', { times: 3 });
  const page = await readPage();
  for (const text of ['Ada Lovelace', 'ada@example.com', 'a browser', torii.issuer]) {
    expect(page).toContain(text);
  }
  expect(page).toMatch(/pill bad">[^<]*503[^<]*3</);
  expect(page).toContain(`GET /api/server/v1/users/${userId}`);
  expect(page).toContain(torii.keyIds[0]);
  expect(page).toContain('&quot;email_verified&quot;: true');
});

test('shows no token, no password, no cookie and no secret key', async () => {
  const cookie = await signInWithForm(torii);
  const { accessToken } = await readToken(
    await send(torii, '/_torii/emulator/access-token', { method: 'POST', cookie }),
  );
  await send(torii, `/oops/${accessToken}/${torii.secretKey}?token=${accessToken}`);
  await callApi(torii, 'GET', '/users/nobody', undefined, { authorization: `Bearer ${accessToken}` });
  const page = await readPage();
  expect(page).toContain('/oops/eyJ…/sk_…');
  for (const secret of [accessToken.slice(0, 20), torii.secretKey, login.password, cookie, 'argon2']) {
    expect(page).not.toContain(secret);
  }
});

test('[35] shows no control character, line separator or reversed text of a path', async () => {
  for (const text of ['\r\n', '\u2028', '\u202E', '\u001B[2J', '\u009B', '\u200B', '\0']) {
    await send(torii, `/oops/ada${encodeURIComponent(text)}INFO`);
  }
  const page = await readPage();
  expect(page.match(/\/oops\/ada\?+(?:\[2J)?INFO/g)).toHaveLength(7);
  expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
});

test('escapes the name of a user', async () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
  await torii.createUser({ name: evil, email: 'evil@example.com' });
  await torii.token({ claims: { name: '</pre><script>alert(3)</script>' } });
  await signIn(torii, { ...login, password: evil });
  await fetch(torii.signInUrl, { headers: { 'user-agent': '<script>alert(4)</script>' } });
  const page = await readPage(`?email=${encodeURIComponent(evil)}`);
  expect((page + (await readPage())).match(/<script[^>]*>/g)).toEqual([
    '<script type="module" src="../_emulator/live.js">',
    '<script type="module" src="../_emulator/live.js">',
  ]);
  expect(page).not.toContain('<img');
});

test('bans and unbans', async () => {
  await signIn(torii, login);
  expect(await press('ban', { user: userId })).toEqual(done);
  expect((await signIn(torii, login)).status).toBe(403);
  expect(await readPage()).not.toContain('name="session"');
  expect(await press('unban', { user: userId })).toEqual(done);
  expect((await signIn(torii, login)).status).toBe(200);
});

test('revokes a session', async () => {
  const cookie = await signInWithForm(torii);
  const [, session = ''] = /name="session" value="([^"]+)"/.exec(await readPage()) ?? [];
  expect(await press('revoke', { session })).toEqual(done);
  expect((await send(torii, '/_torii/emulator/access-token', { method: 'POST', cookie })).status).toBe(401);
});

test('rotates and withdraws keys', async () => {
  const [first = ''] = torii.keyIds;
  expect(await press('rotate')).toEqual(done);
  expect(torii.keyIds).toEqual([expect.not.stringMatching(first), first]);
  expect(await press('withdraw', { kid: first })).toEqual(done);
  expect(torii.keyIds).toHaveLength(1);
  expect(await press('withdraw', { kid: torii.keyIds[0] ?? '' })).toEqual([400, null]);
  expect(await press('withdraw', { kid: 'nobody' })).toEqual([400, null]);
});

test('advances the clock', async () => {
  const before = torii.now().getTime();
  expect(await press('advance', { amount: '2', unit: '3600' })).toEqual(done);
  const [, shown = ''] = /class="figure"><time datetime="([^"]+)"/.exec(await readPage()) ?? [];
  expect(Date.parse(shown)).toBeGreaterThanOrEqual(before + 7_200_000);
  expect(shown <= torii.now().toISOString()).toBe(true);
  expect(await readPage()).toContain('2 h');
  expect(await press('advance', { amount: '-1', unit: '60' })).toEqual([400, null]);
  expect(await press('advance', { amount: 'x', unit: '60' })).toEqual([400, null]);
});

test.each([
  ['fail-503', 503],
  ['fail-500', 500],
  ['fail-429', 429],
])('injects and ends the fault %s', async (fault, status) => {
  const statusOfKeys = async () => (await fetch(torii.jwksUrl)).status;
  expect(await press('inject', { surface: 'keys', fault, times: '1' })).toEqual(done);
  expect([await statusOfKeys(), await statusOfKeys()]).toEqual([status, 200]);
  expect(await press('inject', { surface: 'all', fault, times: '' })).toEqual(done);
  expect([await statusOfKeys(), await statusOfKeys()]).toEqual([status, status]);
  expect(await press('recover', { surface: 'keys' })).toEqual(done);
  expect(await statusOfKeys()).toBe(200);
});

test.each([
  ['cut-request', /pill bad">cut[^<]*request</],
  ['cut-body', /pill bad">cut[^<]*body</],
  ['delay-2', /pill bad">[^<]*2 s/],
])('injects the fault %s', async (fault, description) => {
  expect(await press('inject', { surface: 'keys', fault })).toEqual(done);
  expect(await readPage()).toMatch(description);
  if (!fault.startsWith('cut')) return;
  await expect(fetch(torii.jwksUrl).then((response) => response.text())).rejects.toThrow();
  expect(await readPage()).toContain('>cut</span>');
});

test.each([
  ['an unknown button', { action: 'explode' }, 400],
  ['an unknown user', { action: 'ban', user: 'nobody' }, 404],
  ['an unknown fault', { action: 'inject', surface: 'keys', fault: 'toString' }, 400],
  ['an unknown surface', { action: 'inject', surface: '__proto__', fault: 'fail-503' }, 400],
  ['a fraction of times', { action: 'inject', surface: 'keys', fault: 'fail-503', times: '0.5' }, 400],
])('responds with a page to %s', async (_name, form, status) => {
  const response = await send(torii, dashboard, { form });
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=UTF-8']);
});

// Security statement 14. The dashboard is stricter: it also refuses the origins in allowedOrigins.
test.each([
  ['a foreign origin', { origin: 'http://evil.example' }],
  ['another port', { origin: 'http://127.0.0.1:1' }],
  ['an opaque origin', { origin: 'null' }],
  ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['another port, without Origin', { 'sec-fetch-site': 'same-site' }],
])('refuses actions from %s', async (_name, headers) => {
  expect(await press('ban', { user: userId }, headers)).toEqual([403, null]);
  expect((await signIn(torii, login)).status).toBe(200);
});

test('cannot be read or framed by other pages', async () => {
  const { headers } = await send(torii, dashboard, { headers: { origin: 'http://evil.example' } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('content-security-policy')).toMatch(/script-src 'self'.*frame-ancestors 'none'/);
  expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
  expect(headers.get('cache-control')).toBe('private, no-store');
});

test('finds users by email, and has a link to older users', async () => {
  for (let n = 10; n < 35; n += 1) await torii.createUser({ email: `user-${n}@example.com` });
  expect(await readPage('?email=ADA@')).toContain('Ada Lovelace');
  const first = await readPage();
  expect(first).not.toContain('Ada Lovelace');
  const [, next = ''] = /href="(\?[^"]*after[^"]*)"/.exec(first) ?? [];
  expect(await readPage(next.replaceAll('&amp;', '&'))).toContain('Ada Lovelace');
});

test('adds a webhook, shows deliveries, redelivers an event, and removes the webhook', async () => {
  await using receiver = await startReceiver();
  receiver.answer = (_one, count) => (count === 1 ? { status: 500, body: '<b>no</b>' } : undefined);
  expect(await readPage()).not.toContain('name="webhook"');
  expect(await press('add-webhook', { url: 'nowhere' })).toEqual([400, null]);
  expect(await press('add-webhook', { url: receiver.url })).toEqual(done);
  await torii.createUser({ email: 'grace@example.com' });
  await expect.poll(() => readPage(), patience).toContain('&lt;b&gt;no&lt;/b&gt;');
  const { event } = receiver.first();
  const [delivery] = torii.webhookDeliveries();
  for (const text of ['user.created', 'waiting', `${delivery?.nextAttemptAt}`, 'grace@example.com', 'name="webhook"']) {
    expect(await readPage()).toContain(text);
  }
  expect(await press('redeliver', { event: event.id })).toEqual(done);
  await torii.webhooksSettled();
  expect(await readPage()).toContain('<span class="pill good">delivered</span>');
  expect(await press('redeliver', { event: 'evt_nobody' })).toEqual([404, null]);
  const [webhook] = torii.webhooks;
  expect(await press('remove-webhook', { webhook: webhook?.id ?? '' })).toEqual(done);
  expect(await press('remove-webhook', { webhook: webhook?.id ?? '' })).toEqual([404, null]);
  expect(torii.webhooks).toEqual([]);
});

test('enables a webhook that a 410 response disabled', async () => {
  await using receiver = await startReceiver();
  receiver.answer = () => ({ status: 410 });
  const { id } = await torii.addWebhook({ url: receiver.url });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(await readPage()).toContain('value="enable-webhook"');
  expect(await press('enable-webhook', { webhook: id })).toEqual(done);
  expect(torii.webhooks).toMatchObject([{ disabledAt: null }]);
  expect(await press('enable-webhook', { webhook: 'nobody' })).toEqual([404, null]);
});

test('shows the webhook secrets on a separate page, but not to requests from other origins', async () => {
  const secret = createWebhookSecret();
  await torii.addWebhook({ url: 'http://127.0.0.1:1/', secret });
  const ask = (headers = {}) => send(torii, `${dashboard}webhook-secrets`, { form: {}, headers });
  const page = await (await ask()).text();
  for (const shown of [torii.webhookSecret, secret]) expect(page).toContain(`<code>${shown}</code>`);
  expect((await send(torii, `${dashboard}webhook-secrets`)).status).toBe(405);
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
    const refused = await ask(headers);
    expect([refused.status, await refused.text()]).toEqual([403, expect.not.stringContaining('whsec_')]);
  }
  expect(await readPage()).not.toContain('whsec_');
});

test('each environment has its own dashboard, with links to the others', async () => {
  const acme = torii.environment('acme');
  await acme.createUser({ name: 'Grace Hopper' });
  const page = await (await fetch(`${acme.issuer}${dashboard}`)).text();
  expect(page).toContain('Grace Hopper');
  expect(page).not.toContain('Ada Lovelace');
  expect(page).toContain('<a href="/_emulator/" >default</a>');
  expect(page).toContain('<a href="/env/acme/_emulator/" aria-current="page">acme</a>');
});

test('does not list its own requests', async () => {
  const page = await readPage();
  for (const each of [page, await readPage()]) expect(each).not.toContain('GET /');
});

test('the root of the issuer redirects to the dashboard', async () => {
  const response = await send(torii, '/');
  expect([response.status, response.headers.get('location')]).toEqual([302, '/_emulator/']);
});
