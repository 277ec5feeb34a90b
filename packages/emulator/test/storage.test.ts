import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../src/database/store.ts';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { settingsFrom } from '../src/options/settings.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { startOn } from '../src/start.ts';
import { logIn, login, send } from './browser.ts';
import { callApi } from './rest.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-storage-'));
  writeFileSync(join(folder, 'text.db'), 'This is a text, and longer than a header. '.repeat(40));
  const sound = new DatabaseSync(join(folder, 'damaged.db'));
  sound.exec('CREATE TABLE a (b)');
  sound.close();
  // Keeps the header of the file and overwrites the rest.
  writeFileSync(join(folder, 'damaged.db'), readFileSync(join(folder, 'damaged.db')).fill(0xff, 100));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** SQLITE_BUSY; below are SQLITE_IOERR_LOCK, SQLITE_CANTOPEN, SQLITE_NOTADB and SQLITE_CORRUPT. */
const sqliteBusy = 5;

const createUser = (torii: Emulator) => callApi<User>(torii, 'POST', '/users', { name: 'x'.repeat(5000) });
const countUsers = (torii: Emulator) =>
  callApi<{ readonly items: readonly User[] }>(torii, 'POST', '/users/search?limit=100', {}).then(
    ({ body }) => body.items.length,
  );

test('refuses a file that another emulator is using, without affecting that emulator', async () => {
  const database = join(folder, 'shared.db');
  await using first = await startEmulator({ database });
  await expect(startEmulator({ database })).rejects.toMatchObject({
    code: 'database_unusable',
    message: expect.stringContaining(database),
    cause: { errcode: sqliteBusy },
  });
  expect((await createUser(first)).status).toBe(201);
});

test('refuses a file that another program has locked', async () => {
  const database = join(folder, 'locked.db');
  await (await startEmulator({ database })).stop();
  const other = new DatabaseSync(database);
  other.exec('BEGIN EXCLUSIVE');
  await expect(startEmulator({ database })).rejects.toMatchObject({
    code: 'database_unusable',
    cause: { errcode: sqliteBusy },
  });
  other.close();
  await (await startEmulator({ database })).stop();
});

test.skipIf(process.platform === 'win32')('creates files that only their owner can read', async () => {
  await using torii = await startEmulator({ database: join(folder, 'private.db') });
  await torii.createUser();
  const files = readdirSync(folder).filter((name) => name.startsWith('private.db'));
  expect(files.length).toBeGreaterThan(1);
  for (const name of files) expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
});

test('releases the file when the emulator stops', async () => {
  const database = join(folder, 'again.db');
  await (await startEmulator({ database })).stop();
  await (await startEmulator({ database })).stop();
});

test.each([
  ['a read-only file', () => `file:${join(folder, 'shared.db')}?mode=ro`, 3850],
  ['a folder', () => folder, 14],
  ['a file in a missing folder', () => join(folder, 'missing', 'torii.db'), 14],
  ['a file that is not a database', () => join(folder, 'text.db'), 26],
  ['a damaged file', () => join(folder, 'damaged.db'), 11],
])('refuses %s, with its path and the error of SQLite', async (_name, path, errcode) => {
  await expect(startEmulator({ database: path() })).rejects.toMatchObject({
    code: 'database_unusable',
    message: expect.stringContaining(path()),
    cause: { errcode },
  });
});

test('closes the database if the port is in use, so that another start can open it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const database = join(folder, 'port.db');
  await expect(startEmulator({ database, port })).rejects.toMatchObject({ code: 'port_unusable' });
  taken.close();
  await (await startEmulator({ database })).stop();
});

test('reports a full disk, keeps all acknowledged writes, and continues when there is space again', async () => {
  const path = join(folder, 'full.db');
  const database = openStore(path);
  await using torii = await startOn(database, settingsFrom({ database: path }));
  const [pages] = Object.values(database.prepare('PRAGMA page_count').get() ?? {});
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 20}`);

  let stored = 0;
  let refused = await createUser(torii);
  while (refused.status === 201) {
    stored += 1;
    refused = await createUser(torii);
  }
  expect(stored).toBeGreaterThan(2);
  expect([refused.status, refused.body]).toMatchObject([507, { properties: { code: 'storage_full' } }]);
  await expect(torii.createUser({ name: 'x'.repeat(50_000) })).rejects.toMatchObject({ code: 'database_unusable' });
  expect(await countUsers(torii)).toBe(stored);

  database.exec('PRAGMA max_page_count = 100000');
  expect((await createUser(torii)).status).toBe(201);
  expect(await countUsers(torii)).toBe(stored + 1);
});

test('reports a read-only database, and continues to read', async () => {
  const path = join(folder, 'read-only.db');
  const database = openStore(path);
  await using torii = await startOn(database, settingsFrom({ database: path }));
  const { id } = await torii.createUser();
  database.exec('PRAGMA query_only = ON');
  for (const [method, rest] of [
    ['POST', '/ban'],
    ['DELETE', ''],
    ['DELETE', '/sessions'],
  ] as const) {
    const { status, body } = await callApi(torii, method, `/users/${id}${rest}`);
    expect([status, body.properties.code]).toEqual([503, 'storage_unavailable']);
  }
  await expect(torii.rotateKeys()).rejects.toMatchObject({ code: 'database_unusable' });
  expect(torii.keyIds).toHaveLength(1);
  expect((await callApi<User>(torii, 'GET', `/users/${id}`)).body.status).toBe('active');
  database.exec('PRAGMA query_only = OFF');
  expect((await callApi(torii, 'DELETE', `/users/${id}`)).status).toBe(204);
});

test('a browser keeps its session while the database is read-only, and gets no new one', async () => {
  const path = join(folder, 'read-only-sessions.db');
  const database = openStore(path);
  await using torii = await startOn(database, settingsFrom({ database: path }));
  await torii.createUser(login);
  const { cookie } = await logIn(torii);
  database.exec('PRAGMA query_only = ON');
  for (const [path, sent] of [
    [publishedPaths.login, { json: login }],
    [`${publishedPaths.login}?_is_native=1`, { json: login }],
    [publishedPaths.logout, { method: 'POST', cookie }],
    [publishedPaths.signUp, { json: { ...login, email: 'bob@example.com' } }],
  ] as const) {
    const { status, headers } = await send(torii, path, sent);
    expect([path, status]).toEqual([path, 503]);
    expect([headers.getSetCookie(), headers.get('x-torii-session-token')]).toEqual([[], null]);
  }
  const probe = await send(torii, publishedPaths.client, { cookie });
  expect([probe.status, await probe.json()]).toMatchObject([200, { authenticated: true }]);
});

test('a login that fails at its last write gives no secret to the client', async () => {
  const path = join(folder, 'last-write.db');
  const database = openStore(path);
  await using torii = await startOn(database, settingsFrom({ database: path }));
  await torii.createUser(login);
  const [pages] = Object.values(database.prepare('PRAGMA page_count').get() ?? {});
  // The database is full as soon as the token of the session is stored.
  database.exec(`CREATE TRIGGER fill BEFORE INSERT ON session_tokens BEGIN
    INSERT INTO mails (id, environment_id, recipient, subject, body, link, sent_at)
    VALUES (new.token_hash, (SELECT id FROM environments), '', '', hex(zeroblob(1000000)), '', ''); END`);
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 20}`);
  for (const query of ['', '?_is_native=1']) {
    const { status, headers } = await send(torii, publishedPaths.login + query, { json: login });
    expect([status, headers.getSetCookie(), headers.get('x-torii-session-token')]).toEqual([507, [], null]);
  }
});
