import { Writable } from 'node:stream';
import { defaultApiUrl } from '@torii/api';
import { expect, test } from 'vitest';
import { runTorii } from '../src/index.ts';

/** The help of a command on a terminal of 40 columns. */
async function helpOf(words: readonly string[]): Promise<string> {
  let text = '';
  const write = (chunk: unknown, _encoding: unknown, done: () => void): void => {
    text += String(chunk);
    done();
  };
  const sink = Object.assign(new Writable({ write }), { isTTY: true as const, columns: 40 });
  const { signal } = new AbortController();
  const options = { stdin: process.stdin, stdout: sink, stderr: sink, env: {}, cwd: '.', signal };
  expect(await runTorii([...words, '--help'], options)).toBe(0);
  return text;
}

/** All subcommands of a command, found through its help. */
async function listCommands(words: readonly string[]): Promise<readonly (readonly string[])[]> {
  const [, list = ''] = (await helpOf(words)).split('Commands:\n');
  const names = [...(list.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]\S*)/gm)].map(([, name = '']) => name);
  const below = names.filter((name) => name !== 'help').map((name) => [...words, name]);
  return (await Promise.all(below.map(async (each) => [each, ...(await listCommands(each))]))).flat();
}

test('every command shows an example or its subcommands, and its options fit 40 columns', async () => {
  const commands = await listCommands([]);
  expect(commands.map((words) => words.join(' '))).toEqual(
    expect.arrayContaining(['secret', 'token why', 'keys rotate', 'rbac explain', 'console', 'emulator', 'completion']),
  );
  for (const words of commands) {
    const help = await helpOf(words);
    expect(help).toMatch(/Examples:\n +\$ torii |Commands:/);
    // Commander never wraps the usage line, and the texts below the options are not wrapped either.
    const [, options = ''] = /^Options:\n([\s\S]*?)(?:\n\n|(?![\s\S]))/m.exec(help) ?? [];
    const lines = options.split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
  }
});

// The help is written without @torii/api, so that `torii --help` does not load it.
test('the help names the default URL of the REST API', async () => {
  expect(await helpOf([])).toContain(`TORII_API_URL    ${defaultApiUrl}\n`);
});
