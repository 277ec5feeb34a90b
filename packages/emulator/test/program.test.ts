import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { decodeJwt } from 'jose';
import { WebhookVerificationError } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startEmulator, type User } from '../src/index.ts';
import { readArguments } from '../src/program/arguments.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { login } from './browser.ts';
import { type Configuration, configurationOf, type Program, runProgram } from './program.ts';
import { serve, startReceiver, verify } from './receiver.ts';

let folder: string;
const running: Program[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-program-'));
});
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill('SIGKILL');
    await program.ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]): Program {
  const program = runProgram(...args);
  running.push(program);
  return program;
}

async function listUsers({ apiUrl, secretKey }: Configuration): Promise<readonly User[]> {
  const response = await fetch(`${apiUrl}/api/server/v1/users/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}` },
  });
  return ((await response.json()) as { readonly items: readonly User[] }).items;
}

test('prints the configuration for an app, works, and exits with 0 on Ctrl-C', async () => {
  const program = run('--port', '0', '--secret-key', 'sk_test_program', '--token-lifetime', '60');
  const { issuer, apiUrl, secretKey } = await configurationOf(program);
  expect([apiUrl, secretKey]).toEqual([issuer, 'sk_test_program']);
  expect((await fetch(`${issuer}/_torii/.well-known/jwks.json`)).status).toBe(200);
  expect(await listUsers({ issuer, apiUrl, secretKey })).toEqual([]);
  for (const word of ['--data', '/_emulator/', '/_torii/emulator/sign-in', 'curl '])
    expect(program.output()).toContain(word);
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
});

test.each<[string, readonly string[]]>([
  ['one environment', []],
  ['two environments', ['-e', 'acme']],
])('prints commands for a first verified request, which work when pasted (%s)', async (_name, args) => {
  const seen: (string | undefined)[] = [];
  await using app = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  const program = run('--port', '0', ...args);
  await configurationOf(program);
  const shown = program.output();
  const commands = shown.split('\n').filter((line) => /^ {4}(?:TOKEN=|curl )/.test(line));
  // The address of the reader's app, and the answers in one line each.
  const script = commands
    .join('\n')
    .replace('http://localhost:3000/', `${app.url}/`)
    .replaceAll(/^ {4}curl /gm, 'curl -sS -w "\\n" ');
  const { stdout, stderr, status } = await runShell(script);
  expect([status, stderr]).toEqual([0, '']);
  const [whoami = '', , faults = '', clock = '', , reset = ''] = stdout.split('\n');
  const { userId, claims } = JSON.parse(whoami);
  expect(claims.sub).toBe(userId);
  expect(seen).toEqual([expect.stringMatching(/^Bearer eyJ/)]);
  expect([JSON.parse(faults).faults, JSON.parse(clock).now]).toEqual([[expect.anything()], expect.any(String)]);
  // zsh, the shell of macOS, would take a comment at the end of a line for arguments.
  expect(commands.filter((command) => command.includes(' #'))).toEqual([]);
  expect(Date.parse(JSON.parse(reset).now)).toBeLessThan(Date.parse(JSON.parse(clock).now));
  const state = await (await fetch(`${JSON.parse(whoami).claims.iss}/_emulator/state`)).json();
  expect(state).toMatchObject({ faults: [] });
  for (const variable of ['ISSUER', 'API_URL', 'SECRET_KEY', 'PUBLISHABLE_KEY', 'WEBHOOK_SECRET']) {
    expect(shown.match(new RegExp(`^ +TORII_${variable}=\\S+$`, 'gm'))).toHaveLength(1 + args.length / 2);
  }
});

interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

async function runShell(script: string): Promise<ShellResult> {
  const child = spawn('sh', ['-c', script]);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (output[name] += chunk));
  const [status] = await once(child, 'close');
  return { ...output, status };
}

test('prints the id of the environment, which its tokens have', async () => {
  const program = run('--port', '0');
  const { issuer } = await configurationOf(program);
  const [, id] = /^ +TORII_ENVIRONMENT_ID=(\S+)$/m.exec(program.output()) ?? [];
  const minted = await fetch(`${issuer}/_emulator/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/plain' },
    body: '{}',
  });
  expect(decodeJwt(await minted.text())['pid']).toBe(id);
  const state = await (await fetch(`${issuer}/_emulator/state`)).json();
  expect(state).toMatchObject({ environment: { id } });
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
});

test('prints the publishable key, keeps it, and reads token templates from the seed', async () => {
  const [data, seed] = [join(folder, 'keys.db'), join(folder, 'templates.json')];
  const content = { tokenTemplates: { chat: { claims: { aud: 'chat' } } }, users: [login] };
  writeFileSync(seed, JSON.stringify({ environments: { acme: content } }));
  const keys = new Set<string>();
  for (const more of [['--publishable-key', 'pk_test_program'], []]) {
    const program = run('--port', '0', '--data', data, '--seed', seed, ...more);
    const { issuer } = await configurationOf(program);
    for (const [, key = ''] of program.output().matchAll(/TORII_PUBLISHABLE_KEY=(\S+)/g)) keys.add(key);
    const session = await post(`${issuer}/_torii/auth/login`, login);
    const bearer = { authorization: `Bearer ${session.accessToken}` };
    const given = await post(`${issuer}/_torii/auth/session/token?template=chat`, {}, bearer);
    expect(decodeJwt(given.accessToken)).toMatchObject({ iss: issuer, aud: 'chat' });
    program.process.kill('SIGINT');
    expect(await program.ended).toBe(0);
  }
  expect([...keys]).toEqual(['pk_test_program', expect.stringMatching(/^pk_test_[\w-]{32}$/)]);
});

async function post(url: string, body: object, headers = {}): Promise<{ readonly accessToken: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { readonly accessToken: string };
}

test.each([
  ['--public-origin', 'http://localhost:9000/'],
  ['--allow-host', 'torii:4100'],
  ['--publishable-key', 'pk_live_1234'],
])('names the flag %s if its value %s is wrong', async (flag, value) => {
  const program = run('--port', '0', flag, value);
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain(flag);
});

test('exits with 0 on SIGHUP, which the first process of a container would ignore', async () => {
  const program = run('--port', '0');
  await configurationOf(program);
  program.process.kill('SIGHUP');
  expect(await program.ended).toBe(0);
});

test('exits with 0 on SIGTERM, even during a request', async () => {
  const program = run('--port', '0');
  const { issuer } = await configurationOf(program);
  await fetch(`${issuer}/_emulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{ "surface": "keys", "kind": "delay", "delayMs": 60000 }',
  });
  const waiting = fetch(`${issuer}/_torii/.well-known/jwks.json`).catch(() => 'cut');
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(await waiting).toBe('cut');
});

test('keeps users, environments and secret keys in a file, and adds no user when seeded again', async () => {
  const data = join(folder, 'kept.db');
  const seed = join(folder, 'seed.json');
  const users = [
    { email: 'ada@example.com', password: 'correct horse', name: 'Ada' },
    { email: 'bob@example.com', status: 'banned' },
  ];
  const environments = { acme: { users: [{ email: 'carol@example.com' }] } };
  writeFileSync(seed, JSON.stringify({ users, environments }));
  const first = run('--port', '0', '--data', data, '--seed', seed);
  const acme = await configurationOf(first);
  expect(acme.issuer).toMatch(/\/env\/acme$/);
  const [carol] = await listUsers(acme);
  expect(carol).toMatchObject({ email: 'carol@example.com' });
  first.process.kill('SIGINT');
  await first.ended;

  const second = run('--port', '0', '--data', data, '--seed', seed);
  const again = await configurationOf(second);
  expect(again.secretKey).toBe(acme.secretKey);
  expect(await listUsers(again)).toEqual([carol]);
  second.process.kill('SIGINT');
  await second.ended;

  await using torii = await startEmulator({ database: data });
  const signedIn = await fetch(torii.loginUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{ "email": "ada@example.com", "password": "correct horse" }',
  });
  expect(signedIn.status).toBe(200);
  const found = await listUsers(torii);
  expect(found.map(({ email, status }) => [email, status])).toEqual([
    ['bob@example.com', 'banned'],
    ['ada@example.com', 'active'],
  ]);
});

test('sends webhooks of each environment, signed with the given or the printed secrets', async () => {
  await using everything = await startReceiver();
  await using acmes = await startReceiver();
  const secret = createWebhookSecret();
  const seed = join(folder, 'webhooks.json');
  writeFileSync(
    seed,
    JSON.stringify({ users: [{ email: 'ada@example.com' }], webhooks: [{ url: everything.url, secret }] }),
  );
  const program = run('--port', '0', '-e', 'acme', '--seed', seed, '--webhook', `acme=${acmes.url}`);
  const acme = await configurationOf(program);
  for (const { url } of [everything, acmes]) expect(program.output()).toContain(url);
  const [, secretKey] = /TORII_SECRET_KEY=(\S+)/.exec(program.output()) ?? [];
  for (const key of [secretKey, acme.secretKey]) {
    await fetch(`${acme.apiUrl}/api/server/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{ "name": "Grace" }',
    });
  }
  await expect.poll(() => [everything.types(), acmes.types()]).toEqual([['user.created'], ['user.created']]);
  verify(everything.first(), secret);
  const told = [...program.output().matchAll(/TORII_WEBHOOK_SECRET=(\S+)/g)].map(([, each]) => each ?? '');
  verify(acmes.first(), told[1] ?? '');
  expect(() => verify(acmes.first(), told[0] ?? '')).toThrow(WebhookVerificationError);
});

test('retries at the given times, with the given secret', async () => {
  await using receiver = await startReceiver();
  receiver.answer = (_one, count) => ({ status: count === 1 ? 500 : 204 });
  const secret = createWebhookSecret();
  const args = ['--port', '0', '-w', receiver.url, '--webhook-secret', secret, '--webhook-retries', '0.1'];
  const { apiUrl, secretKey } = await configurationOf(run(...args));
  await fetch(`${apiUrl}/api/server/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: '{}',
  });
  await expect.poll(() => receiver.received.length).toBe(2);
  for (const one of receiver.received) verify(one, secret);
});

test('--help explains every option and exits with 0', async () => {
  const program = run('--help');
  expect(await program.ended).toBe(0);
  for (const option of [
    '--port',
    '--host',
    '--data',
    '--seed',
    '--environment',
    '--secret-key',
    '--allow-origin',
    '--webhook',
  ]) {
    expect(program.output()).toContain(option);
  }
  expect(program.output()).toMatch(/exit code/i);
});

test('--version prints the package version and exits with 0', async () => {
  const program = run('--version');
  expect([await program.ended, program.output()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

test.each<[string, Buffer]>([
  ['UTF-8 with a byte order mark', Buffer.from('\ufeff{"users":[{"email":"ada@example.com"}]}\r\n')],
  ['UTF-16 with a byte order mark', Buffer.from('\ufeff{"users":[{"email":"ada@example.com"}]}\r\n', 'utf16le')],
  ['big-endian UTF-16', Buffer.from('\ufeff{"users":[{"email":"ada@example.com"}]}', 'utf16le').swap16()],
])('reads a seed in %s', async (_form, content) => {
  const seed = join(folder, 'encoded.json');
  writeFileSync(seed, content);
  const program = run('--port', '0', '--seed', seed);
  expect(await listUsers(await configurationOf(program))).toMatchObject([{ email: 'ada@example.com' }]);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test.each<[string, Buffer, string]>([
  ['UTF-16 without a byte order mark', Buffer.from('{"users":[]}', 'utf16le'), 'UTF-16'],
  ['UTF-32', Buffer.from('\ufeff\0{\0}\0', 'utf16le'), 'UTF-32'],
  ['Latin-1', Buffer.from('{"users":[{"name":"Ærø"}]}', 'latin1'), 'UTF-8'],
  ['bytes that are not text', Buffer.from('{"users":[]}\0'), 'text'],
])('exits with 2 at a seed in %s, and names the file', async (_form, content, word) => {
  const seed = join(folder, 'encoded.json');
  writeFileSync(seed, content);
  const program = run('--port', '0', '--seed', seed);
  expect([await program.ended, program.output()]).toEqual([2, expect.stringContaining('encoded.json')]);
  expect(program.output()).toContain(word);
});

test.each<[string, object]>([
  ['a member whom no user has as email', { members: [{ email: 'ada@example.com' }] }],
  ['metadata over 8 KB', { publicMetadata: { text: 'x'.repeat(8192) } }],
])('exits with 2 at a seed with %s, and names the file and the organization', async (_name, fields) => {
  const seed = join(folder, 'refused.json');
  writeFileSync(seed, JSON.stringify({ organizations: [{ slug: 'acme', name: 'Acme', ...fields }] }));
  const program = run('--port', '0', '--seed', seed);
  expect([await program.ended, program.output()]).toEqual([2, expect.stringMatching(/refused\.json.*acme/)]);
});

test.each<[string, readonly string[], string]>([
  ['an unknown option', ['--prot', '4'], '--port'],
  ['an option that the library refuses', ['--secret-key', 'sk_live_1234'], '--secret-key'],
  ['a weak webhook secret', ['--webhook-secret', 'whsec_sk_live_1234'], '--webhook-secret'],
  ['a webhook without an http URL', ['--webhook', 'localhost:3000'], 'url'],
  ['a webhook of an unknown environment', ['--webhook', 'acme=http://127.0.0.1:1/'], 'default'],
  ['a missing seed file', ['--seed', 'missing.json'], 'missing.json'],
])('exits with 2 at %s, and names the invalid value', async (_name, args, name) => {
  const program = run('--port', '0', ...args);
  expect([await program.ended, program.output()]).toEqual([2, expect.stringContaining(name)]);
  expect(program.output()).not.toMatch(/sk_live_1234|\n +at /);
});

test.each<[string, readonly string[], string, string]>([
  ['a port that is not a number', ['--port', 'x'], 'invalidArgument', '--port'],
  ['a port above 65535', ['--port', '65536'], 'invalidArgument', '--port'],
  ['another host', ['--host', '10.0.0.1'], 'invalidArgument', '--host'],
  ['a lifetime with a unit', ['--token-lifetime', '5m'], 'invalidArgument', '--token-lifetime'],
  ['retries with a unit', ['--webhook-retries', '1s,5s'], 'invalidArgument', '--webhook-retries'],
  ['an extra argument', ['serve'], 'excessArguments', ''],
  ['an option without a value', ['--data'], 'optionMissingArgument', '--data'],
])('refuses %s', (_name, args, code, name) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => readArguments(args)).toThrow(CommanderError);
  expect(() => readArguments(args)).toThrow(expect.objectContaining({ code: `commander.${code}` }));
  expect(written.mock.calls.flat().join('')).toContain(name);
  written.mockRestore();
});

test('reads environments with and without secret keys', () => {
  const { environment, port } = readArguments(['-e', 'acme', '-e', 'globex=sk_test_globex']);
  expect([environment, port]).toEqual([[{ name: 'acme' }, { name: 'globex', secretKey: 'sk_test_globex' }], 4100]);
});

test('exits with 1 if the port is in use', async () => {
  await using torii = await startEmulator();
  const { port } = new URL(torii.issuer);
  const program = run('--port', port);
  expect([await program.ended, program.output()]).toEqual([1, expect.stringContaining(port)]);
  expect(program.output()).toMatch(/ See https:\S+\/troubleshooting#port_unusable\n$/);
});

test('exits with 1 if another emulator uses the file', async () => {
  const database = join(folder, 'shared.db');
  await using _torii = await startEmulator({ database });
  const program = run('--port', '0', '--data', database);
  expect([await program.ended, program.output()]).toEqual([1, expect.stringContaining(database)]);
});
