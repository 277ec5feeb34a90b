import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';
import { firstPort } from './ports.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const running = new Map<ChildProcessWithoutNullStreams, Promise<unknown>>();

afterEach(async () => {
  // After SIGKILL, the tour could not stop its servers.
  for (const child of running.keys()) child.kill();
  await Promise.all(running.values());
});

function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, TOUR_PORT: String(firstPort), ...environment };
  const child = spawn(process.execPath, ['--conditions=@torii/source', main, ...args], { env });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: Number(code), text: output.text };
  });
  running.set(child, ended);
  return { child, output, ended };
}

const acceptsEveryRequest = fileURLToPath(new URL('./servers/accepts-every-request.ts', import.meta.url));
const endsAtOnce = fileURLToPath(new URL('./servers/ends-at-once.ts', import.meta.url));

/** Without programs on the PATH, the tour skips streams and Next.js, and takes a few seconds. */
const short = { PATH: '/nowhere' };

/** The row of the table for a step. */
function lineOf(text: string, call: string): string {
  const line = text.split('\n').find((each) => each.includes(`│ ${call} `));
  return line?.replaceAll(/\s+/g, ' ') ?? `no line for ${call}`;
}

/** One tour for several tests, because it takes half a minute. */
let whole: Promise<{ readonly code: number; readonly text: string }> | undefined;
function takeWholeTour() {
  whole ??= start(['--once']).ended;
  return whole;
}

test('shows the response of every server, and exits with 0', async () => {
  const { code, text } = await takeWholeTour();
  expect(text).toContain('All responses are as expected.');
  expect(code).toBe(0);
  const line = (call: string) => lineOf(text, call);
  expect(line('create a user with @torii/api')).toContain('│ 201 │ ✓ 201 │ │ │ │ │');
  expect(line('create the same user again')).toContain('│ 409 email_taken │ ✓ 409 │ │ │ │');
  expect(line('set the locale, clear the last name')).toContain('│ 200 da │ ✓ 200 │ │ │ │');
  expect(line('list the users')).toContain('│ 200 ada, grace │ ✓ 200 │ │ │ │');
  expect(line('list the banned users')).toContain('│ 200 ada │ ✓ 200 │ │ │ │');
  expect(line('GET /me without a token')).toContain('│ 401 token_missing │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │');
  expect(line('GET /me with the token')).toContain('│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │');
  expect(line('the preflight of GET /me, from the static page')).toContain('│ 204 readable │ │ │ ✓ 204 │ │ │');
  expect(line('GET /me with the token, from the static page')).toContain('│ 200 ada readable │ │ │ ✓ 200 │ │ │');
  expect(line('GET /me without a token, from the static page')).toContain(
    '│ 401 token_missing readable │ │ │ ✓ 401 │ │ │',
  );
  expect(line('GET /me with an expired token')).toContain('│ 401 token_expired │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │');
  expect(line('… with a token of another issuer')).toContain(
    '│ 401 issuer_refused │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │',
  );
  expect(line('… with a token signed by another key, with a known key id')).toContain(
    '│ 401 signature_invalid │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │',
  );
  expect(line('GET /me with a token from before a key rotation')).toContain(
    '│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │',
  );
  expect(line('GET /me with a token from after the rotation')).toContain(
    '│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │',
  );
  expect(line('sign in after the ban')).toContain('│ 403 user_banned │ ✓ 403 │');
  expect(line('GET /me with a token from before the ban,')).toContain(
    '│ 401 token_revoked │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │',
  );
  expect(text).toContain('within two seconds');
  expect(line('the users that existed before the app')).toContain('│ ada banned, grace │ ✓ ada banned, grace │');
  expect(line('create katherine')).toContain('│ ✓ ada banned, grace, katherine │');
  expect(line('an altered webhook')).toContain('│ 400 signature_invalid │ ✓ 400 │');
  expect(line('the original webhook, sent again')).toContain('│ 200 │ ✓ 200 │');
  expect(line('unban Katherine while the app is down')).toContain('│ ✓ ada banned, grace, Katherine banned │');
  expect(line('… and updates the copy')).toContain('│ ✓ ada banned, grace, Katherine │');
  expect(line('delete Katherine')).toContain('│ ✓ ada banned, grace │');
  // No colors in a pipe, and never a token or a secret.
  expect(text).not.toContain('\x1b');
  expect(text).not.toMatch(/eyJ|sk_test_|whsec_/);
});

test('shows a rotation of the stream key if nats-server is installed', async (context) => {
  requireProgram(context, 'nats-server');
  const text = (await takeWholeTour()).text.replaceAll(/ +/g, ' ');
  expect(text).toContain('│ POST /stream-token with a token │ 200 │ ✓ 200 │ │');
  expect(text).toContain('│ a WebSocket to chat_1 with that token │ open │ │ ✓ open │');
  expect(text).toContain('│ … to another stream │ refused │ │ ✓ refused │');
  expect(text).toContain('│ the socket that was already open │ open │ │ ✓ open │');
  expect(text).toContain('│ a reconnect with the old token │ refused │ │ ✓ refused │');
  expect(text).toContain('│ a reconnect with a new token │ open │ │ ✓ open │');
  expect(text).not.toMatch(/PRIVATE KEY/);
});

test('skips streams and says so if nats-server is not installed', async () => {
  const { code, text } = await start(['--once'], short).ended;
  expect(text).toContain(
    '› Skipping streams: nats-server is not installed (Debian, Ubuntu: apt-get install nats-server)',
  );
  expect(text).not.toContain('/stream-token');
  expect(text).toContain('All responses are as expected.');
  expect(code).toBe(0);
});

test('exits with 1 if a server accepts every request', async () => {
  const { code, text } = await start(['--once', '--server', acceptsEveryRequest], short).ended;
  expect(code).toBe(1);
  expect(lineOf(text, 'GET /me without a token')).toContain('│ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✗ 200 │');
  expect(lineOf(text, 'GET /me with the token')).toContain('✗ 200');
  expect(text).toMatch(/Wrong responses: [1-9]/);
});

test('exits with 1 if a server does not start, and names that server', async () => {
  const { code, text } = await start(['--once', '--server', endsAtOnce], short).ended;
  expect(code).toBe(1);
  expect(text).toContain('no TORII_DATABASE');
  expect(text).toContain('ends-at-once.ts exited before it responded');
  expect(text).not.toContain('    at ');
});

test.each([
  ['SIGINT', {}, 8],
  ['SIGTERM', short, 7],
] as const)('keeps running until %s, and then stops every server', async (signal, environment, servers) => {
  const { child, output, ended } = start([], environment);
  await expect.poll(() => output.text, { timeout: 240_000 }).toContain('Press Ctrl-C to stop.');
  expect(output.text).toMatch(/curl -i -H "Authorization: Bearer \$TOKEN" http:\/\/127\.0\.0\.1:\d+\/me/);
  const addresses = output.text.match(/http:\/\/127\.0\.0\.1:\d+$/gm) ?? [];
  const ports = addresses.map((address) => Number(new URL(address).port));
  expect(ports).toHaveLength(servers);
  for (const port of ports) expect(await listens(port)).toBe(true);
  child.kill(signal);
  expect((await ended).code).toBe(signal === 'SIGINT' ? 0 : 143);
  for (const port of ports) await expect.poll(() => listens(port)).toBe(false);
});

test('uses another port if one is in use, and says so', async () => {
  const occupant = createServer().listen(firstPort + 2, '127.0.0.1');
  // If another program uses the port already, that serves the test as well.
  await once(occupant, 'listening').catch(() => {});
  try {
    const { output } = start([], short);
    const used = new RegExp(`Port ${firstPort + 2} is in use: Koa uses port (\\d+) instead`);
    await expect.poll(() => output.text, { timeout: 240_000 }).toMatch(used);
    const [, port] = used.exec(output.text) ?? [];
    await expect.poll(() => listens(Number(port)), { timeout: 240_000 }).toBe(true);
  } finally {
    occupant.close();
  }
});

test.each([['--twice'], ['extra'], ['--server']])('refuses the argument %s', async (argument) => {
  const { code, text } = await start([argument]).ended;
  expect([code, text]).toEqual([2, expect.stringContaining('npm start -- --once')]);
});

test('prints its usage', async () => {
  const { code, text } = await start(['--help']).ended;
  expect([code, text]).toEqual([0, expect.stringMatching(/^Starts a local Torii/)]);
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
