// Files as editors, spreadsheets and PowerShell save them on Windows and in other countries.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';

let torii: Emulator;
let token: string;
beforeAll(async () => {
  torii = await startEmulator();
  token = await torii.token({ userId: 'user_1' });
});
afterAll(() => torii.stop());

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

type Save = (text: string) => Buffer;

const good: readonly (readonly [form: string, save: Save])[] = [
  ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
  ['UTF-16 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['big-endian UTF-16 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ['CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['CR', (text) => Buffer.from(text.replaceAll('\n', '\r'))],
];

const bad: readonly (readonly [form: string, save: Save, word: string])[] = [
  ['UTF-16 without a byte order mark', (text) => Buffer.from(text, 'utf16le'), 'UTF-16'],
  ['UTF-32', (text) => Buffer.from([...`\uFEFF${text}`].map((each) => `${each}\0`).join(''), 'utf16le'), 'UTF-32'],
  ['bytes that are not UTF-8', (text) => Buffer.concat([Buffer.from(text), Buffer.of(0xe6)]), 'UTF-8'],
  ['bytes that are not text', (text) => Buffer.concat([Buffer.from(text), Buffer.of(0)]), 'text'],
];

function save(name: string, bytes: Buffer): void {
  writeFileSync(join(folder, name), bytes);
}

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runInProcess(args, { folder, environment });
}

function runPiped(input: Buffer, args: readonly string[]): Promise<Ended> {
  return runInProcess(args, {
    folder,
    environment: environmentOf(torii),
    input: [input.subarray(0, 1), input.subarray(1)],
  });
}

const permissions = JSON.stringify({ permissions: { clerk: ['invoices:get'] } }, undefined, 2);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Reader {
  /** The content of the file. */
  readonly text: () => string;
  /** The arguments, for a file of this name or for `-`. */
  readonly args: (file: string) => readonly string[];
  /** What standard output contains if the file was read. */
  readonly shows: RegExp;
  /** Commands that also read other files, so that they cannot be given this one on standard input. */
  readonly isFileOnly?: true;
}

const readers: Readonly<Record<string, Reader>> = {
  'a token': { text: () => `${token}\n`, args: (file) => ['token', 'decode', file], shows: /user_1/ },
  'an Authorization header': {
    text: () => `Host: example.com\nAuthorization: Bearer ${token}\n`,
    args: (file) => ['token', 'verify', file],
    shows: /user_1/,
  },
  'a permission document': {
    text: () => permissions,
    args: (file) => ['rbac', 'explain', file, 'GET', '/invoices', '--role', 'clerk'],
    shows: /allowed/,
  },
  claims: {
    text: () => JSON.stringify({ roles: ['clerk'] }, undefined, 2),
    args: (file) => ['rbac', 'explain', 'rbac.json', 'GET', '/invoices', '--claims', file, '--options', 'options.json'],
    shows: /allowed/,
    isFileOnly: true,
  },
  'options of authz': {
    text: () => JSON.stringify({ base: '/api/*' }, undefined, 2),
    args: (file) => ['rbac', 'explain', 'rbac.json', 'GET', '/api/invoices', '--role', 'clerk', '--options', file],
    shows: /allowed/,
    isFileOnly: true,
  },
  'a public key': { text: () => publicPem, args: (file) => ['keys', 'jwks', file], shows: /"kid"/ },
  'a private key': { text: () => privatePem, args: (file) => ['keys', 'jwks', file], shows: /"kid"/ },
  'a secret key': {
    text: () => `${torii.secretKey}\n`,
    args: (file) => ['users', 'list', '--api-url', torii.apiUrl, '--secret-key-file', file],
    shows: /^/,
  },
  'a password': {
    text: () => 'correct horse battery\n',
    args: (file) => ['users', 'create', '--first-name', 'Ada', '--password-file', file, ...apiArguments()],
    shows: /Ada/,
    isFileOnly: true,
  },
  metadata: {
    text: () => JSON.stringify({ name: 'Ærø' }, undefined, 2),
    args: (file) => ['users', 'create', '--first-name', 'Ada', '--private', `@${file}`, ...apiArguments()],
    shows: /Ærø/,
  },
};

function apiArguments(): readonly string[] {
  save('key', Buffer.from(torii.secretKey));
  return ['--api-url', torii.apiUrl, '--secret-key-file', 'key'];
}

function prepare(): void {
  save('rbac.json', Buffer.from(permissions));
  save('options.json', Buffer.from(JSON.stringify({ claims: { roles: ['roles'] } })));
}

test.each(Object.entries(readers))('reads %s in every encoding that editors write', async (_what, reader) => {
  prepare();
  const environment = { TORII_ISSUER: torii.issuer };
  for (const [form, encode] of good) {
    save('file', encode(reader.text()));
    const ended = await run(reader.args('file'), environment);
    expect([form, ended.code, ended.stdout]).toEqual([form, 0, expect.stringMatching(reader.shows)]);
    if (reader.isFileOnly) continue;
    const piped = await runPiped(encode(reader.text()), reader.args('-'));
    expect([form, piped.code, piped.stdout]).toEqual([form, 0, expect.stringMatching(reader.shows)]);
  }
});

test.each(Object.entries(readers))('refuses %s in other encodings, and names the file', async (_what, reader) => {
  prepare();
  for (const [form, encode, word] of bad) {
    save('file', encode(reader.text()));
    const { code, stdout, stderr } = await run(reader.args('file'), { TORII_ISSUER: torii.issuer });
    expect([form, code, stdout, stderr]).toEqual([form, 2, '', expect.stringMatching(/^torii: file .*\n$/)]);
    expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/sk_|eyJ|BEGIN|horse/);
  }
});

test.each(['.env', 'live.env'])('reads %s in every encoding that editors write', async (name) => {
  const settings = Object.entries(environmentOf(torii))
    .map(([variable, value]) => `${variable}="${value}"\n`)
    .join('');
  const args = ['users', 'list', ...(name === '.env' ? [] : ['--settings', name])];
  for (const [form, encode] of good) {
    save(name, encode(settings));
    const ended = await run(args);
    expect([form, ended]).toEqual([form, expect.objectContaining({ code: 0 })]);
  }
  for (const [form, encode, word] of bad) {
    save(name, encode(settings));
    const { code, stdout, stderr } = await run(args);
    expect([form, code, stdout, stderr]).toEqual([form, 2, '', expect.stringContaining(`torii: ${name} `)]);
    expect(stderr).toContain(word);
  }
});

test('runs a script in every encoding that editors write', async () => {
  for (const [form, encode] of good) {
    const piped = await runPiped(encode('const sum = 40 + 2;\nconsole.log(sum, "ø")\n'), ['console']);
    expect([form, piped]).toEqual([form, { code: 0, stdout: '42 ø\n', stderr: '' }]);
  }
  const [[, encode] = []] = bad;
  expect(await runPiped(encode?.('1 + 1') ?? Buffer.of(), ['console'])).toMatchObject({ code: 2, stdout: '' });
});

const lines = publicPem.trim().split('\n');

test.each<[string, string]>([
  ['with a literal \\n', privatePem.replaceAll('\n', '\\n')],
  ['in quotes', `"${privatePem.replaceAll('\n', '\\n')}"\n`],
  ['indented', publicPem.replaceAll(/^/gm, '    ')],
  ['in base64', Buffer.from(privatePem).toString('base64')],
  ['in one line', publicPem.replaceAll('\n', ' ')],
  ['in base64 without PEM lines', lines.slice(1, -1).join('')],
])('creates the key set of a key %s', async (_form, text) => {
  save('key.pem', Buffer.from(text));
  const { code, stdout } = await run(['keys', 'jwks', 'key.pem']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).keys).toEqual([
    expect.objectContaining({ n: rsa.publicKey.export({ format: 'jwk' }).n, alg: 'RS256' }),
  ]);
  expect(stdout).not.toContain('"d"');
});

test.each<[string, string, string]>([
  ['a certificate', publicPem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), 'openssl x509'],
  ['a key of OpenSSH', privatePem.replaceAll('PRIVATE', 'OPENSSH PRIVATE'), 'ssh-keygen'],
  ['an encrypted key', privatePem.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'), 'openssl pkey'],
  ['a path', './other.pem', 'path'],
  ['two keys', publicPem + publicPem, '2 PEM'],
  ['half a key', lines.slice(0, 3).join('\n'), 'incomplete'],
])('names the file that holds %s, and says what to do', async (_what, text, word) => {
  save('key.pem', Buffer.from(text));
  const { code, stdout, stderr } = await run(['keys', 'jwks', 'key.pem']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('key.pem')]);
  expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/MII|BEGIN/);
});
