import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { firstPort } from './ports.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const running = new Map<ChildProcessWithoutNullStreams, Promise<unknown>>();

afterEach(async () => {
  // Not SIGKILL, which would leave its servers behind.
  for (const child of running.keys()) child.kill();
  await Promise.all(running.values());
});

function start(...args: readonly string[]) {
  const env = { ...process.env, TOUR_PORT: String(firstPort) };
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

const letsEverybodyIn = fileURLToPath(new URL('./servers/lets-everybody-in.ts', import.meta.url));
const endsAtOnce = fileURLToPath(new URL('./servers/ends-at-once.ts', import.meta.url));

/** A line of the table: what every place answered to a call. */
function lineOf(text: string, call: string): string {
  const line = text.split('\n').find((each) => each.includes(`│ ${call} `));
  return line?.replaceAll(/\s+/g, ' ') ?? `no line for ${call}`;
}

test('shows who gets in, and ends well', async () => {
  const { code, text } = await start('--once').ended;
  expect(text).toContain('Every answer is the expected one.');
  expect(code).toBe(0);
  const line = (call: string) => lineOf(text, call);
  expect(line('create a user with @torii/api')).toContain('│ 201 │ ✓ 201 │ │ │ │ │');
  expect(line('create her a second time')).toContain('│ 409 email_taken │ ✓ 409 │ │ │ │');
  expect(line('set her locale, clear her phone')).toContain('│ 200 da │ ✓ 200 │ │ │ │');
  expect(line('list the users')).toContain('│ 200 ada, grace │ ✓ 200 │ │ │ │');
  expect(line('list the banned')).toContain('│ 200 ada │ ✓ 200 │ │ │ │');
  expect(line('GET /me without a token')).toContain('│ 401 token_missing │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │');
  expect(line('GET /me with the token')).toContain('│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │');
  expect(line('the question before it, by a page of another origin')).toContain('│ 204 readable │ │ │ ✓ 204 │ │ │');
  expect(line('GET /me with the token, by that page')).toContain('│ 200 ada readable │ │ │ ✓ 200 │ │ │');
  expect(line('GET /me without a token, by that page')).toContain('│ 401 token_missing readable │ │ │ ✓ 401 │ │ │');
  expect(line('GET /me with a token that has ended')).toContain(
    '│ 401 token_expired │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │',
  );
  expect(line('… of another issuer')).toContain('│ 401 issuer_refused │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │');
  expect(line('… signed by a stranger with our key id')).toContain(
    '│ 401 signature_invalid │ │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │',
  );
  expect(line('GET /me, token from before a key rotation')).toContain('│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │');
  expect(line('GET /me, token from after the rotation')).toContain('│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │');
  expect(line('sign in after the ban')).toContain('│ 403 user_banned │ ✓ 403 │');
  expect(line('GET /me, token from before the ban:')).toContain('│ 200 ada │ │ ✓ 200 │ ✓ 200 │ ✓ 200 │ ✓ 200 │');
  expect(text).toContain("by Torii's contract");
  expect(line('the users who were there before')).toContain('│ ada banned, grace │ ✓ ada banned, grace │');
  expect(line('create katherine')).toContain('│ ✓ ada banned, grace, katherine │');
  expect(line('an altered webhook')).toContain('│ 400 signature_invalid │ ✓ 400 │');
  expect(line('the same webhook once more')).toContain('│ 200 │ ✓ 200 │');
  expect(line('unban her while the app is down')).toContain('│ ✓ ada banned, grace, Katherine banned │');
  expect(line('… and the app has heard of it')).toContain('│ ✓ ada banned, grace, Katherine │');
  expect(line('delete her')).toContain('│ ✓ ada banned, grace │');
  // No colours in a pipe, no token and no secret key on the screen.
  expect(text).not.toContain('\x1b');
  expect(text).not.toMatch(/eyJ|sk_test_|whsec_/);
});

test('ends badly where a server lets everybody in', async () => {
  const { code, text } = await start('--once', '--server', letsEverybodyIn).ended;
  expect(code).toBe(1);
  expect(lineOf(text, 'GET /me without a token')).toContain('│ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✓ 401 │ ✗ 200 │');
  expect(lineOf(text, 'GET /me with the token')).toContain('✗ 200');
  expect(text).toMatch(/\d+ of the answers are not the expected ones\./);
});

test('ends badly where a server does not start, and says whose words are to be read', async () => {
  const { code, text } = await start('--once', '--server', endsAtOnce).ended;
  expect(code).toBe(1);
  expect(text).toContain('no TORII_DATABASE');
  expect(text).toContain('ends-at-once.ts ended instead of serving.');
  expect(text).not.toContain('    at ');
});

test.each(['SIGINT', 'SIGTERM'] as const)('keeps running until %s, and leaves nothing behind', async (signal) => {
  const { child, output, ended } = start();
  await expect.poll(() => output.text, { timeout: 240_000 }).toContain('Ctrl-C ends everything.');
  expect(output.text).toMatch(/curl -i -H "Authorization: Bearer \$TOKEN" http:\/\/127\.0\.0\.1:\d+\/me/);
  const addresses = output.text.match(/http:\/\/127\.0\.0\.1:\d+$/gm) ?? [];
  const ports = addresses.map((address) => Number(new URL(address).port));
  expect(ports).toHaveLength(6);
  for (const port of ports) expect(await listens(port)).toBe(true);
  child.kill(signal);
  expect((await ended).code).toBe(signal === 'SIGINT' ? 0 : 143);
  for (const port of ports) await expect.poll(() => listens(port)).toBe(false);
});

test('says so where a port is taken, and takes another one', async () => {
  const occupant = createServer().listen(firstPort + 2, '127.0.0.1');
  // Where somebody else has it already, it is taken just as well.
  await once(occupant, 'listening').catch(() => {});
  try {
    const { code, text } = await start('--once').ended;
    expect(text).toMatch(new RegExp(`Port ${firstPort + 2} is taken by another program: Koa goes to \\d+ instead`));
    expect(code).toBe(0);
  } finally {
    occupant.close();
  }
});

test.each([['--twice'], ['extra'], ['--server']])('refuses the argument %s', async (argument) => {
  const { code, text } = await start(argument).ended;
  expect([code, text]).toEqual([2, expect.stringContaining('npm start -- --once')]);
});

test('shows its usage', async () => {
  const { code, text } = await start('--help').ended;
  expect([code, text]).toEqual([0, expect.stringMatching(/^Starts a local Torii/)]);
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
