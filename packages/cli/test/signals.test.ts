import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createInterrupter } from '../src/signals.ts';
import { environmentOf, type Start, startCommand, temporaryFolder } from './command.ts';
import { startGate } from './gate.ts';
import { fastClock } from './other-clock.ts';
import { startOnTerminal } from './terminal.ts';

const frame: Start = { program: new URL('./frame-program.ts', import.meta.url) };
/** A program for which a second, within which signals count as one, is over in a twentieth of one. */
const fastFrame: Start = { ...frame, environment: fastClock(20) };
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

test('takes signals within a second for one, and ends at once at a later one', () => {
  let now = 5_000;
  const seen: string[] = [];
  const interrupt = createInterrupter(
    { begin: (code) => seen.push(`begin ${code}`), end: (code) => seen.push(`end ${code}`) },
    () => now,
  );
  for (const [atMs, code] of [
    [5_000, 130],
    [5_000, 130],
    [5_500, 143],
    [5_999, 129],
  ] as const) {
    now = atMs;
    interrupt(code);
  }
  expect(seen).toEqual(['begin 130']);
  now = 6_000;
  interrupt(143);
  expect(seen).toEqual(['begin 130', 'end 143']);
});

test.each<readonly (keyof typeof codes)[]>([
  ['SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGTERM'],
  ['SIGINT', 'SIGINT', 'SIGINT', 'SIGTERM'],
])('cleans up although %s is followed by %s', async (...signals) => {
  const folder = temporaryFolder();
  const command = startCommand(['tidy', join(folder, 'tidied')], frame);
  await once(command.stdout, 'data');
  for (const signal of signals) command.kill(signal);
  const { code, stderr } = await command.ended;
  expect([codes.SIGHUP, codes.SIGINT, codes.SIGTERM], stderr).toContain(code);
  expect([stderr, existsSync(join(folder, 'tidied'))]).toEqual(['', true]);
});

test.each(Object.entries(codes) as [keyof typeof codes, number][])(
  'ends at once at a second deliberate %s with %i if the cleanup hangs',
  async (signal, exitCode) => {
    const command = startCommand(['hang'], fastFrame);
    await once(command.stdout, 'data');
    let isOver = false;
    const ended = command.ended.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      command.kill(signal);
      await Promise.race([ended, wait(100)]);
    }
    expect(await ended).toMatchObject({ code: exitCode, stderr: '' });
  },
);

test('shows the cursor and wraps lines again if a second Ctrl-C skips the cleanup', async (context) => {
  const terminal = await startOnTerminal(context, ['hang', '--bar'], fastFrame);
  await terminal.shows('hanging');
  let isOver = false;
  const ended = terminal.ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    terminal.type('\x03');
    await Promise.race([ended, wait(100)]);
  }
  expect(await ended).toBe(130);
  const output = terminal.output();
  for (const mode of ['\x1b[?25', '\x1b[?7']) {
    expect(output.lastIndexOf(`${mode}h`)).toBeGreaterThan(output.lastIndexOf(`${mode}l`));
  }
});

test('leaves no user in doubt if Ctrl-C arrives twice, as under npx', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'in.ndjson'), Array.from({ length: 9 }, (_, index) => `{"name":"U${index}"}\n`).join(''));
  const gate = await startGate(torii.apiUrl);
  const environment = { ...environmentOf(torii), TORII_API_URL: gate.url };
  const command = startCommand(['users', 'import', 'in.ndjson', '-c', '3'], { environment, folder });
  // The first request asks for the environment.
  await gate.holds(1);
  await gate.admit(1);
  await gate.holds(3);
  command.kill('SIGINT');
  command.kill('SIGINT');
  await gate.admit(3);
  expect((await command.ended).code).toBe(130);
  const journal = readFileSync(join(folder, 'in.ndjson.torii-import'), 'utf8');
  expect(journal.match(/"begun"/g)).toHaveLength(3);
  expect(journal.match(/"created"/g)).toHaveLength(3);
});

test.each(['SIGINT', 'SIGTERM'] as const)('ends the emulator when %s reaches the whole group twice', async (signal) => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@torii/source',
      fileURLToPath(new URL('../src/main.ts', import.meta.url)),
      'emulator',
      '--port',
      '0',
    ],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const pid = child.pid ?? 0;
  const ended = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  let shown = '';
  while (!shown.includes('Ctrl-C')) [shown] = [shown + (await once(child.stdout, 'data'))[0]];
  process.kill(-pid, signal);
  process.kill(-pid, signal);
  expect(await ended).toEqual([codes[signal], null]);
  expect(text).toBe('');
  const issuer = /TORII_ISSUER=(\S+)/.exec(shown)?.[1] ?? '';
  await expect(fetch(issuer)).rejects.toThrow();
});

test.each(['\x03', '\x03\x03'])('restores the echo of the terminal after %j at a hidden question', async (keys) => {
  // `stty` writes -echo if the terminal does not show what is typed.
  const terminal = await startOnTerminal({ skip: expect.fail }, ['token', 'decode'], { after: 'stty -a' });
  await terminal.shows('Token');
  terminal.type(keys);
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).toMatch(/[^-]echo\b/);
});

test.runIf(process.platform === 'linux')(
  'restores the echo of the terminal after a signal at a hidden question',
  async (context) => {
    const terminal = await startOnTerminal(context, ['token', 'decode'], { after: 'stty -a' });
    await terminal.shows('Token');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) terminal.kill(signal);
    expect([130, 143]).toContain(await terminal.ended);
    expect(terminal.text()).toMatch(/[^-]echo\b/);
  },
);
