import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStreamSigner, verifyStreamToken } from '@torii/streams';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { patience, runCommand, temporaryFolder } from './command.ts';
import { startOnTerminal } from './terminal.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('writes the private key to a file that only its owner can read, and the public key to standard output', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await runCommand(['keys', 'generate', '--out', 'next.pem'], { folder });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/(?<![\w-])[\w-]{43}(?![\w-]).*2048 bits.*\n.*next\.pem/)]);
  const file = join(folder, 'next.pem');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const streams = createStreamSigner({ privateKey: readFileSync(file, 'utf8') });
  expect(streams.publicKey).toBe(stdout);
  const { token } = await streams.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60 });
  expect(await verifyStreamToken(token, { publicKey: stdout })).toMatchObject({ subject: 'ada' });
  expect(stdout + stderr).not.toContain('PRIVATE');
});

test('writes a longer private key to a pipe', async () => {
  const { code, stdout, stderr } = await runCommand(['keys', 'generate', '--bits', '3072']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('3072 bits')]);
  expect(createPublicKey(stdout).asymmetricKeyDetails?.modulusLength).toBe(3072);
  expect(stderr).not.toContain('PRIVATE');
});

test('does not write a private key to a terminal', async (context) => {
  const terminal = await startOnTerminal(context, ['keys', 'generate']);
  expect(await terminal.ended).toBe(2);
  expect(terminal.text()).toContain('--out');
  expect(terminal.text()).not.toContain('BEGIN');
});

test('does not overwrite a key', async () => {
  const folder = folderWith({ 'stream.pem': 'precious' });
  const { code, stdout, stderr } = await runCommand(['keys', 'generate', '--out', 'stream.pem'], { folder });
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('stream.pem')]);
  expect(readFileSync(join(folder, 'stream.pem'), 'utf8')).toBe('precious');
});

test.each([
  ['a folder that does not exist', ['--out', 'none/stream.pem'], 1, 'none/stream.pem'],
  ['a key that is too short', ['--bits', '1024'], 2, '2048, 3072, 4096'],
])('creates no key for %s', async (_name, args, exitCode, message) => {
  const { code, stdout, stderr } = await runCommand(['keys', 'generate', ...args]);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
});

test('leaves no empty file behind when it is interrupted', async (context) => {
  const folder = temporaryFolder();
  const terminal = await startOnTerminal(context, ['keys', 'generate', '--bits', '4096', '--out', 'a.pem'], { folder });
  await expect.poll(() => existsSync(join(folder, 'a.pem')), patience).toBe(true);
  terminal.type('\x03');
  const code = await terminal.ended;
  // The command can finish before the key press arrives. Then the key must be complete.
  if (code === 130) expect(existsSync(join(folder, 'a.pem'))).toBe(false);
  else expect(readFileSync(join(folder, 'a.pem'), 'utf8')).toContain('END PRIVATE KEY');
});

test.each([
  ['private', privatePem],
  ['public', publicPem],
])('writes the key set of a %s key without private members', async (_name, pem) => {
  const { code, stdout, stderr } = await runCommand(['keys', 'jwks', '-'], { input: pem });
  expect([code, stderr]).toEqual([0, '']);
  const set = JSON.parse(stdout);
  expect(Object.keys(set.keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  const streams = createStreamSigner({ privateKey: privatePem });
  const { token } = await streams.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60 });
  expect((await jwtVerify(token, createLocalJWKSet(set))).payload.sub).toBe('ada');
});

test('writes several keys to one key set', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
  const folder = folderWith({ 'a.pem': publicPem, 'b.pem': other.toString() });
  const { stdout } = await runCommand(['keys', 'jwks', 'a.pem', 'b.pem'], { folder });
  expect(new Set(JSON.parse(stdout).keys.map(({ kid }: { kid: string }) => kid)).size).toBe(2);
});

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encrypted = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });

test.each([
  ['an EC key', ec.publicKey.export({ type: 'spki', format: 'pem' }), 'RSA'],
  ['a private EC key', ec.privateKey.export({ type: 'pkcs8', format: 'pem' }), 'RSA'],
  [
    'a short key',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }),
    '2048',
  ],
  ['an encrypted key', encrypted, 'encrypted'],
  ['half a key', publicPem.slice(0, 200), ''],
  ['a private key without its PEM lines', privatePem.split('\n').slice(1, -2).join(''), 'private key'],
  ['a JWK with a private half', JSON.stringify(rsa.privateKey.export({ format: 'jwk' })), 'private key'],
  ['a secret', 'correct horse battery staple', 'PEM'],
  ['nothing', '', ''],
])('creates no key set from %s', async (_name, input, message) => {
  const { code, stdout, stderr } = await runCommand(['keys', 'jwks', '-'], { input: input.toString() });
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  expect(stderr).not.toMatch(/MII|horse/);
  expect(stderr).toMatch(/^torii: .+\n$/);
});

test.each([
  [['keys', 'generat'], 'generate?'],
  [['keys', 'jwks'], "'file'"],
  [['keys', 'jwks', 'none.pem'], 'none.pem'],
  [['keys', 'publish'], '--servers'],
  [['keys', 'rotate', '--to', 'a.pem'], '--from'],
])('ends with 2 at %j', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

test('names the variables for the login if NATS_URL has one, and does not show it', async () => {
  const folder = folderWith({ 'a.pem': publicPem });
  const environment = { NATS_URL: 'nats://ada:correct-horse@127.0.0.1:9' };
  const { code, stderr } = await runCommand(['keys', 'publish', 'a.pem', '--yes'], { folder, environment });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/NATS_URL.*NATS_USER and NATS_PASSWORD/)]);
  expect(stderr).not.toContain('correct-horse');
});

test('sends no login to a URL from .env if the login comes from elsewhere', async () => {
  const folder = folderWith({ '.env': 'NATS_URL=nats://127.0.0.1:9\n', 'a.pem': publicPem });
  const environment = { NATS_TOKEN: 'secret-of-mine' };
  const { code, stderr } = await runCommand(['keys', 'publish', 'a.pem', '--yes'], { folder, environment });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^torii: .*NATS_URL.*\.env/)]);
  expect(stderr).not.toContain('secret-of-mine');
});

test.each([
  [{ NATS_TOKEN: 'a', NATS_USER: 'b' }, 2, 'NATS_TOKEN'],
  [{ NATS_PASSWORD: 'a' }, 2, 'NATS_USER'],
  [{ NATS_CREDS: 'none.creds' }, 2, 'NATS_CREDS'],
  [{ NATS_NKEY: 'none.nk' }, 2, 'none.nk'],
  [{ NATS_CA: 'none.pem' }, 2, 'NATS_CA'],
  [{ NATS_CERT: 'none.pem' }, 2, 'NATS_KEY'],
  [{ NATS_TOKEN: '' }, 2, 'NATS_TOKEN'],
  [{}, 1, 'ECONNREFUSED'],
])('says what is wrong with the way to NATS: %j', async (environment, exitCode, message) => {
  const folder = folderWith({ 'a.pem': publicPem });
  const args = ['keys', 'publish', 'a.pem', '--yes', '--servers', 'nats://127.0.0.1:9'];
  const { code, stdout, stderr } = await runCommand(args, { folder, environment });
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
});
