import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, type Organization, type OrganizationMember, startEmulator } from '../src/index.ts';
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

const seedOfAcme = {
  users: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }],
  roles: [{ key: 'org:editor', name: 'Editor' }],
  organizations: [
    {
      slug: 'acme',
      name: 'Acme',
      publicMetadata: { plan: 'pro' },
      members: [
        { email: 'ADA@example.com', role: 'org:administrator' },
        { email: 'bob@example.com', role: 'org:editor' },
      ],
    },
  ],
} as const;

async function listAcme(torii: Emulator) {
  const { body } = await callApi<{ items: readonly Organization[] }>(torii, 'GET', '/organizations');
  const [organization] = body.items;
  if (organization === undefined) return undefined;
  const path = `/organizations/${organization.id}/members`;
  const members = await callApi<{ items: readonly OrganizationMember[] }>(torii, 'GET', path);
  return { organization, roles: members.body.items.map(({ roleName }) => roleName) };
}

test('adds organizations with roles and members, and does not change existing ones', async () => {
  await using torii = await startEmulator();
  expect(await torii.seed(seedOfAcme)).toEqual({ created: 2, existing: 0, organizations: { created: 1, existing: 0 } });
  const acme = await listAcme(torii);
  expect(acme).toMatchObject({ organization: { name: 'Acme', slug: 'acme', publicMetadata: { plan: 'pro' } } });
  expect(acme?.roles).toEqual(['Administrator', 'Editor']);
  const renamed = [
    { ...seedOfAcme.organizations[0], name: 'Renamed', members: [] },
    { slug: 'globex', name: 'Globex' },
  ];
  expect(await torii.seed({ organizations: renamed })).toEqual({
    created: 0,
    existing: 0,
    organizations: { created: 1, existing: 1 },
  });
});

test.each<[string, string, unknown]>([
  [
    'a member whom no user has as email',
    'user_unknown',
    { organizations: [{ slug: 'b', name: 'B', members: [{ email: 'x@b.c' }] }] },
  ],
  [
    'a role that does not exist',
    'role_unknown',
    { organizations: [{ slug: 'b', name: 'B', members: [{ email: 'new@example.com', role: 'org:owner' }] }] },
  ],
  [
    'metadata over 8 KB',
    'metadata_too_large',
    { organizations: [{ slug: 'b', name: 'B', publicMetadata: { text: 'x'.repeat(8192) } }] },
  ],
  ['an organization without a slug', 'organization_invalid', { organizations: [{ name: 'B' }] }],
  [
    'a slug twice',
    'organization_invalid',
    {
      organizations: [
        { slug: 'b', name: 'B' },
        { slug: 'b', name: 'C' },
      ],
    },
  ],
  [
    'a member twice',
    'organization_invalid',
    {
      organizations: [{ slug: 'b', name: 'B', members: [{ email: 'new@example.com' }, { email: 'NEW@example.com' }] }],
    },
  ],
  ['a member by id', 'organization_invalid', { organizations: [{ slug: 'b', name: 'B', members: [{ userId: '1' }] }] }],
  ['organizations that are not a list', 'organization_invalid', { organizations: {} }],
  ['a role without a key', 'organization_invalid', { roles: [{}] }],
  ['an unknown field', 'user_invalid', { people: [] }],
  ['a text', 'user_invalid', 'ada@example.com'],
])('adds nothing, not even users, if a seed has %s', async (_name, code, seed) => {
  await using torii = await startEmulator();
  const more = typeof seed === 'object' ? { users: [{ email: 'new@example.com' }], ...seed } : seed;
  await expect(torii.seed(more as never)).rejects.toMatchObject({ code });
  const { body } = await callApi<{ items: readonly unknown[] }>(torii, 'POST', '/users/search', {});
  expect([body.items, await listAcme(torii)]).toEqual([[], undefined]);
});

test.each<[string, object, string]>([
  ['user', { users: [{ email: 'a@b.c' }, { email: 'b@b.c', publicMetadata: { text: 'x'.repeat(8192) } }] }, 'users[1]'],
  [
    'organization',
    { organizations: [{ slug: 'acme', name: 'A', publicMetadata: { text: 'x'.repeat(8192) } }] },
    'acme',
  ],
  ['member', { organizations: [{ slug: 'acme', name: 'A', members: [{ email: 'x@b.c' }] }] }, 'members[0]'],
])('names the %s of a seed that is refused when it is applied', async (_what, seed, place) => {
  await using torii = await startEmulator();
  await expect(torii.seed(seed)).rejects.toMatchObject({ message: expect.stringContaining(place) });
});

test('reads the users, organizations and webhooks of each environment from a file', () => {
  const [users, webhooks] = [[{ email: 'a@b.c' }], [{ url: 'http://127.0.0.1:1/', types: ['user.created'] }]];
  const organizations = [{ slug: 'acme', name: 'Acme', members: [{ email: 'a@b.c', role: 'org:member' }] }];
  const tokenTemplates = { chat: { claims: { aud: 'chat' } } };
  writeFileSync(
    path,
    JSON.stringify({ users, environments: { acme: { organizations, webhooks, tokenTemplates }, globex: {} } }),
  );
  expect(readSeedFile(path)).toEqual(
    new Map<string, unknown>([
      ['default', { users, roles: [], organizations: [], webhooks: [], tokenTemplates: {} }],
      ['acme', { users: [], roles: [], organizations, webhooks, tokenTemplates }],
      ['globex', { users: [], roles: [], organizations: [], webhooks: [], tokenTemplates: {} }],
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
  ['whose organizations are not an array', { organizations: {} }, 'organizations'],
  ['with an organization without a name', { organizations: [{ slug: 'a' }] }, 'organizations[0].name'],
  [
    'with a member without an email',
    { organizations: [{ slug: 'a', name: 'A', members: [{}] }] },
    'organizations[0].members[0].email',
  ],
  ['with a role without a key', { environments: { acme: { roles: [{}] } } }, 'environments.acme', 'key'],
  ['whose templates are an array', { tokenTemplates: [] }, 'tokenTemplates'],
  [
    'with a template that names another user',
    { environments: { acme: { tokenTemplates: { chat: { claims: { sub: 'hunter2' } } } } } },
    'environments.acme',
    'sub',
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
