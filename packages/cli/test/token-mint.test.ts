import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type InProcess, runInProcess } from './in-process.ts';

let torii: Emulator;
let ada: User;
beforeAll(async () => {
  torii = await startEmulator({
    environments: [{ name: 'acme' }],
    tokenTemplates: { chat: { claims: { aud: 'chat' } } },
  });
  ada = await torii.createUser({ email: 'ada@example.com', locale: 'da', emailVerified: false });
});
afterAll(() => torii.stop());

const mint = (args: readonly string[] = [], options: InProcess = {}) =>
  runInProcess(['token', 'mint', ...args], { environment: { TORII_ISSUER: torii.issuer }, ...options });

async function claimsOf(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await mint(args);
  expect([code, stderr]).toEqual([0, '']);
  return decodeJwt(stdout.trim());
}

/** Starts a server that is not an emulator. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('writes the token alone, which torii token verify accepts', async () => {
  const { code, stdout, stderr } = await mint();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^eyJ\S+\n$/);
  const verified = await runInProcess(['token', 'verify', '--issuer', torii.issuer], { input: stdout });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
});

test.each<[string, readonly string[], Record<string, unknown>]>([
  ['a user id', ['--user', 'u1'], { sub: 'u1' }],
  ['an organization', ['--organization', 'o1'], { org_id: 'o1', org_role: 'org:member' }],
  ['a role', ['--organization', 'o1', '--role', 'org:administrator'], { org_id: 'o1', org_role: 'org:administrator' }],
  ['an actor', ['--actor', 'admin'], { act: { sub: 'admin' }, impersonating: true }],
  ['a locale', ['--locale', 'da'], { locale: 'da' }],
  ['an unverified email', ['--unverified-email'], { email_verified: false }],
  ['an incomplete profile', ['--incomplete-profile'], { profile_complete: false }],
  ['a token template', ['--template', 'chat'], { aud: 'chat' }],
  ['a claim in JSON', ['--claim', 'limits={"a":[1]}'], { limits: { a: [1] } }],
  [
    'several claims',
    ['--claim', 'plan=pro', '--claim', 'seats=5', '--claim', 'pid=x'],
    { plan: 'pro', seats: 5, pid: 'x' },
  ],
  ['a claim that contains =', ['--claim', 'q=a=b'], { q: 'a=b' }],
  ['an empty claim', ['--claim', 'q='], { q: '' }],
])('mints with %s', async (_name, args, claims) => {
  expect(await claimsOf(...args)).toMatchObject(claims);
});

test.each([
  ['org:admin', 'The emulator has no role org:admin. Its roles: org:administrator, org:member.'],
  ['org:member', ''],
])('warns of a role that the emulator does not have: %s', async (role, warning) => {
  const { code, stdout, stderr } = await mint(['--organization', 'o1', '--role', role]);
  expect([code, stderr.trim()]).toEqual([0, warning]);
  expect(stdout).toMatch(/^eyJ\S+\n$/);
});

test('names a user of the emulator by email, with --email and with --user', async () => {
  const expected = { sub: ada.id, locale: 'da', email_verified: false };
  expect(await claimsOf('--email', 'ADA@example.com')).toMatchObject(expected);
  expect(await claimsOf('--user', 'ada@example.com')).toMatchObject(expected);
});

test('leaves out claims', async () => {
  const claims = await claimsOf('--omit-claim', 'pid', '--omit-claim', 'exp');
  expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['pid']));
  expect(claims).not.toHaveProperty('exp');
});

test.each<[string, readonly string[], string]>([
  ['--expired', ['--expired'], 'token_expired'],
  ['a negative lifetime', ['--expires-in', '-3600'], 'token_expired'],
  ['--stranger-key', ['--stranger-key'], 'signature_invalid'],
  ['--omit-claim', ['--omit-claim', 'sub'], 'claim_missing'],
])('mints a token that is refused, with %s', async (_name, args, reason) => {
  const { stdout } = await mint(args);
  const verified = await runInProcess(['token', 'verify', '--json', '--issuer', torii.issuer], { input: stdout });
  expect([verified.code, JSON.parse(verified.stdout)]).toMatchObject([1, { verified: false, reason }]);
});

test('--json writes the token with its expiry and claims', async () => {
  const { stdout } = await mint(['--json', '--user', 'u1', '--expires-in', '3600']);
  const { token, expiresAt, claims } = JSON.parse(stdout);
  expect(claims).toEqual(decodeJwt(token));
  expect(new Date(claims.exp * 1000).toISOString()).toBe(expiresAt);
});

test.each<[string, (issuer: string) => readonly string[], (issuer: string) => Record<string, string>]>([
  ['--issuer', (issuer) => ['--issuer', issuer], () => ({ TORII_ISSUER: 'https://acme.torii.so' })],
  ['--issuer with a slash', (issuer) => ['--issuer', `${issuer}/`], () => ({})],
  ['--emulator', (issuer) => ['--emulator', issuer], () => ({ TORII_ISSUER: 'https://acme.torii.so' })],
  ['TORII_ISSUER', () => [], (issuer) => ({ TORII_ISSUER: issuer })],
])('finds the environment by %s', async (_name, args, environment) => {
  const { issuer } = torii.environment('acme');
  const { code, stdout } = await mint(args(issuer), { environment: environment(issuer) });
  expect([code, decodeJwt(stdout.trim()).iss]).toEqual([0, issuer]);
});

test.each<[string, readonly string[], Record<string, string>, string]>([
  ['a real issuer in TORII_ISSUER', [], { TORII_ISSUER: 'https://acme.torii.so' }, '--emulator'],
  ['a real issuer in --issuer', ['--issuer', 'https://acme.torii.so'], {}, '--emulator'],
  ['another machine in --issuer', ['--issuer', 'http://10.0.0.1:4100'], {}, '--emulator'],
  ['a host that begins like loopback', ['--issuer', 'http://127.0.0.1.example:4100'], {}, '--emulator'],
  ['a host of Torii in --emulator', ['--emulator', 'https://acme.torii.so'], {}, '--emulator'],
  ['another host of Torii in --emulator', ['--emulator', 'http://API.toriiauth.eu.:4100/x'], {}, '--emulator'],
  ['a sandbox of Torii in --emulator', ['--emulator', 'https://app.shrines.dev'], {}, '--emulator'],
  ['an empty TORII_ISSUER', [], { TORII_ISSUER: '' }, '4100'],
  ['a password in the URL', ['--emulator', 'http://a:hunter2@127.0.0.1:4100'], {}, '4100'],
  ['a URL with a query', ['--emulator', 'http://127.0.0.1:4100/?x=1'], {}, '4100'],
  ['a file URL', ['--emulator', 'file:///etc/passwd'], {}, '4100'],
  ['--issuer and --emulator', ['--issuer', 'http://127.0.0.1:1', '--emulator', 'http://127.0.0.1:2'], {}, '--issuer'],
  ['a role without an organization', ['--role', 'org:member'], {}, '--organization'],
  ['a user and an email', ['--user', 'u1', '--email', 'ada@example.com'], {}, '--email'],
  ['an empty user', ['--user', ''], {}, '--user'],
  ['a lifetime with a unit', ['--expires-in', '5m'], {}, '--expires-in'],
  ['a fraction of a second', ['--expires-in', '0.5'], {}, '--expires-in'],
  ['two lifetimes', ['--expired', '--expires-in', '60'], {}, '--expired'],
  ['two keys', ['--stranger-key', '--signed-by', 'x'], {}, '--stranger-key'],
  ['a claim without a value', ['--claim', 'plan'], {}, '--claim'],
  ['a claim without a name', ['--claim', '=pro'], {}, '--claim'],
  ['an extra argument', ['ada'], {}, '--help'],
])('exits with 2 at %s', async (_name, args, environment, named) => {
  const { code, stdout, stderr } = await mint(args, { environment });
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(named)]);
  expect(stderr).not.toContain('hunter2');
});

test.each<[string, readonly string[], string]>([
  ['an unknown email', ['--email', 'nobody@example.com'], 'nobody@example.com'],
  ['an unknown key', ['--signed-by', 'nobody'], 'kid'],
  ['an unknown template', ['--template', 'nobody'], 'chat'],
  ['a lifetime beyond the limit', ['--expires-in', '9999999999'], 'expires'],
])('exits with 1 at %s', async (_name, args, named) => {
  const { code, stdout, stderr } = await mint(args);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(named)]);
});

test.each<[string, RequestListener]>([
  ['404', (_request, response) => void response.writeHead(404).end()],
  ['a web page', (_request, response) => void response.end('<!doctype html>')],
  ['a redirect', (_request, response) => void response.writeHead(302, { location: 'https://evil.example/' }).end()],
  ['something else than a token', (_request, response) => void response.writeHead(201).end('{"token":"\\u001b[2J"}')],
  ['a token in a list', (_request, response) => void response.writeHead(201).end('{"token":["eyJa.eyJb.c"]}')],
  ['a token that is not the emulator’s status', (_request, response) => void response.end('{"token":"eyJa.eyJb.c"}')],
  [
    'a hostile refusal',
    (_request, response) =>
      void response.writeHead(400).end('{"detail":"\\u001b[2J","properties":{"code":"invalid_request"}}'),
  ],
])('exits with 1 if the server responds with %s, and writes nothing of it', async (_name, listener) => {
  const { code, stdout, stderr } = await mint(['--json', '--issuer', await serve(listener)]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^torii: .*\n$/);
  expect(stderr).not.toContain('\u001b');
});

test('exits with 1 if no emulator runs, and says how to start one', async () => {
  const { code, stderr } = await mint(['--issuer', 'http://127.0.0.1:1']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('127.0.0.1:1')]);
});
