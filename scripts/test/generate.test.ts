import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateFiles } from '../generate/generate.ts';
import { repository } from '../workspace.ts';
import { tenOperations, twentySixOperations } from './fixtures.ts';
import { compileClient, type GeneratedFiles, writeClient } from './generated-client.ts';
import { makeVariedSpec } from './varied-spec.ts';

const api = 'packages/api/src/generated';
const webhooks = 'packages/core/src/webhooks/generated';
const emulator = 'packages/emulator/src/generated';
/** The files generated from the specification with ten operations. */
const files = [
  'packages/api/api.md',
  ...['resources.ts', 'sessions.ts', 'users.ts', 'wire.ts'].map((name) => `${api}/${name}`),
  `${webhooks}/entities.ts`,
  `${emulator}/entities.ts`,
  `${emulator}/flaws.ts`,
  `${emulator}/server-v1.ts`,
];
/** The files of the resources that spec/additions/ adds. */
const addedFiles = ['allowed-origins.ts', 'invitations.ts', 'organizations.ts'].map((name) => `${api}/${name}`);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-generate-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the generator program with a specification, writing to `folder`. */
function runGenerator(spec: string, ...options: readonly string[]) {
  const program = join(repository, 'scripts', 'generate', 'main.ts');
  return spawnSync(process.execPath, [program, '--spec', spec, '--out', folder, ...options], { encoding: 'utf8' });
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** Generates from the document alone, without spec/additions/. */
function generate(text: string): ReturnType<typeof generateFiles> {
  return generateFiles(JSON.parse(text), []);
}

function listFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function makeClient(text: string, program: string): Promise<GeneratedFiles> {
  return writeClient(folder, JSON.parse(text), { program, additions: [] });
}

function compile(): string {
  return compileClient(folder);
}

const usesUsersAndSessions = `
import { createToriiClient, type Session, type User } from './packages/api/src/index.ts';
const torii = createToriiClient({ secretKey: 'sk_test_0123' });
const user: User = await torii.users.create({ email: 'ada@example.com' });
await torii.users.list({ limit: 1, statuses: ['active'] });
for await (const each of torii.users.list()) await torii.users.get(each.id);
await torii.users.update(user.id, { locale: null });
await torii.users.ban(user.id);
await torii.users.unban(user.id);
const sessions: Session[] = await torii.sessions.listForUser(user.id);
for (const { id } of sessions) await torii.sessions.revoke(user.id, id);
await torii.sessions.revokeAllForUser(user.id);
await torii.users.delete(user.id);
`;

const usesVaried = `${usesUsersAndSessions}
import type { Organization } from './packages/api/src/index.ts';
const acme: Organization = await torii.organizations.create({ name: 'Acme' });
for await (const { id } of torii.organizations.list({ limit: 10 })) await torii.organizations.get(id);
await torii.organizations.update(acme.id, { name: 'Acme Inc', slug: null });
// @ts-expect-error the name is not nullable
await torii.organizations.update(acme.id, { name: null });
// @ts-expect-error the name is required
await torii.organizations.create({});
const invitation = await torii.invitations.createForOrganization(acme.id, { email: 'ada@example.com' });
for (const { email } of await torii.invitations.listForOrganization(acme.id)) email.trim();
await torii.invitations.resend(acme.id, invitation.id);
await torii.invitations.revoke(acme.id, invitation.id);
const { token } = await torii.impersonationTokens.createForUser(user.id);
token?.trim();
await torii.users.updateMetadata(user.id, { plan: 'pro', seats: null });
const metadata = await torii.users.getMetadata(user.id);
metadata['plan'];
await torii.allowedOrigins.create({ origin: 'https://app.example.com' });
const origins = await torii.allowedOrigins.replace({ origins: ['https://app.example.com'] });
for (const { id } of [...origins, ...(await torii.allowedOrigins.list())]) await torii.allowedOrigins.delete(id);
await torii.organizations.delete(acme.id);
// @ts-expect-error this field is gone
user.phone;
`;

const usesTwentySix = `${usesUsersAndSessions}
import type { Invitation, InvitationWithMetadata, Organization, OrganizationMember, Page, UserImpersonationToken } from './packages/api/src/index.ts';
import type * as entities from './${webhooks}/entities.ts';
await torii.users.create({ firstName: 'Ada', publicMetadata: { plan: 'pro' } });
await torii.users.list({ userIds: [user.id], emailAddresses: ['ada@example.com'], organizationId: 'o1' });
await torii.users.update(user.id, { firstName: 'Ada', lastName: null, unsafeMetadata: { theme: 'dark' } });
await torii.users.updateMetadata(user.id, { publicMetadata: { plan: null }, privateMetadata: { seats: 3 } });
const reason = 'A support case.';
const token: UserImpersonationToken = await torii.users.createImpersonationToken(user.id, { actorUserId: user.id, reason });
token.token.trim();
for await (const { organizationId, role } of torii.users.listOrganizations(user.id)) organizationId.concat(role);
const page: Page<Organization> = await torii.organizations.list({ name: 'acme', limit: 10 });
for (const { id } of page.items) await torii.organizations.get(id);
await torii.organizations.updateMetadata('o1', { privateMetadata: {} });
for await (const member of torii.organizations.listMembers('o1', { limit: 100 })) member.userId.trim();
const member: OrganizationMember = await torii.organizations.updateMemberMetadata('o1', user.id, { publicMetadata: {} });
member.joinedAt.trim();
for await (const { email } of torii.invitations.list({ status: ['PENDING', 'EXPIRED'], search: '@' })) email.trim();
const made: Invitation = await torii.invitations.create({ email: 'ada@example.com' });
const invitation: InvitationWithMetadata = await torii.invitations.get(made.id);
invitation.publicMetadata['plan'];
await torii.invitations.updateMetadata(made.id, { publicMetadata: {} });
await torii.invitations.resend(made.id);
const nothing: void = await torii.invitations.revoke(made.id);
const { origins } = await torii.allowedOrigins.replace({ origins: ['capacitor://localhost'] });
origins.concat((await torii.allowedOrigins.get()).origins);
// @ts-expect-error the name is read-only
await torii.users.update(user.id, { name: 'Ada' });
// @ts-expect-error the reason is required
await torii.users.createImpersonationToken(user.id, { actorUserId: user.id });
// @ts-expect-error not a status
torii.invitations.list({ status: ['LOST'] });
// @ts-expect-error this field is gone
user.phone;
export type Same = [
  Both<User, entities.User>,
  Both<Session, entities.Session>,
  Both<Organization, entities.Organization>,
  Both<OrganizationMember, entities.OrganizationMember>,
  Both<Invitation, entities.Invitation>,
  Both<keyof User, keyof entities.User>,
];
type Both<A extends B, B extends C, C = A> = [A, B, C, typeof nothing];
`;

test('generates all derived files, the same each time', async () => {
  const made = await generate(read(tenOperations));
  expect([...made.keys()].sort()).toEqual(files.toSorted());
  expect(await generate(read(tenOperations))).toEqual(made);
});

test('a specification with other shapes gives a client that compiles and keeps its names', async () => {
  const made = await makeClient(JSON.stringify(makeVariedSpec()), usesVaried);
  expect(compile()).toBe('');
  const organizations = made.get(`${api}/organizations.ts`);
  expect(organizations).toContain('/** An organization. */\nexport interface Organization extends');
  expect(organizations).toMatch(/\/\*\*\n {3}\* Creates an organization\.\n/);
});

test('a specification with 26 operations gives a client that compiles, and the same entities in all packages', async () => {
  const made = await makeClient(read(twentySixOperations), usesTwentySix);
  expect(compile()).toBe('');
  expect(made.get(`${emulator}/entities.ts`)).toBe(made.get(`${webhooks}/entities.ts`));
});

test('names each of 26 operations', async () => {
  const list = (await generate(read(twentySixOperations))).get('packages/api/api.md') ?? '';
  const rows = Array.from(list.matchAll(/^\| `client\.(.*?)\(.*?\| `(.*?)` \|/gm), (row) => row.slice(1).join(' '));
  expect(rows.map((row) => row.replace('/api/server/v1', ''))).toEqual([
    'allowedOrigins.get GET /allowed-origins',
    'allowedOrigins.replace PUT /allowed-origins',
    'invitations.list GET /invitations',
    'invitations.create POST /invitations',
    'invitations.get GET /invitations/{invitationId}',
    'invitations.updateMetadata PATCH /invitations/{invitationId}',
    'invitations.revoke DELETE /invitations/{invitationId}',
    'invitations.resend POST /invitations/{invitationId}/resend',
    'organizations.list GET /organizations',
    'organizations.get GET /organizations/{organizationId}',
    'organizations.listMembers GET /organizations/{organizationId}/members',
    'organizations.updateMemberMetadata PATCH /organizations/{organizationId}/members/{memberUserId}/metadata',
    'organizations.updateMetadata PATCH /organizations/{organizationId}/metadata',
    'users.create POST /users',
    'users.list POST /users/search',
    'users.get GET /users/{userId}',
    'users.update PATCH /users/{userId}',
    'users.delete DELETE /users/{userId}',
    'users.ban POST /users/{userId}/ban',
    'users.createImpersonationToken POST /users/{userId}/impersonation-token',
    'users.updateMetadata PATCH /users/{userId}/metadata',
    'users.listOrganizations GET /users/{userId}/organizations',
    'users.unban POST /users/{userId}/unban',
    'sessions.listForUser GET /users/{userId}/sessions',
    'sessions.revokeAllForUser DELETE /users/{userId}/sessions',
    'sessions.revoke DELETE /users/{userId}/sessions/{sessionId}',
  ]);
});

test('the list of methods has each request, its parameters and its result', async () => {
  const text = (await generate(read(tenOperations))).get('packages/api/api.md');
  for (const row of [
    '| `client.users.list(params?)` | `POST /api/server/v1/users/search` | `UserListParams` | `PagePromise<User>` |',
    '| `client.users.update(userId, params)` | `PATCH /api/server/v1/users/{userId}` | `UserUpdateParams` | `User` |',
    '| `client.sessions.listForUser(userId)` | `GET /api/server/v1/users/{userId}/sessions` |  | `Session[]` |',
    '| `client.users.delete(userId)` | `DELETE /api/server/v1/users/{userId}` |  | `void` |',
  ]) {
    expect(text).toContain(row);
  }
});

test('the order of paths in the specification does not matter', async () => {
  const { paths, ...rest } = JSON.parse(read(tenOperations));
  const reversed = Object.fromEntries(Object.entries(paths).reverse());
  const made = await generate(JSON.stringify({ ...rest, paths: reversed }));
  const expected = await generate(read(tenOperations));
  const ordered = files.filter((path) => !/wire|server-v1/.test(path));
  for (const path of ordered) expect(made.get(path)).toBe(expected.get(path));
});

test('the promise of each object is guarded, with every field of the object', async () => {
  const made = await generate(read(twentySixOperations));
  const classes = [...made].filter(([path]) => path.startsWith(api) && !/(?:wire|resources)\.ts$/.test(path));
  expect(classes.length).toBeGreaterThan(3);
  for (const [, text] of classes) {
    // Every operation that returns an object or a list has a guard. A page that is iterated over guards itself.
    const operations = text.split('answer: ').slice(1);
    for (const operation of operations) {
      const [kind] = /^'\w+'/.exec(operation) ?? [];
      if (kind === "'object'" || kind === "'list'") expect(operation).toMatch(/^'\w+',\s+guard: guard\w+/);
      if (kind === "'nothing'") expect(operation).not.toMatch(/^'\w+',\s+guard/);
    }
  }
  const users = made.get(`${api}/users.ts`);
  for (const field of ['id', 'emailVerifiedAt', 'status', 'publicMetadata', 'privateMetadata', 'unsafeMetadata']) {
    expect(users).toMatch(new RegExp(`createAwaitGuard\\(\\{[^}]*\\b${field}: true`));
  }
});

test('a changed path breaks only programs that use it', async () => {
  const text = read(tenOperations).replace('/users/{userId}/ban"', '/users/{userId}/block"');
  await makeClient(text, usesUsersAndSessions);
  expect(compile()).toMatch(/^program\.ts\(\d+,\d+\): error TS2339: [^\n]*'ban'[^\n]*'Users'[^\n]*\s*$/);
});

test('writes files, and --check reports files that are changed, missing or no longer generated', () => {
  expect(runGenerator(tenOperations, '--check')).toMatchObject({ status: 1 });
  expect(listFiles(folder)).toEqual([]);
  expect(runGenerator(tenOperations)).toMatchObject({ status: 0, stderr: '' });
  expect(listFiles(folder)).toEqual([...files, ...addedFiles].sort());
  expect(runGenerator(tenOperations, '--check')).toMatchObject({ status: 0, stderr: '' });

  const changed = files.filter((path) => !path.endsWith('wire.ts'));
  for (const path of changed) writeFileSync(join(folder, path), '// changed\n');
  rmSync(join(folder, api, 'wire.ts'));
  const stray = [api, webhooks, emulator].map((path) => `${path}/stray.ts`);
  for (const path of stray) writeFileSync(join(folder, path), '');
  const { status, stderr } = runGenerator(tenOperations, '--check');
  expect(status).toBe(1);
  for (const path of [...files, ...stray]) expect(stderr).toContain(path);
  expect(read(join(folder, 'packages/api/api.md'))).toBe('// changed\n');

  const { stdout } = runGenerator(twentySixOperations);
  for (const path of stray) expect(stdout).toContain(path);
  for (const path of stray) expect(listFiles(folder)).not.toContain(path);
  // One correction has no effect on this specification and is reported.
  expect(stdout).toContain('spec/corrections.ts');
}, 120_000);

test('writes nothing if the specification cannot be used', () => {
  const file = join(folder, 'spec.json');
  writeFileSync(file, read(tenOperations).replace('/users/{userId}/ban"', '/users/{userId}/{what}"'));
  expect(runGenerator(file)).toMatchObject({ status: 1, stderr: expect.stringContaining('/users/{userId}/{what}') });
  expect(listFiles(folder)).toEqual(['spec.json']);
});

test.each([
  ['a path that cannot be named', '/users/{userId}/ban"', '/users/{userId}/{what}"', '/users/{userId}/{what}'],
  [
    'two operations with one name',
    '/users/{userId}/ban"',
    '/api/server/v2/users/{userId}/unban"',
    'POST /users/{}/unban',
  ],
  ['two types with one name', '/users/{userId}/ban"', '/user/{userId}"', '`User`'],
  [
    'a missing schema',
    '"#/components/schemas/UserResponse"',
    '"#/components/schemas/Nobody"',
    '#/components/schemas/Nobody',
  ],
  ['a field in both query and body', '"name": "limit"', '"name": "email"', '`email`'],
])('fails for %s, and names it', async (_name, from, to, what) => {
  const text = read(tenOperations).replace(to.startsWith('/api') ? `/api/server/v1${from}` : from, to);
  await expect(generate(text)).rejects.toThrow(what);
});
