import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runCommand, startCommand, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';
import { closedUrl } from './odd-server.ts';
import { startOnTerminal } from './terminal.ts';

let torii: Emulator;
let good: string;

beforeAll(async () => {
  torii = await startEmulator();
  good = await torii.token({ userId: 'user_1', claims: { plan: 'pro' }, expiresInSeconds: 3600 });
});
afterAll(() => torii.stop());

interface Given {
  readonly input?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** How the command is run. One test of each command starts a process. */
  readonly run?: typeof runCommand | typeof runInProcess;
}

/** Runs `torii token …` and checks that the output never contains a token or a stack trace. */
async function token(
  args: readonly string[],
  { input, files = {}, environment = {}, run = runInProcess }: Given = {},
): Promise<Ended> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const ended = await run(['token', ...args], {
    ...(input !== undefined && { input }),
    folder,
    environment: { TORII_ISSUER: torii.issuer, ...environment },
  });
  expect(ended.stdout + ended.stderr).not.toMatch(/eyJ|\n +at /);
  return ended;
}

test('decodes a token and says that it is not verified', async () => {
  const input = await torii.token({ expiresInSeconds: -200, signedBy: 'stranger' });
  const ended = await token(['decode'], { input, run: runCommand });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^NOT VERIFIED\b/i);
  expect(ended.stdout).toMatch(/\nalg\tES256\n/);
  expect(ended.stdout).toMatch(/\nexp\t\d+ \(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, .*\b3 minutes\b.*\)\n/);
});

test('decodes to JSON', async () => {
  const { code, stdout } = await token(['decode', '--json'], { input: good });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    verified: false,
    expired: false,
    header: { alg: 'ES256' },
    claims: { sub: 'user_1', plan: 'pro' },
    expires_at: expect.stringMatching(/^20.*Z$/),
  });
});

test('decodes tokens of other issuers, and keeps claims from moving the cursor or showing a token', async () => {
  const claims = { sub: 'a\u001b[2J\u202eb', inner: good, key: 'sk_live_0123', '\u001b[1m': [{ deep: good }] };
  const foreign = ['{"alg":"HS256"}', JSON.stringify(claims), 'x'].map((part) =>
    Buffer.from(part).toString('base64url'),
  );
  for (const form of [[], ['--json']]) {
    const { code, stdout } = await token(['decode', ...form], { input: foreign.join('.') });
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
    expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]|0123/);
    expect(stdout).toContain('[secret]');
  }
});

test.each<[string, () => string, RegExp]>([
  ['half of it', () => good.slice(0, 60), /dots/],
  ['two parts', () => good.slice(0, good.lastIndexOf('.')), /signature/],
  ['claims that were cut', () => good.replace(/\.(.{9})[^.]*\./, '.$1.'), /claims/],
  ['nothing', () => '\n', /Bearer/],
  ['another scheme', () => 'Authorization: Basic YTpi', /Bearer/],
])('decodes the readable parts of %s and exits with 1', async (_name, input, message) => {
  const { code, stderr } = await token(['decode'], { input: input() });
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  expect(stderr).toMatch(/^torii: .*\n$/);
});

test.each<[string, string[], () => Given]>([
  ['standard input', [], () => ({ input: `${good}\n` })],
  ['-', ['-'], () => ({ input: good })],
  ['a file', ['token.txt'], () => ({ files: { 'token.txt': good } })],
  ['a variable', ['--variable', 'MY_TOKEN'], () => ({ environment: { MY_TOKEN: good } })],
  ['.env', ['--variable', 'MY_TOKEN'], () => ({ files: { '.env': `MY_TOKEN=${good}` } })],
  ['quotes', [], () => ({ input: `"${good}"` })],
  ['a scheme', [], () => ({ input: `bearer ${good}` })],
  ['a header', [], () => ({ input: `GET / HTTP/1.1\r\nauthorization: Bearer ${good}\r\nHost: x\r\n` })],
  [
    'a line for cURL',
    [],
    () => ({ input: `curl 'https://x/y' \\\n -H 'Accept: */*' -H 'Authorization: Bearer ${good}' -s` }),
  ],
  [
    'a call of fetch',
    [],
    () => ({ input: `fetch("/", { "headers": { "authorization": "Bearer ${good}", "x": "y" } })` }),
  ],
])('verifies a token from %s', async (_name, args, given) => {
  const ended = await token(['verify', ...args], given());
  expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^user\tuser_1\n/) });
});

test('verifies to JSON', async () => {
  const { stdout } = await token(['verify', '--json'], { input: good, run: runCommand });
  expect(JSON.parse(stdout)).toMatchObject({ verified: true, auth: { userId: 'user_1', raw: { plan: 'pro' } } });
  const { code, stdout: refused } = await token(['verify', '--json', '--audience', 'api'], { input: good });
  expect([code, JSON.parse(refused)]).toEqual([
    1,
    { verified: false, reason: 'claim_missing', message: expect.stringContaining('aud') },
  ]);
});

test.each<[string, () => Promise<string>, string[], string]>([
  ['a stranger’s', () => torii.token({ signedBy: 'stranger' }), [], 'signature_invalid'],
  ['an expired one', () => torii.token({ expiresInSeconds: -60 }), [], 'token_expired'],
  [
    'one that leeway would save',
    () => torii.token({ expiresInSeconds: -10 }),
    ['--clock-tolerance', '0'],
    'token_expired',
  ],
  ['another environment’s', async () => good, ['--environment', 'env_2'], 'environment_refused'],
  ['one for another server', () => torii.token({ claims: { aud: 'web' } }), [], 'audience_refused'],
  ['one with a refused claim', async () => good, ['--refuse-claim', 'x', '--refuse-claim', 'plan'], 'audience_refused'],
  ['one without a required claim', async () => good, ['--require-claim', 'team'], 'claim_missing'],
  ['another issuer’s', async () => good, ['--issuer', 'https://acme.torii.so'], 'issuer_refused'],
])('refuses %s with one line and exits with 1', async (_name, input, args, message) => {
  const { code, stdout, stderr } = await token(['verify', ...args], { input: await input() });
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)]);
  expect(stderr).toContain('torii token why');
  expect(stderr.trimEnd()).not.toContain('\n');
});

test.each([['verify'], ['why']])(
  '%s reports that the issuer cannot be reached, not that the token is bad',
  async (command) => {
    const nowhere = 'http://127.0.0.1:9';
    const input = await torii.token({ issuer: nowhere });
    const { code, stdout, stderr } = await token([command, '--issuer', nowhere], { input });
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('keys_unavailable')]);
    expect(stdout + stderr).toMatch(/connection/);
  },
);

test.each(['verify', 'why'])('%s accepts only the environment of TORII_ENVIRONMENT_ID', async (command) => {
  const other = { TORII_ENVIRONMENT_ID: 'env_other' };
  for (const given of [{ environment: other }, { files: { '.env': 'TORII_ENVIRONMENT_ID=env_other\n' } }]) {
    const refused = await token([command], { input: good, ...given });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('environment_refused')]);
    if (command === 'why') expect(refused.stdout).toMatch(/env_other[\s\S]*emulator was restarted/);
  }
  const environment = { TORII_ENVIRONMENT_ID: torii.environmentId };
  expect((await token([command], { input: good, environment })).code).toBe(0);
  const flag = [command, '--environment', torii.environmentId];
  expect((await token(flag, { input: good, environment: other })).code).toBe(0);
  const empty = await token([command], { input: good, environment: { TORII_ENVIRONMENT_ID: '' } });
  expect(empty.code).toBe(2);
});

test('why lists the checks up to the one that refused', async () => {
  const { code, stdout, stderr } = await token(['why'], {
    input: await torii.token({ expiresInSeconds: -200 }),
    run: runCommand,
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*token_expired.*\n$/)]);
  expect(stdout).toMatch(/\nissuer\tpassed\thttp.*\nclaims\tpassed\t.*\ntimes\trefused\t\S.*\n\n.*\b3 minutes\b/);
  expect(stdout).not.toMatch(/signature/);
  const accepted = await token(['why'], { input: good });
  expect(accepted).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/accepted/) });
});

test('why writes JSON', async () => {
  const { code, stdout } = await token(['why', '--json'], { input: `Authorization: Bearer ${good}, Bearer ${good}` });
  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    expect.objectContaining({ accepted: false, reason: 'header_malformed' }),
  ]);
});

test.each<[string, () => string, string, RegExp]>([
  ['another header', () => `curl -H 'X-Token: ${good}' http://x/me`, 'token_missing', /in the header X-Token\./],
  ['a header with a scheme', () => `curl http://x -H "X-T: Bearer ${good}"`, 'token_missing', /in the header X-T\./],
  ['a parameter', () => `curl 'http://x/me?a=1&token=${good}'`, 'token_missing', /in the query parameter token\./],
  ['a cookie', () => `curl http://x -H 'Cookie: a=1; __session=${good}'`, 'token_missing', /in the cookie __session\./],
  ['an option for cookies', () => `curl -b __session=${good} http://x`, 'token_missing', /in the cookie __session\./],
  [
    'no place',
    () => 'curl http://localhost:3000/me',
    'token_missing',
    /The command has no Authorization header\. Check/,
  ],
  ['another scheme', () => `Token ${good}`, 'scheme_unsupported', /Bearer/],
  ['the text undefined', () => 'undefined', 'token_malformed', /is the text "undefined"/],
  ['the header Bearer null', () => 'Authorization: Bearer null', 'token_malformed', /is the text "null"/],
])('why finds a token in the wrong place: %s', async (_name, input, reason, advice) => {
  const { code, stdout, stderr } = await token(['why', '--json'], { input: input() });
  expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
  expect(JSON.parse(stdout)).toMatchObject({ reason, advice: expect.stringMatching(advice) });
});

test('a token that cURL puts into the header itself is verified', async () => {
  const input = `curl --oauth2-bearer ${good} http://localhost:3000/me`;
  expect((await token(['why'], { input })).code).toBe(0);
});

test('why says that nothing listens at the issuer', async () => {
  const issuer = await closedUrl();
  const { stdout } = await token(['why', '--issuer', issuer], { input: await torii.token({ issuer }) });
  expect(stdout.replaceAll('\n', ' ')).toMatch(
    /Nothing listens at .* Start the local Torii: torii emulator --port \d+/,
  );
  expect(stdout).not.toContain('NODE_USE_ENV_PROXY');
});

test('why tells localhost and 127.0.0.1 apart', async () => {
  const issuer = torii.issuer.replace('127.0.0.1', 'localhost');
  const { stdout } = await token(['why', '--issuer', issuer], { input: good });
  expect(stdout).toContain('They differ in the host. localhost and 127.0.0.1 are different issuers');
});

test('why fits 40 columns', async (context) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token.txt'), await torii.token({ signedBy: 'stranger' }));
  const terminal = await startOnTerminal(context, ['token', 'why', 'token.txt', '--issuer', torii.issuer], {
    folder,
    columns: 40,
  });
  expect(await terminal.ended).toBe(1);
  expect(terminal.text()).toMatch(/check +signature\nresult +refused/);
});

test('asks for the token on a terminal without showing it', async (context) => {
  const environment = { TORII_ISSUER: torii.issuer };
  const terminal = await startOnTerminal(context, ['token', 'verify'], { environment });
  await terminal.shows(/token/i);
  terminal.type(`${good}\r`);
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toMatch(/user +user_1/);
  expect(terminal.output()).not.toContain('eyJ');
});

test.each([
  ['Ctrl-C', '\x03', 130],
  ['Ctrl-D', '\x04', 1],
])('exits at %s while it asks', async (_name, keys, code) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, ['token', 'decode']);
  await terminal.shows(/token/i);
  terminal.type(keys);
  expect(await terminal.ended).toBe(code);
});

test('exits at SIGINT while it waits for standard input', async () => {
  const command = startCommand(['token', 'decode']);
  // More than a pipe holds, so the write only completes when the command reads.
  await new Promise((resolve) => command.stdin.write('x'.repeat(300_000), resolve));
  command.kill('SIGINT');
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([130, '']);
});

test.each<[string, () => string[], Given, string]>([
  ['a token among the arguments', () => ['why', good], {}, '--variable'],
  ['a header among the arguments', () => ['why', `Bearer ${good}`], {}, '--variable'],
  ['a file that does not exist', () => ['decode', 'none.txt'], {}, 'none.txt'],
  ['a variable that does not exist', () => ['decode', '--variable', 'NONE'], {}, 'NONE'],
  ['a file and a variable', () => ['decode', 'a', '--variable', 'B'], {}, '--variable'],
  ['an issuer that is not a URL', () => ['verify', '--issuer', 'acme'], { input: 'x' }, 'issuer'],
  ['an empty audience', () => ['verify', '--audience', ''], { input: 'x' }, 'audience'],
  ['two claims in one flag', () => ['verify', '--refuse-claim', 'scope,plan'], { input: 'x' }, '--refuse-claim'],
  ['a clock tolerance above the maximum', () => ['verify', '--clock-tolerance', '301'], {}, '300'],
  ['a misspelled command', () => ['decod'], {}, 'decode?'],
  ['megabytes', () => ['decode'], { input: 'x'.repeat(1_000_001) }, '1000000'],
])('exits with 2 for %s', async (_name, args, given, message) => {
  const { code, stdout, stderr } = await token(args(), given);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

test('refuses to verify without an issuer', async () => {
  const { code, stderr } = await runCommand(['token', 'verify'], { input: good });
  expect([code, stderr]).toEqual([2, expect.stringContaining('TORII_ISSUER')]);
});

test.each([
  ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
  ['objects', (depth: number) => `${'{"a":'.repeat(depth)}"sk_live_0123"${'}'.repeat(depth)}`],
])('decodes a claim of %s that are nested as deep as a token can hold', async (_name, nested) => {
  const encode = (json: string): string => Buffer.from(json).toString('base64url');
  for (const characters of [5_000, 12_000]) {
    const claim = nested(Math.floor(characters / (nested(1).length - nested(0).length)) - 10);
    const input = `${encode('{"alg":"ES256","kid":"k"}')}.${encode(`{"deep":${claim}}`)}.${encode('x'.repeat(64))}`;
    for (const form of [[], ['--json']]) {
      const { code, stdout, stderr } = await token(['decode', ...form], { input });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toContain('0123');
      if (form.length > 0) expect(JSON.parse(stdout)).toMatchObject({ verified: false });
    }
  }
});
