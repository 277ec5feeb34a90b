import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { readSeedFile } from '../src/program/seed-file.ts';
import { callApi, signIn } from './rest.ts';

let path: string;
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), 'torii-seed-')), 'seed.json');
});
afterAll(() => rmSync(join(path, '..'), { recursive: true, force: true }));

test('adds users with passwords, and does not change existing users', async () => {
  await using torii = await startEmulator();
  const users = [
    { email: 'ada@example.com', password: 'correct horse', name: 'Ada' },
    { email: 'bob@example.com', password: 'correct horse', status: 'banned' as const },
  ];
  expect(await torii.seed(users)).toMatchObject({ created: 2, existing: 0 });
  expect(await torii.seed([{ email: 'ADA@example.com', name: 'Changed' }, ...users.slice(1)])).toMatchObject({
    created: 0,
    existing: 2,
  });
  expect((await signIn(torii, { email: 'ada@example.com', password: 'correct horse' })).status).toBe(200);
  expect((await signIn(torii, { email: 'bob@example.com', password: 'correct horse' })).status).toBe(403);
  const { body } = await callApi<{ items: readonly { name: string | null }[] }>(torii, 'POST', '/users/search', {});
  expect(body.items.map(({ name }) => name)).toEqual([null, 'Ada']);
});

test('adds each user once if the same seed is applied twice concurrently', async () => {
  await using torii = await startEmulator();
  const users = [{ email: 'ada@example.com', password: 'correct horse' }];
  const reports = await Promise.all([torii.seed(users), torii.seed(users)]);
  expect(reports.map(({ created }) => created).sort()).toEqual([0, 1]);
});

test('adds no user if one of them is invalid', async () => {
  await using torii = await startEmulator();
  const users = [{ email: 'ada@example.com' }, { email: 'nonsense' }];
  await expect(torii.seed(users)).rejects.toMatchObject({
    code: 'user_invalid',
    errors: [{ field: 'users[1].email', message: expect.any(String) }],
  });
  const { body } = await callApi<{ items: readonly unknown[] }>(torii, 'POST', '/users/search', {});
  expect(body.items).toEqual([]);
});

test('reads the users, organizations and webhooks of each environment from a file', () => {
  const [users, webhooks] = [[{ email: 'a@b.c' }], [{ url: 'http://127.0.0.1:1/', types: ['user.created'] }]];
  const organizations = [{ slug: 'acme', name: 'Acme', members: [{ email: 'a@b.c', role: 'org:member' }] }];
  writeFileSync(
    path,
    JSON.stringify({ users, environments: { acme: { users: [], organizations, webhooks }, globex: {} } }),
  );
  expect(readSeedFile(path)).toEqual(
    new Map<string, unknown>([
      ['default', { users, roles: [], organizations: [], webhooks: [] }],
      ['acme', { users: [], roles: [], organizations, webhooks }],
      ['globex', { users: [], roles: [], organizations: [], webhooks: [] }],
    ]),
  );
});

test.each<[string, unknown, ...string[]]>([
  ['that is not JSON', '{ "users": [{ "password": "hunter2hunter2" ', 'JSON'],
  ['that is an array', [], 'JSON'],
  ['with an extra field', { people: [] }, 'people'],
  ['with an extra field in an environment', { environments: { acme: { people: [] } } }, 'environments.acme.people'],
  ['whose environments are an array', { environments: [] }, 'environments'],
  ['that names the default environment', { environments: { default: {} } }, 'environments.default'],
  ['whose users are not an array', { users: {} }, 'users'],
  ['with a user without an email', { users: [{ name: 'Ada' }] }, 'users[0].email'],
  ['with a user that is a string', { users: ['ada'] }, 'users[0]'],
  ['with a weak password', { users: [{ email: 'a@b.c', password: 'hunter2' }] }, 'users[0].password'],
  ['with an email twice', { users: [{ email: 'a@b.c' }, { email: 'A@b.c' }] }, 'users[1].email'],
  ['with an unknown status', { users: [{ email: 'a@b.c', status: 'deleted' }] }, 'users[0].status'],
  [
    'with an invalid user in an environment',
    { environments: { acme: { users: [{}] } } },
    'environments.acme',
    'users[0].email',
  ],
  ['whose webhooks are not an array', { webhooks: {} }, 'webhooks'],
  ['with a webhook with an invalid URL', { webhooks: [{ url: '/webhooks' }] }, 'url'],
  [
    'with a weak webhook secret',
    { environments: { acme: { webhooks: [{ url: 'http://127.0.0.1/', secret: 'hunter2' }] } } },
    'environments.acme',
    'secret',
  ],
])('refuses a file %s, names the place, and repeats no password', (_name, seed, ...named) => {
  writeFileSync(path, typeof seed === 'string' ? seed : JSON.stringify(seed));
  for (const name of [path, ...named]) {
    expect(() => readSeedFile(path)).toThrow(
      expect.objectContaining({ code: 'seed_invalid', message: expect.stringContaining(name) }),
    );
  }
  expect(() => readSeedFile(path)).not.toThrow(/hunter2/);
});

test('names the first five of many errors, and keeps all of them in its cause', () => {
  writeFileSync(path, JSON.stringify({ users: Array.from({ length: 7 }, () => ({})) }));
  expect(() => readSeedFile(path)).toThrow(
    expect.objectContaining({
      code: 'seed_invalid',
      message: expect.stringMatching(/users\[0\]\.email.*users\[4\]\.email(?!.*users\[5\])/),
      cause: expect.objectContaining({ errors: expect.objectContaining({ length: 7 }) }),
    }),
  );
});
