import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrations } from '../src/database/store.ts';
import { type EmulatorOptions, startEmulator, type User } from '../src/index.ts';
import { requireSupportedNode } from '../src/node-version.ts';
import { settingsFrom } from '../src/options/settings.ts';
import { close, listen, originOf } from '../src/server.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { callApi, signIn, unknownId } from './rest.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-emulator-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('starts on a free loopback port, with a new environment and a random secret key', async () => {
  await using torii = await startEmulator();
  await using other = await startEmulator();
  expect(torii.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(torii.apiUrl).toBe(torii.issuer);
  expect(torii.jwksUrl).toBe(`${torii.issuer}/_torii/.well-known/jwks.json`);
  expect(torii.secretKey).toMatch(/^sk_test_[\w-]{32}$/);
  expect(torii.environmentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(other.issuer).not.toBe(torii.issuer);
  expect(other.secretKey).not.toBe(torii.secretKey);
  expect(other.environmentId).not.toBe(torii.environmentId);
});

test('shows no secret when it is printed', async () => {
  await using torii = await startEmulator({
    webhooks: [{ url: 'http://127.0.0.1:1/', secret: createWebhookSecret() }],
  });
  expect(
    inspect([torii, torii.webhooks], { depth: 9, showHidden: true }) + JSON.stringify([torii, torii.webhooks]),
  ).not.toMatch(/sk_test_|whsec_/);
});

test('uses the given secret key', async () => {
  await using torii = await startEmulator({ secretKey: 'sk_test_mine' });
  expect(torii.secretKey).toBe('sk_test_mine');
  expect((await callApi(torii, 'POST', '/users', {})).status).toBe(201);
});

test('names the port that is in use', async () => {
  await using torii = await startEmulator();
  const port = Number(new URL(torii.issuer).port);
  await expect(startEmulator({ port })).rejects.toMatchObject({
    code: 'port_unusable',
    message: expect.stringMatching(new RegExp(`${port}.*in use by another emulator\\. Stop it`)),
    cause: { code: 'EADDRINUSE' },
  });
  const other = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  await expect(startEmulator({ port: taken })).rejects.toThrow('in use by another program');
  other.close();
});

test.each<[string, EmulatorOptions]>([
  ['port', { port: -1 }],
  ['port', { port: 65_536 }],
  ['port', { port: Number.NaN }],
  ['database', { database: '' }],
  ['secretKey', { secretKey: '' }],
  ['secretKey', { secretKey: 'sk_live_0123456789' }],
  ['secretKey', { secretKey: 'sk_test_with a space' }],
  ['secretKey', { secretKey: 'sk_test_abc' }],
  ['tokenLifetimeSeconds', { tokenLifetimeSeconds: 0 }],
  ['tokenLifetimeSeconds', { tokenLifetimeSeconds: 0.5 }],
  ['environments', { environments: {} as never }],
  ['environments', { environments: [{ name: 7 as never }] }],
  ['environments', { environments: [null as never] }],
  ['environments', { environments: ['acme' as never] }],
  ['secretkey', { environments: [{ name: 'acme', secretkey: 'sk_test_acme' } as never] }],
  ['webhookSecret', { webhookSecret: '' }],
  ['webhookSecret', { webhookSecret: `whsec_${Buffer.alloc(23).toString('base64')}` }],
  ['webhookSecret', { webhookSecret: `whsec_${Buffer.alloc(65).toString('base64')}` }],
  ['webhookSecret', { webhookSecret: `whsec_${Buffer.alloc(32).toString('base64')} ` }],
  ['webhookSecret', { webhookSecret: Buffer.alloc(32).toString('base64') }],
  ['webhookSecret', { environments: [{ name: 'acme', webhookSecret: 'whsec_x' }] }],
  ['webhookRetrySeconds', { webhookRetrySeconds: [0] }],
  ['webhookRetrySeconds', { webhookRetrySeconds: [Number.NaN] }],
  ['webhookRetrySeconds', { webhookRetrySeconds: 5 as never }],
  ['webhookTimeoutMs', { webhookTimeoutMs: 0 }],
  ['webhookTimeoutMs', { webhookTimeoutMs: 2 ** 31 }],
  ['webhooks', { webhooks: {} as never }],
  ['url', { webhooks: [{ url: 'ftp://127.0.0.1/' }] }],
  ['url', { webhooks: [{ url: '/webhooks' }] }],
  ['url', { webhooks: [{ url: 'http://ada:secret@127.0.0.1/' }] }],
  ['url', { environments: [{ name: 'acme', webhooks: [{} as never] }] }],
  ['types', { webhooks: [{ url: 'http://127.0.0.1/', types: [] }] }],
  ['types', { webhooks: [{ url: 'http://127.0.0.1/', types: ['user.crated' as never] }] }],
  ['secret', { webhooks: [{ url: 'http://127.0.0.1/', secret: 'whsec_x' }] }],
  ['secret', { webhooks: [{ url: 'http://127.0.0.1/', secret: [] }] }],
  ['adress', { webhooks: [{ url: 'http://127.0.0.1/', adress: 1 } as never] }],
  ['databse', { databse: 'torii.db' } as never],
])('refuses an invalid %s: %o', async (option, options) => {
  await expect(startEmulator(options)).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.not.stringMatching(/sk_live|whsec_[\w]/),
  });
  await expect(startEmulator(options)).rejects.toThrow(option);
});

test('keeps users, keys and the environment in a file', async () => {
  const database = join(folder, 'kept.db');
  const first = await startEmulator({ database });
  const { environmentId, secretKey } = first;
  const user = await first.createUser({ email: 'ada@example.com', password: 'correct horse' });
  const token = await first.token();
  const { previousKid } = await first.rotateKeys();
  first.withdrawKeys(previousKid);
  const keyIds = first.keyIds;
  await first.stop();

  await using second = await startEmulator({ database });
  expect(second).toMatchObject({ environmentId, secretKey, keyIds });
  expect((await callApi<User>(second, 'GET', `/users/${user.id}`)).body).toEqual(user);
  const keys = createRemoteJWKSet(new URL(second.jwksUrl));
  await jwtVerify(await second.token(), keys);
  await expect(jwtVerify(token, keys)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('keeps sessions in a file', async () => {
  const database = join(folder, 'sessions.db');
  const first = await startEmulator({ database });
  const { id } = await first.createUser({ email: 'ada@example.com', password: 'correct horse' });
  await signIn(first, { email: 'ada@example.com', password: 'correct horse' });
  const before = await callApi(first, 'GET', `/users/${id}/sessions`);
  expect(before.body).toHaveLength(1);
  await first.stop();

  await using second = await startEmulator({ database });
  expect((await callApi(second, 'GET', `/users/${id}/sessions`)).body).toEqual(before.body);
});

test('a given secret key replaces the one in the file', async () => {
  const database = join(folder, 'secret.db');
  await (await startEmulator({ database })).stop();
  await (await startEmulator({ database, secretKey: 'sk_test_renewed' })).stop();
  await using torii = await startEmulator({ database });
  expect(torii.secretKey).toBe('sk_test_renewed');
});

test('keeps webhooks and their secret in a file, and adds the given ones', async () => {
  const database = join(folder, 'webhooks.db');
  const [url, types] = ['http://127.0.0.1:1/webhooks', ['user.created'] as const];
  const first = await startEmulator({ database, webhooks: [{ url, types }] });
  const { webhookSecret } = first;
  expect(webhookSecret).toMatch(/^whsec_[\w+/]{43}=$/);
  await first.stop();
  const second = await startEmulator({ database, webhooks: [{ url: `${url}/2` }] });
  expect(second.webhookSecret).toBe(webhookSecret);
  expect(second.webhooks).toMatchObject([
    { url, types },
    { url: `${url}/2`, types: null },
  ]);
  await second.stop();
  await using third = await startEmulator({ database, webhookSecret: createWebhookSecret(), webhooks: [{ url }] });
  expect(third.webhookSecret).not.toBe(webhookSecret);
  expect(third.webhooks).toMatchObject([{ types: null }, {}]);
});

test('refuses more than 20 webhooks', async () => {
  const webhooks = Array.from({ length: 20 }, (_, index) => ({ url: `http://127.0.0.1:1/${index}` }));
  await using torii = await startEmulator({ webhooks });
  await torii.addWebhook({ url: 'http://127.0.0.1:1/0' });
  await expect(torii.addWebhook({ url: 'http://127.0.0.1:1/20' })).rejects.toMatchObject({ code: 'option_invalid' });
  expect(torii.webhooks).toHaveLength(20);
});

test.each(migrations.map((_, index) => index).slice(1))(
  'migrates a file of version %i, with its users',
  async (version) => {
    const path = join(folder, `version-${version}.db`);
    const earlier = new DatabaseSync(path);
    for (const migration of migrations.slice(0, version)) earlier.exec(migration);
    const at = "'2026-01-01T00:00:00.000Z'";
    earlier.exec(`
    INSERT INTO environments (id, name, secret_key, created_at) VALUES ('${unknownId}', 'default', 'sk_test_earlier', ${at});
    PRAGMA user_version = ${version}`);
    const isVerified = "SELECT 1 FROM pragma_table_xinfo('users') WHERE name = 'email_verified' AND hidden = 0";
    const verified =
      earlier.prepare(isVerified).get() === undefined ? ['email_verified_at', at] : ['email_verified', '1'];
    earlier.exec(`
    INSERT INTO users (id, environment_id, email, email_key, name, name_key, status, created_at, updated_at, ${verified[0]})
    VALUES ('${unknownId}', '${unknownId}', 'ada@example.com', 'ada@example.com', 'Ada', 'ada', 'active', ${at}, ${at}, ${verified[1]})`);
    earlier.close();
    await using torii = await startEmulator({ database: path });
    expect(torii.webhookSecret).toMatch(/^whsec_/);
    const { body } = await callApi<User>(torii, 'GET', `/users/${unknownId}`);
    expect(body).toMatchObject({
      name: 'Ada',
      firstName: null,
      emailVerifiedAt: '2026-01-01T00:00:00.000Z',
      publicMetadata: {},
    });
  },
);

test('refuses a file that is not a database', async () => {
  const database = join(folder, 'text.db');
  writeFileSync(database, 'This is a text, and long enough to have the length of a header.'.repeat(20));
  await expect(startEmulator({ database })).rejects.toMatchObject({ code: 'database_unusable' });
});

test('refuses a file in a folder that does not exist', async () => {
  const database = join(folder, 'missing', 'torii.db');
  await expect(startEmulator({ database })).rejects.toMatchObject({
    code: 'database_unusable',
    message: expect.stringContaining(database),
  });
});

test('refuses a file that was written by a newer version', async () => {
  const database = join(folder, 'newer.db');
  const newer = new DatabaseSync(database);
  newer.exec('PRAGMA user_version = 999');
  newer.close();
  const error: unknown = await startEmulator({ database }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'database_unusable' });
  // The refusal does not come from SQLite.
  expect(error).not.toHaveProperty('cause');
});

test.each([
  ['an unknown field', { nickname: 'Ada' }, 'user_invalid'],
  ['an unknown locale', { locale: 'fr' }, 'user_invalid'],
  ['an emailVerified that is a string', { emailVerified: 'yes' }, 'user_invalid'],
  ['a weak password', { password: 'short' }, 'user_invalid'],
  ['a taken email', { email: 'Taken@example.com' }, 'email_taken'],
])('createUser refuses %s', async (_name, user, code) => {
  await using torii = await startEmulator();
  await torii.createUser({ email: 'taken@example.com' });
  await expect(torii.createUser(user as never)).rejects.toMatchObject({ code });
});

test('can be stopped twice, and does not respond afterwards', async () => {
  const torii = await startEmulator();
  await (await fetch(torii.jwksUrl)).json();
  await Promise.all([torii.stop(), torii.stop()]);
  await torii.stop();
  await expect(fetch(torii.jwksUrl)).rejects.toThrow();
});

test('a program that stops its emulator exits without output', async () => {
  const script = `
    import { startEmulator } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    const torii = await startEmulator();
    await (await fetch(torii.jwksUrl)).text();
    void fetch(torii.loginUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"a@b.c","password":"12345678"}',
    }).catch(() => {});
    await torii.createUser({ password: 'correct horse' });
    await torii.stop();
  `;
  const child = spawn(process.execPath, ['--conditions=@torii/source', '--input-type=module', '-e', script]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  expect([code, output.replace(/^.*ExperimentalWarning.*\n.*\n/m, '')]).toEqual([0, '']);
});

test.each(['18.20.0', '20.19.0', '22.12.0'])('throws on Node %s with the required version', (version) => {
  expect(() => requireSupportedNode(version)).toThrow(
    expect.objectContaining({
      code: 'node_unsupported',
      message: expect.stringMatching(/\b22\.13\b/),
    }),
  );
});

test.each(['22.13.0', '22.23.3', '23.0.0', '24.21.0', '26.10.0'])('runs on Node %s', (version) => {
  expect(() => requireSupportedNode(version)).not.toThrow();
});

test.each([
  [undefined, '127.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
] as const)('listens on %s as told, and stays a loopback issuer', async (host, listensOn) => {
  const server = await listen(0, host ?? settingsFrom({}).host);
  expect([server.address(), originOf(server)]).toEqual([
    expect.objectContaining({ address: listensOn }),
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  ]);
  await close(server);
});

test('refuses to listen on any other address', async () => {
  const options = { host: '10.0.0.1' } as unknown as EmulatorOptions;
  await expect(startEmulator(options)).rejects.toMatchObject({ code: 'option_invalid' });
});
