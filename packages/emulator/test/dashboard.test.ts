import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { askForToken, login, readToken, send, signInWithForm } from './browser.ts';
import { patience, startReceiver } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

let torii: Emulator;
let userId: string;
beforeEach(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }], webhookRetrySeconds: [3600] });
  ({ id: userId } = await torii.createUser({ ...login, firstName: 'Ada', lastName: 'Lovelace' }));
});
afterEach(() => torii.stop());

/** The path of a page of the dashboard. The first page has an empty name. */
const pathOf = (page: string) => (/^(?:\?|$)/.test(page) ? `/_emulator/${page}` : `/_emulator/dashboard/${page}`);

const readPage = async (page = '') => (await send(torii, pathOf(page))).text();

const pages = () => [
  '',
  'users',
  `users/${userId}`,
  'organizations',
  'invitations',
  'tokens',
  'sessions',
  'webhooks',
  'requests',
  'clock',
  'keys',
];

async function readAllPages(): Promise<string> {
  return (await Promise.all(pages().map(readPage))).join('\n');
}

async function press(page: string, action: string, fields: Readonly<Record<string, string>> = {}, headers = {}) {
  const response = await send(torii, pathOf(page), { form: { action, ...fields }, headers });
  return [response.status, response.headers.get('location')];
}

test('shows the settings, users, sessions, faults, requests, keys and the claims of tokens', async () => {
  await signIn(torii, login);
  await callApi(torii, 'GET', `/users/${userId}`);
  torii.fail('keys', { times: 3 });
  const shown: readonly [string, string][] = [
    ['', torii.issuer],
    ['', torii.publishableKey],
    ['', torii.environmentId],
    ['users', 'Ada Lovelace'],
    [`users/${userId}`, 'ada@example.com'],
    [`users/${userId}`, 'a browser'],
    ['sessions', 'a browser'],
    ['requests', `GET /api/server/v1/users/${userId}`],
    ['keys', torii.keyIds[0] ?? ''],
    ['tokens', '&quot;email_verified&quot;: true'],
  ];
  for (const [page, text] of shown) expect(await readPage(page), page).toContain(text);
  for (const page of ['', 'clock']) expect(await readPage(page), page).toMatch(/pill bad">[^<]*503[^<]*3</);
});

test('every page has links to all sections, and marks its own', async () => {
  for (const page of pages()) {
    const text = await readPage(page);
    const links = [...text.matchAll(/<a href="([^"]+)" (aria-current="page")?>/g)];
    const targets = links.map(([, href = '']) => new URL(href, torii.issuer + pathOf(page)).pathname);
    for (const section of pages().filter((each) => !each.includes('/'))) expect(targets).toContain(pathOf(section));
    const current = targets.filter((_target, index) => links[index]?.[2] !== undefined);
    expect(current).toContain(pathOf(page.split('/')[0] ?? ''));
  }
});

test('the links of a page lead to pages, also below the path of an environment', async () => {
  const acme = torii.environment('acme');
  const { id } = await acme.createUser({ email: 'grace@example.com' });
  const organization = await acme.createOrganization({ name: 'Acme', members: [{ userId: id }] });
  for (const page of ['', 'users', `users/${id}`, 'organizations', `organizations/${organization.id}`]) {
    const url = acme.issuer + pathOf(page);
    const text = await (await fetch(url)).text();
    for (const [, href = ''] of text.matchAll(/<a (?:class="[^"]*" )?href="([^"?#]*)/g)) {
      const target = new URL(href, url);
      const { status } = await fetch(target);
      expect([target.pathname, status]).toEqual([target.pathname, 200]);
    }
  }
});

test('[16] shows no token, no password, no cookie and no secret key', async () => {
  const cookie = await signInWithForm(torii);
  const { accessToken } = await readToken(await askForToken(torii, { cookie }));
  await send(torii, `/oops/${accessToken}/${torii.secretKey}?token=${accessToken}`);
  await callApi(torii, 'GET', '/users/nobody', undefined, { authorization: `Bearer ${accessToken}` });
  const text = await readAllPages();
  expect(text).toContain('/oops/eyJ…/sk_…');
  for (const secret of [accessToken.slice(0, 20), torii.secretKey, 'whsec_', login.password, cookie, 'argon2']) {
    expect(text).not.toContain(secret);
  }
});

test('[35] shows no control character, line separator or reversed text of a path', async () => {
  for (const text of ['\r\n', '\u2028', '\u202E', '\u001B[2J', '\u009B', '\u200B', '\0']) {
    await send(torii, `/oops/ada${encodeURIComponent(text)}INFO`);
  }
  const page = await readPage('requests');
  expect(page.match(/\/oops\/ada\?+(?:\[2J)?INFO/g)).toHaveLength(7);
  expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
});

test('escapes names, metadata, mails and everything else that an app wrote', async () => {
  const evil = '"><script>alert(1)</script></textarea></pre><img src=x onerror=alert(2)>';
  const metadata = { evil, [evil]: true };
  const user = await torii.createUser({
    firstName: evil,
    email: 'evil@example.com',
    publicMetadata: metadata,
    unsafeMetadata: metadata,
  });
  const organization = await torii.createOrganization({
    name: evil,
    members: [{ userId: user.id }],
    publicMetadata: metadata,
  });
  await torii.createRole({ key: 'org:evil', name: evil });
  await torii.token({ claims: { name: evil } });
  await signIn(torii, { ...login, password: evil });
  await fetch(torii.signInUrl, { headers: { 'user-agent': evil } });
  await press('invitations', 'create-invitation', { email: '<b>bob</b>@example.com' });
  const query = new URLSearchParams({
    email: evil,
    name: evil,
    text: evil,
    user: evil,
    organization: evil,
    role: evil,
  });
  const extra = [`users/${user.id}`, `organizations/${organization.id}`, `mails/${torii.mails[0]?.id}`];
  for (const page of [...pages(), ...extra, ...pages().map((each) => `${each}?${query}`)]) {
    const text = await readPage(page);
    expect(text.match(/<script[^>]*>/g), page).toEqual([
      expect.stringMatching(/^<script type="module" src="[./]+_emulator\/live\.js">$/),
    ]);
    for (const tag of ['<img', '<b>', '</textarea></pre>']) expect(text).not.toContain(tag);
  }
  const refused = await send(torii, pathOf('users'), { form: { action: 'create-user', email: evil, firstName: evil } });
  expect([refused.status, await refused.text()]).toEqual([400, expect.not.stringContaining('<img')]);
});

test('adds a user, changes every field, and deletes the user', async () => {
  const form = {
    email: 'grace@example.com',
    password: 'correct horse',
    firstName: 'Grace',
    lastName: 'Hopper',
    locale: 'da',
    emailVerified: 'yes',
    publicMetadata: '{ "plan": "pro" }',
    privateMetadata: '',
    unsafeMetadata: '{ "theme": { "dark": true } }',
  };
  const [status, location] = await press('users', 'create-user', form);
  const [, id = ''] = /users\/([^/]+)$/.exec(String(location)) ?? [];
  expect(status).toBe(303);
  const read = async () => (await callApi<Record<string, unknown>>(torii, 'GET', `/users/${id}`)).body;
  expect(await read()).toMatchObject({ name: 'Grace Hopper', locale: 'da', publicMetadata: { plan: 'pro' } });
  expect((await signIn(torii, { email: 'grace@example.com', password: 'correct horse' })).status).toBe(200);

  const changed = { ...form, user: id, email: 'g@example.com', password: 'other horse', emailVerified: '', locale: '' };
  expect(await press(`users/${id}`, 'edit-user', { ...changed, publicMetadata: '{ "seats": 5 }' })).toEqual([
    303,
    `./${id}`,
  ]);
  expect(await read()).toMatchObject({
    email: 'g@example.com',
    emailVerifiedAt: null,
    locale: null,
    publicMetadata: { seats: 5 },
    unsafeMetadata: { theme: { dark: true } },
  });
  expect((await signIn(torii, { email: 'g@example.com', password: 'other horse' })).status).toBe(200);
  // An empty password leaves the old one.
  await press(`users/${id}`, 'edit-user', { ...changed, password: '' });
  expect((await signIn(torii, { email: 'g@example.com', password: 'other horse' })).status).toBe(200);

  expect(await press(`users/${id}`, 'delete-user', { user: id })).toEqual([303, '../../../_emulator/dashboard/users']);
  expect(await readPage('users')).not.toContain('g@example.com');
  expect(await readPage(`users/${id}`)).toContain('deleted');
});

test('shows a refused form again, with what was written, except for the password', async () => {
  const form = { email: 'ada@example.com', password: 'correct horse', firstName: 'Second', publicMetadata: '{"a":1}' };
  const response = await send(torii, pathOf('users'), { form: { action: 'create-user', ...form } });
  const text = await response.text();
  expect(response.status).toBe(409);
  expect(text).toMatch(/role="alert"[^>]*>[^<]+</);
  expect(text).toMatch(/<details class="folded" open>/);
  for (const value of ['value="Second"', '{&quot;a&quot;:1}']) expect(text).toContain(value);
  expect(text).not.toContain('correct horse');
});

test.each<[string, Record<string, string>]>([
  ['JSON that is not valid', { publicMetadata: '{ plan: pro }' }],
  ['metadata that is an array', { publicMetadata: '[]' }],
  ['a prototype key', { privateMetadata: '{ "__proto__": { "admin": true } }' }],
  ['metadata over the budget', { unsafeMetadata: JSON.stringify({ a: 'x'.repeat(9000) }) }],
  ['text that is not an email', { email: 'nobody' }],
  ['an unknown language', { locale: 'xx' }],
  ['a short password', { password: 'short' }],
])('refuses a user with %s', async (_name, fields) => {
  expect(await press('users', 'create-user', fields)).toEqual([400, null]);
  expect(await press(`users/${userId}`, 'edit-user', { user: userId, ...fields })).toEqual([400, null]);
  expect((await callApi(torii, 'GET', `/users/${userId}`)).body).toMatchObject({ email: 'ada@example.com' });
});

test('bans and unbans', async () => {
  await signIn(torii, login);
  expect(await press('users', 'ban', { user: userId })).toEqual([303, './users']);
  expect((await signIn(torii, login)).status).toBe(403);
  expect(await readPage('sessions')).not.toContain('name="session"');
  expect(await press(`users/${userId}`, 'unban', { user: userId })).toEqual([303, `./${userId}`]);
  expect((await signIn(torii, login)).status).toBe(200);
});

test('ends a session, and all sessions of a user', async () => {
  const cookie = await signInWithForm(torii);
  const [, session = ''] = /name="session" value="([^"]+)"/.exec(await readPage('sessions')) ?? [];
  expect(await press('sessions', 'revoke', { session })).toEqual([303, './sessions']);
  expect((await askForToken(torii, { cookie })).status).toBe(401);
  const cookies = [await signInWithForm(torii), await signInWithForm(torii)];
  expect(await press(`users/${userId}`, 'revoke-all', { user: userId })).toEqual([303, `./${userId}`]);
  for (const each of cookies) expect((await askForToken(torii, { cookie: each })).status).toBe(401);
});

test('adds an organization, its members and roles, and shows them on the pages of both', async () => {
  const [status, location] = await press('organizations', 'create-organization', { name: 'Acme & Sons', slug: 'acme' });
  const [, id = ''] = /organizations\/([^/]+)$/.exec(String(location)) ?? [];
  expect([status, await readPage(`organizations/${id}`)]).toEqual([303, expect.stringContaining('Acme &amp; Sons')]);
  await press('organizations', 'create-role', { key: 'org:editor', name: 'Editor' });
  const page = `organizations/${id}`;
  expect(await press(page, 'add-member', { organization: id, member: 'ADA@example.com', role: 'org:editor' })).toEqual([
    303,
    `./${id}`,
  ]);
  expect(await readPage(page)).toContain('Ada Lovelace');
  expect(await readPage(`users/${userId}`)).toContain('Acme &amp; Sons');
  await press(page, 'set-role', { organization: id, member: userId, role: 'org:administrator' });
  expect(await readPage(page)).toMatch(/<code>org:administrator<\/code>/);
  await press(page, 'edit-organization', { organization: id, publicMetadata: '{"plan":"pro"}', privateMetadata: '' });
  expect(await readPage(page)).toContain('&quot;plan&quot;');
  await press(page, 'remove-member', { organization: id, member: userId });
  expect(await readPage(`users/${userId}`)).toContain('Not a member');
});

test.each<[string, string, Record<string, string>, number]>([
  ['an organization without a name', 'create-organization', { name: '' }, 400],
  ['a slug with a space', 'create-organization', { name: 'A', slug: 'a b' }, 400],
  [
    'a member of an unknown organization',
    'add-member',
    { organization: 'x', member: 'ada@example.com', role: 'org:member' },
    404,
  ],
  ['an unknown member', 'add-member', { organization: 'x', member: 'nobody', role: 'org:member' }, 404],
  ['a role with a space', 'create-role', { key: 'org admin' }, 400],
  ['metadata of an unknown organization', 'edit-organization', { organization: 'x' }, 404],
])('refuses %s', async (_name, action, fields, status) => {
  expect(await press('organizations', action, fields)).toEqual([status, null]);
});

test('refuses an unknown role', async () => {
  const { id } = await torii.createOrganization({ name: 'Acme' });
  const member = { organization: id, member: userId, role: 'org:king' };
  expect(await press(`organizations/${id}`, 'add-member', member)).toEqual([400, null]);
});

test('invites someone, shows the mail with its link, sends it again, and revokes it', async () => {
  expect(await press('invitations', 'create-invitation', { email: 'bob@example.com' })).toEqual([303, './invitations']);
  const [mail] = torii.mails;
  const page = await readPage('invitations');
  expect(page).toContain('bob@example.com');
  expect(page).not.toContain(mail?.link);
  expect(await readPage(`mails/${mail?.id}`)).toContain(`href="${mail?.link.replaceAll('&', '&amp;')}"`);
  const [, invitation = ''] = /name="invitation" value="([^"]+)"/.exec(page) ?? [];
  await press('invitations', 'resend-invitation', { invitation });
  expect(torii.mails).toHaveLength(2);
  await press('invitations', 'revoke-invitation', { invitation });
  expect(await readPage('invitations')).toMatch(/pill bad">revoked</);
  expect(await press('invitations', 'create-invitation', { email: 'ada@example.com' })).toEqual([409, null]);
  expect(await press('invitations', 'resend-invitation', { invitation: 'nobody' })).toEqual([404, null]);
  expect((await send(torii, pathOf('mails/nobody'))).status).toBe(404);
});

test('adds and removes allowed origins, and says what is wrong with one', async () => {
  expect(await press('', 'add-origin', { origin: ' http://localhost:3000 ' })).toEqual([303, './']);
  await press('', 'add-origin', { origin: 'capacitor://localhost' });
  await press('', 'add-origin', { origin: 'http://localhost:3000' });
  expect(torii.allowedOrigins).toEqual(['http://localhost:3000', 'capacitor://localhost']);
  for (const origin of ['', '*', 'http://localhost:3000/', 'http://localhost:3000/app', 'localhost:3000', 'null']) {
    const response = await send(torii, pathOf(''), { form: { action: 'add-origin', origin } });
    expect([origin, response.status]).toEqual([origin, 400]);
    expect(await response.text()).toContain(`value="${origin}"`);
  }
  expect(await press('', 'remove-origin', { origin: 'http://localhost:3000' })).toEqual([303, './']);
  expect(torii.allowedOrigins).toEqual(['capacitor://localhost']);
});

test('lists tokens by the names of the user and the organization', async () => {
  await torii.createRole({ key: 'org:editor' });
  const { id } = await torii.createOrganization({ name: 'Acme', members: [{ userId, role: 'org:editor' }] });
  const listed = async () =>
    /<summary>([\s\S]*?)<\/summary>/.exec(await readPage('tokens'))?.[1]?.replaceAll(/\s+/g, ' ');
  await torii.token({ user: login.email, organization: { id }, actor: { sub: 'support' }, expiresInSeconds: -60 });
  expect(await listed()).toMatch(/Ada Lovelace.*expired.*impersonated.*in Acme as org:editor/);
  await torii.token({ userId: '<b>', organization: { id: '<i>', role: 'r' } });
  expect(await listed()).toMatch(/&lt;b&gt;.*in &lt;i&gt; as r/);
  expect(await listed()).not.toMatch(/pill/);
  for (const claims of [
    { sub: undefined, exp: 'soon' },
    { sub: 7, org_id: {}, exp: undefined },
  ]) {
    await torii.token({ claims });
    expect(await listed()).toBeDefined();
  }
});

test('creates a token of a template', async () => {
  await torii.stop();
  torii = await startEmulator({ tokenTemplates: { chat: { claims: { aud: 'https://chat.example' } } } });
  const response = await send(torii, pathOf('tokens'), { form: { action: 'mint', template: 'chat' } });
  const [, token = ''] = /data-token>([^<]+)</.exec(await response.text()) ?? [];
  expect(decodeJwt(token).aud).toBe('https://chat.example');
  expect(await press('tokens', 'mint', { template: '__proto__' })).toEqual([400, null]);
});

test('switches impersonation', async () => {
  expect(await press('invitations', 'set-impersonation', { state: 'disabled' })).toEqual([303, './invitations']);
  expect(torii.impersonation).toBe('disabled');
  expect(await press('invitations', 'set-impersonation', { state: '__proto__' })).toEqual([400, null]);
});

async function mint(
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly token: string; readonly response: Response }> {
  const response = await send(torii, pathOf('tokens'), { form: { action: 'mint', ...fields } });
  const [, token = ''] = /data-token>([^<]+)</.exec(await response.text()) ?? [];
  return { token, response };
}

test('shows a created token on a separate page, and keeps it nowhere', async () => {
  const { token, response } = await mint({});
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  const verified = await fetch(`${torii.issuer}/_emulator/whoami`, { headers: { authorization: `Bearer ${token}` } });
  expect(verified.status).toBe(200);
  const [, , signature = ''] = token.split('.');
  const log = await (await fetch(`${torii.issuer}/_emulator/requests`)).text();
  for (const text of [await readAllPages(), log]) expect(text).not.toContain(signature);
});

test('creates a token with every field of the form', async () => {
  const organization = await torii.createOrganization({
    name: 'Acme',
    members: [{ userId, role: 'org:administrator' }],
  });
  const byEmail = await mint({
    user: 'ada@example.com',
    organization: organization.id,
    actor: 'admin',
    claims: '{"plan":"pro"}',
  });
  expect(decodeJwt(byEmail.token)).toMatchObject({
    sub: userId,
    org_id: organization.id,
    org_role: 'org:administrator',
    act: { sub: 'admin' },
    impersonating: true,
    plan: 'pro',
  });
  expect(decodeJwt((await mint({ user: 'u1', organization: 'o1', role: 'org:editor' })).token)).toMatchObject({
    sub: 'u1',
    org_id: 'o1',
    org_role: 'org:editor',
  });
  const { exp = 0, iat = 0 } = decodeJwt((await mint({ expiresInSeconds: '3600' })).token);
  expect(exp - iat).toBe(3600);
  for (const fields of [{ expired: 'yes' }, { stranger: 'yes' }]) {
    const { token } = await mint(fields);
    const refused = await fetch(`${torii.issuer}/_emulator/whoami`, { headers: { authorization: `Bearer ${token}` } });
    expect(refused.status).toBe(401);
  }
});

test.each<[string, Record<string, string>, number]>([
  ['an unknown email', { user: 'nobody@example.com' }, 404],
  ['claims that are not JSON', { claims: 'plan=pro' }, 400],
  ['claims that are an array', { claims: '[]' }, 400],
  ['a lifetime that is not a number', { expiresInSeconds: 'x' }, 400],
])('creates no token with %s', async (_name, fields, status) => {
  const { token, response } = await mint(fields);
  expect([response.status, token]).toEqual([status, '']);
});

test.each<[unknown]>([[undefined], [null], [5], [''], [[]], [{ toString: 1 }], [{ a: '<b>' }]])(
  'lists a token whose sub is %j',
  async (sub) => {
    await torii.token({ claims: { sub } });
    const response = await send(torii, pathOf('tokens'));
    expect([response.status, await response.text()]).toEqual([200, expect.not.stringContaining('<b>')]);
  },
);

test('rotates and withdraws keys', async () => {
  const [first = ''] = torii.keyIds;
  expect(await press('keys', 'rotate')).toEqual([303, './keys']);
  expect(torii.keyIds).toEqual([expect.not.stringMatching(first), first]);
  expect(await press('keys', 'withdraw', { kid: first })).toEqual([303, './keys']);
  expect(torii.keyIds).toHaveLength(1);
  expect(await press('keys', 'withdraw', { kid: torii.keyIds[0] ?? '' })).toEqual([400, null]);
  expect(await press('keys', 'withdraw', { kid: 'nobody' })).toEqual([400, null]);
});

test('moves the clock forward and back to the machine’s time', async () => {
  const before = torii.now().getTime();
  expect(await readPage('clock')).not.toContain('value="reset-clock"');
  expect(await press('clock', 'advance', { amount: '2', unit: '3600' })).toEqual([303, './clock']);
  const [, shown = ''] = /class="figure"><time datetime="([^"]+)"/.exec(await readPage('clock')) ?? [];
  expect(Date.parse(shown)).toBeGreaterThanOrEqual(before + 7_200_000);
  expect(shown <= torii.now().toISOString()).toBe(true);
  expect(await readPage('clock')).toContain('2 h');
  expect(await press('clock', 'advance', { amount: '-1', unit: '60' })).toEqual([400, null]);
  expect(await press('clock', 'advance', { amount: 'x', unit: '60' })).toEqual([400, null]);
  expect(await press('clock', 'reset-clock')).toEqual([303, './clock']);
  expect(torii.now().getTime()).toBeLessThan(before + 3_600_000);
});

test.each([
  ['fail-503', 503],
  ['fail-500', 500],
  ['fail-429', 429],
])('injects and ends the fault %s', async (fault, status) => {
  const statusOfKeys = async () => (await fetch(torii.jwksUrl)).status;
  expect(await press('clock', 'inject', { surface: 'keys', fault, times: '1' })).toEqual([303, './clock']);
  expect([await statusOfKeys(), await statusOfKeys()]).toEqual([status, 200]);
  expect(await press('clock', 'inject', { surface: 'all', fault, times: '' })).toEqual([303, './clock']);
  expect([await statusOfKeys(), await statusOfKeys()]).toEqual([status, status]);
  expect(await press('clock', 'recover', { surface: 'keys' })).toEqual([303, './clock']);
  expect(await statusOfKeys()).toBe(200);
});

test.each([
  ['cut-request', /pill bad">cut[^<]*request</],
  ['cut-body', /pill bad">cut[^<]*body</],
  ['delay-2', /pill bad">[^<]*2 s/],
])('injects the fault %s', async (fault, description) => {
  expect(await press('clock', 'inject', { surface: 'keys', fault })).toEqual([303, './clock']);
  expect(await readPage('clock')).toMatch(description);
  if (!fault.startsWith('cut')) return;
  await expect(fetch(torii.jwksUrl).then((response) => response.text())).rejects.toThrow();
  expect(await readPage('requests')).toContain('>cut</span>');
});

test('folds requests for keys into one line, so that they do not hide other requests', async () => {
  await callApi(torii, 'GET', `/users/${userId}`);
  for (let n = 0; n < 210; n += 1) await fetch(torii.jwksUrl);
  await fetch(`${torii.issuer}/.well-known/openid-configuration`);
  const page = await readPage('requests');
  expect(page).toContain(`GET /api/server/v1/users/${userId}`);
  expect(page).toMatch(/<summary>Requests for keys <span class="pill">50</);
  expect(page.match(/<details/g)).toHaveLength(1);
});

test('lists one request for a page, in every environment', async () => {
  for (const each of [torii, torii.environment('acme')]) {
    expect((await fetch(`${each.issuer}/_torii/emulator/sign-in`)).status).toBe(200);
    const { requests } = (await (await fetch(`${each.issuer}/_emulator/requests`)).json()) as { requests: object[] };
    expect(requests).toMatchObject([{ path: expect.stringMatching(/sign-in$/) }]);
  }
});

test('filters requests by text and by failure', async () => {
  await callApi(torii, 'GET', `/users/${userId}`);
  await callApi(torii, 'GET', '/users/nobody');
  await fetch(torii.jwksUrl);
  const rows = async (query: string) => (await readPage(`requests?${query}`)).match(/<td class="code">[^<]*/g) ?? [];
  expect(await rows('text=NOBODY')).toEqual([expect.stringContaining('/users/nobody')]);
  expect(await rows('text=invalid_request')).toHaveLength(1);
  expect(await rows('show=failed')).toHaveLength(1);
  expect(await rows('text=nothing-like-this')).toEqual([]);
  expect(await rows('show=__proto__')).toHaveLength(2);
});

test.each([
  ['an unknown button', '', { action: 'explode' }, 400],
  ['the name of a method of objects', '', { action: 'toString' }, 400],
  ['an unknown user', 'users', { action: 'ban', user: 'nobody' }, 404],
  ['an unknown fault', 'clock', { action: 'inject', surface: 'keys', fault: 'toString' }, 400],
  ['an unknown surface', 'clock', { action: 'inject', surface: '__proto__', fault: 'fail-503' }, 400],
  ['a fraction of times', 'clock', { action: 'inject', surface: 'keys', fault: 'fail-503', times: '0.5' }, 400],
])('responds with a page to %s', async (_name, page, form, status) => {
  const response = await send(torii, pathOf(page), { form });
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=UTF-8']);
});

test.each(['users/nobody', 'organizations/nobody', 'mails/nobody', 'nothing', 'users/nobody/more'])(
  'responds with a page and 404 to %s',
  async (page) => {
    const response = await send(torii, pathOf(page));
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
  },
);

test('shows no user, organization or mail of another environment', async () => {
  const acme = torii.environment('acme');
  const { id } = await acme.createUser({ email: 'grace@example.com' });
  const organization = await acme.createOrganization({ name: 'Acme', members: [{ userId: id }] });
  for (const page of [`users/${id}`, `organizations/${organization.id}`]) {
    expect((await send(torii, pathOf(page))).status).toBe(404);
  }
  for (const action of ['ban', 'delete-user', 'edit-user', 'revoke-all']) {
    expect(await press('users', action, { user: id })).toEqual([404, null]);
  }
  const member = { organization: organization.id, member: 'ada@example.com', role: 'org:member' };
  expect(await press('organizations', 'add-member', member)).toEqual([404, null]);
});

// Security statement 14. The dashboard is stricter: it also refuses the origins in allowedOrigins.
test.each([
  ['a foreign origin', { origin: 'http://evil.example' }],
  ['another port', { origin: 'http://127.0.0.1:1' }],
  ['an opaque origin', { origin: 'null' }],
  ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['another port, without Origin', { 'sec-fetch-site': 'same-site' }],
])('refuses actions from %s', async (_name, headers) => {
  for (const page of pages()) expect(await press(page, 'ban', { user: userId }, headers)).toEqual([403, null]);
  expect((await signIn(torii, login)).status).toBe(200);
  const token = await send(torii, pathOf('tokens'), { form: { action: 'mint' }, headers });
  expect([token.status, await token.text()]).toEqual([403, expect.not.stringContaining('eyJ')]);
});

test('cannot be read or framed by other pages', async () => {
  for (const page of pages()) {
    const { headers } = await send(torii, pathOf(page), { headers: { origin: 'http://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
    expect(headers.get('cache-control')).toBe('private, no-store');
  }
});

test('finds users by email, and has a link to older users', async () => {
  for (let n = 10; n < 35; n += 1) await torii.createUser({ email: `user-${n}@example.com` });
  expect(await readPage('users?email=ADA@')).toContain('Ada Lovelace');
  const first = await readPage('users');
  expect(first).not.toContain('Ada Lovelace');
  const [, next = ''] = /href="(\?[^"]*after[^"]*)"/.exec(first) ?? [];
  expect(await readPage(`users${next.replaceAll('&amp;', '&')}`)).toContain('Ada Lovelace');
});

test('adds a webhook, shows deliveries, redelivers an event, and removes the webhook', async () => {
  await using receiver = await startReceiver();
  receiver.answer = (_one, count) => (count === 1 ? { status: 500, body: '<b>no</b>' } : undefined);
  expect(await readPage('webhooks')).not.toContain('name="webhook"');
  expect(await press('webhooks', 'add-webhook', { url: 'nowhere' })).toEqual([400, null]);
  expect(await press('webhooks', 'add-webhook', { url: receiver.url })).toEqual([303, './webhooks']);
  await torii.createUser({ email: 'grace@example.com' });
  await expect.poll(() => readPage('webhooks'), patience).toContain('&lt;b&gt;no&lt;/b&gt;');
  const { event } = receiver.first();
  const [delivery] = torii.webhookDeliveries();
  for (const text of ['user.created', 'waiting', `${delivery?.nextAttemptAt}`, 'grace@example.com', 'name="webhook"']) {
    expect(await readPage('webhooks')).toContain(text);
  }
  expect(await press('webhooks', 'redeliver', { event: event.id })).toEqual([303, './webhooks']);
  await torii.webhooksSettled();
  expect(await readPage('webhooks')).toContain('<span class="pill good">delivered</span>');
  expect(await press('webhooks', 'redeliver', { event: 'evt_nobody' })).toEqual([404, null]);
  const [webhook] = torii.webhooks;
  expect(await press('webhooks', 'remove-webhook', { webhook: webhook?.id ?? '' })).toEqual([303, './webhooks']);
  expect(await press('webhooks', 'remove-webhook', { webhook: webhook?.id ?? '' })).toEqual([404, null]);
  expect(torii.webhooks).toEqual([]);
});

test('enables a webhook that a 410 response disabled', async () => {
  await using receiver = await startReceiver();
  receiver.answer = () => ({ status: 410 });
  const { id } = await torii.addWebhook({ url: receiver.url });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(await readPage('webhooks')).toContain('value="enable-webhook"');
  expect(await press('webhooks', 'enable-webhook', { webhook: id })).toEqual([303, './webhooks']);
  expect(torii.webhooks).toMatchObject([{ disabledAt: null }]);
  expect(await press('webhooks', 'enable-webhook', { webhook: 'nobody' })).toEqual([404, null]);
});

test('shows the secrets on a separate page, but not to requests from other origins', async () => {
  const secret = createWebhookSecret();
  await torii.addWebhook({ url: 'http://127.0.0.1:1/', secret });
  const ask = (headers = {}) => send(torii, '/_emulator/secrets', { form: {}, headers });
  const response = await ask();
  const page = await response.text();
  for (const shown of [torii.secretKey, torii.webhookSecret, secret]) expect(page).toContain(`<code>${shown}</code>`);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  expect((await send(torii, '/_emulator/secrets')).status).toBe(405);
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
    const refused = await ask(headers);
    expect([refused.status, await refused.text()]).toEqual([403, expect.not.stringMatching(/whsec_|sk_test_/)]);
  }
});

test('each environment has its own dashboard, with links to the others', async () => {
  const acme = torii.environment('acme');
  await acme.createUser({ name: 'Grace Hopper' });
  const page = await (await fetch(`${acme.issuer}/_emulator/dashboard/users`)).text();
  expect(page).toContain('Grace Hopper');
  expect(page).not.toContain('Ada Lovelace');
  expect(page).toContain('<a href="/_emulator/" >default</a>');
  expect(page).toContain('<a href="/env/acme/_emulator/" aria-current="page">acme</a>');
});

test('does not list its own requests', async () => {
  const page = await readPage('requests');
  for (const each of [page, await readPage('requests')]) expect(each).not.toContain('GET /');
});

test.each(['/', '/_emulator', '/_emulator/dashboard/'])('%s redirects to the dashboard', async (path) => {
  const response = await send(torii, path);
  expect([response.status, response.headers.get('location')]).toEqual([302, '/_emulator/']);
  const named = await send(torii.environment('acme'), path);
  expect([named.status, named.headers.get('location')]).toEqual([302, '/env/acme/_emulator/']);
});
