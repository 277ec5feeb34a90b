import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { repository } from '../workspace.ts';

const tidy = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => setTimeout(() => { console.log('tidied after ' + signal); process.exit(7); }, 50));
    process.on(signal, () => {});
  }
  setInterval(() => {}, 1000);
  console.log('up');`;

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
}

/** Starts `scripts/run.mjs` with a program in a separate process group, and waits until the program is up. */
async function start(program: string): Promise<Running> {
  const runner = fileURLToPath(new URL('../run.mjs', import.meta.url));
  const child = spawn(process.execPath, [runner, 'node', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  });
  await expect.poll(() => text).toContain('up');
  return { child, ended };
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('waits at %s until the command has cleaned up', async (signal) => {
  const { child, ended } = await start(tidy);
  child.kill(signal);
  expect(await ended).toEqual({ code: 7, text: `up\ntidied after ${signal}\n` });
});

test('waits until the command has cleaned up if Ctrl-C reaches the whole group and npm forwards it', async () => {
  const { child, ended } = await start(tidy);
  process.kill(-(child.pid ?? 0), 'SIGINT');
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 7, text: 'up\ntidied after SIGINT\n' });
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('exits with the code of a shell if %s ends the command', async (signal, code) => {
  const { child, ended } = await start("setInterval(() => {}, 1000); console.log('up')");
  child.kill(signal);
  expect((await ended).code).toBe(code);
});

test('exits with the exit code of the command', async () => {
  const { ended } = await start("console.log('up'); process.exitCode = 5");
  expect((await ended).code).toBe(5);
});

// The visitor's own Node may be 20.19, which does not run TypeScript, and nothing is installed yet.
test.each(globSync('examples/*/README.md', { cwd: repository }))('the commands of %s run with these tools', (page) => {
  const blocks = readFileSync(join(repository, page), 'utf8').matchAll(/^```sh\n(.*?)^```/gms);
  const commands = [...blocks].flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'));
  const starting = commands.filter((command) => /\bnpm (?:start|run)\b|\.ts\b|\bturbo\b/.test(command));
  expect(starting.filter((command) => !command.includes('node scripts/run.mjs '))).toEqual([]);
});
