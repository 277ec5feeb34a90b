import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../workspace.ts';
import { makeNewerSpec } from './newer-spec.ts';

const source = join(repository, 'packages', 'api', 'src');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-generate-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function generate(...options: readonly string[]) {
  const program = join(repository, 'scripts', 'generate', 'main.ts');
  return spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
}

/** The client of another document, with a program that uses it. */
function makeClient(spec: object, program: string): void {
  cpSync(source, join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  const { status, stderr } = generate('--spec', join(folder, 'spec.json'), '--out', join(folder, 'src', 'generated'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'program.ts'), program);
  const compilerOptions = {
    lib: ['es2023', 'webworker'],
    types: [],
    noEmit: true,
    paths: { '@torii/core': [join(repository, 'packages', 'core', 'src', 'index.ts')] },
  };
  const extended = join(repository, 'tsconfig.base.json');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: extended, compilerOptions, include: ['.'] }));
}

function compile(): string {
  return spawnSync('tsc', ['--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout;
}

function readToday(): string {
  return readFileSync(join(repository, 'spec', 'server-v1.json'), 'utf8');
}

const usesToday = `
import { createToriiClient, type Session, type User } from './src/index.ts';
const torii = createToriiClient({ secretKey: 'sk_test_x' });
const user: User = await torii.users.create({ email: 'ada@example.com' });
await torii.users.list({ limit: 1, statuses: ['active'] });
for await (const each of torii.users.iterate()) await torii.users.get(each.id);
await torii.users.update(user.id, { name: null });
await torii.users.ban(user.id);
await torii.users.unban(user.id);
const sessions: Session[] = await torii.sessions.listForUser(user.id);
for (const { id } of sessions) await torii.sessions.revoke(user.id, id);
await torii.sessions.revokeAllForUser(user.id);
await torii.users.delete(user.id);
`;

const usesNewer = `${usesToday}
import type { Organization } from './src/index.ts';
const acme: Organization = await torii.organizations.create({ name: 'Acme' });
for await (const { id } of torii.organizations.iterate({ limit: 10 })) await torii.organizations.get(id);
await torii.organizations.update(acme.id, { name: 'Acme Inc', slug: null });
// @ts-expect-error it always has a name
await torii.organizations.update(acme.id, { name: null });
// @ts-expect-error a name is wanted
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
const origins = await torii.allowedOrigins.set({ origins: ['https://app.example.com'] });
for (const { id } of [...origins, ...(await torii.allowedOrigins.list())]) await torii.allowedOrigins.delete(id);
await torii.organizations.delete(acme.id);
// @ts-expect-error this field is gone
user.phone;
`;

test('what is generated is what spec/ makes of it, and stays so', () => {
  expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  for (const out of ['a', 'b']) generate('--out', join(folder, out));
  for (const name of readdirSync(join(source, 'generated'))) {
    const text = readFileSync(join(source, 'generated', name), 'utf8');
    for (const out of ['a', 'b']) expect(readFileSync(join(folder, out, name), 'utf8')).toBe(text);
  }
});

test('a newer document makes a client that compiles: names stay, new operations have sensible ones', () => {
  makeClient(makeNewerSpec(), usesNewer);
  expect(compile()).toBe('');
  const generated = readFileSync(join(folder, 'src', 'generated', 'organizations.ts'), 'utf8');
  expect(generated).toContain('/** An organisation. */\nexport type Organization =');
  expect(generated).toMatch(/\/\*\*\n {3}\* Creates an organisation\.\n/);
});

test('the order of a document changes nothing but the order', () => {
  const { paths, ...rest } = JSON.parse(readToday());
  const reversed = Object.fromEntries(Object.entries(paths).reverse());
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...rest, paths: reversed }));
  generate('--spec', join(folder, 'spec.json'), '--out', join(folder, 'out'));
  for (const name of ['users.ts', 'sessions.ts', 'resources.ts']) {
    expect(readFileSync(join(folder, 'out', name), 'utf8')).toBe(readFileSync(join(source, 'generated', name), 'utf8'));
  }
});

test('a path that changes breaks the programs that use it, and nothing else', () => {
  makeClient(JSON.parse(readToday().replace('/users/{userId}/ban"', '/users/{userId}/block"')), usesToday);
  expect(compile()).toMatch(
    /^program\.ts\(\d+,\d+\): error TS\d+: Property 'ban' does not exist on type 'Users'\.\s*$/,
  );
});

test('the check tells which file differs, and a stray file is one', () => {
  const out = join(folder, 'out');
  mkdirSync(out);
  cpSync(join(source, 'generated'), out, { recursive: true });
  writeFileSync(join(out, 'users.ts'), '// changed\n');
  writeFileSync(join(out, 'stray.ts'), '');
  const { status, stderr } = generate('--check', '--out', out);
  expect(status).toBe(1);
  expect(stderr).toContain('generated/users.ts');
  expect(stderr).toContain('generated/stray.ts');
  expect(generate('--out', out).status).toBe(0);
  expect(readdirSync(out).sort()).toEqual(readdirSync(join(source, 'generated')).sort());
});

test.each([
  ['a path that cannot be named', '/users/{userId}/ban"', '/users/{userId}/{what}"', 'cannot be named'],
  ['two operations with one name', '/users/{userId}/ban"', '/api/server/v2/users/{userId}/unban"', 'Both'],
  [
    'a schema that is not there',
    '"#/components/schemas/UserResponse"',
    '"#/components/schemas/Nobody"',
    'Nothing is at',
  ],
  ['a field in query and body', '"name": "limit"', '"name": "email"', 'in its query and in its body'],
])('stops at %s, and writes nothing', (_name, from, to, message) => {
  const text = readToday().replace(to.startsWith('/api') ? `/api/server/v1${from}` : from, to);
  writeFileSync(join(folder, 'spec.json'), text);
  const { status, stderr } = generate('--spec', join(folder, 'spec.json'), '--out', join(folder, 'out'));
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(readdirSync(folder)).not.toContain('out');
});
