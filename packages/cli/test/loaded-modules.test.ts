// `torii` starts anew for each command, so it must load only the modules that the command needs.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { addCommands } from '../src/commands/index.ts';
import { openOutput } from '../src/output/output.ts';
import { createProgram } from '../src/program.ts';
import { cleanEnvironment, nodeArguments, runCommand, temporaryFolder } from './command.ts';

/** Runs `torii` and returns the modules that it loads: of our packages by path, such as `cli/run.ts`, and the names of others. */
function modulesOf(args: readonly string[]): readonly string[] {
  const folder = temporaryFolder();
  const list = join(folder, 'loaded.txt');
  const hook = join(folder, 'hook.mjs');
  writeFileSync(
    hook,
    `import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
process.on('exit', () => writeFileSync(${JSON.stringify(list)}, loaded.join('\\n')));`,
  );
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(hook).href, ...nodeArguments(args, {})],
    { encoding: 'utf8', cwd: folder, env: cleanEnvironment({}) },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const names = readFileSync(list, 'utf8')
    .split('\n')
    .map((url) => {
      const [, name, path] = /\/packages\/(\w+)\/src\/(.+)$/.exec(url) ?? [];
      return name === undefined
        ? (/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? url)
        : `${name}/${path}`;
    });
  return [...new Set(names)].filter((name) => !name.startsWith('node:')).toSorted();
}

const always = [
  'cli/arguments.ts',
  'cli/command-line.ts',
  'cli/commands/index.ts',
  'cli/failures.ts',
  'cli/main.ts',
  'cli/node-version.ts',
  'cli/output/json.ts',
  'cli/output/output.ts',
  'cli/output/printable.ts',
  'cli/program.ts',
  'cli/run.ts',
  'cli/signals.ts',
  'commander',
];

test.each<readonly string[]>([['--version'], ['--help'], ['help']])(
  '%s loads no command and no other package',
  (...args) => {
    expect(modulesOf(args)).toEqual(always);
  },
);

test('a command loads its own modules, and only the packages that it needs', () => {
  expect(modulesOf(['secret', '--quiet'])).toEqual([...always, 'cli/commands/secret.ts'].toSorted());
  const decoding = modulesOf(['token', 'decode', '--help']);
  expect(decoding).toContain('cli/commands/token/decode.ts');
  expect(decoding).not.toContain('cli/commands/token/mint.ts');
  const packages = new Set(decoding.map((name) => name.split('/')[0]));
  for (const name of ['api', 'authz', 'revocation', 'streams', '@bomb.sh', 'cli-progress', 'csv-parse', 'p-map'])
    expect(packages).not.toContain(name);
  expect(decoding.filter((name) => /commands\/(?!index|group|token)/.test(name))).toEqual([]);
});

test('the list of all commands says what the commands themselves say', async () => {
  const [listed, loaded] = [await programFor([]), await programFor(names(await programFor([])))];
  expect(listed.helpInformation()).toBe(loaded.helpInformation());
  expect(listed.commands.map((command) => command.options.length + command.commands.length > 1)).not.toContain(true);
  expect(loaded.commands.find((command) => command.name() === 'users')?.commands.length).toBeGreaterThan(5);
});

test('completion offers all commands, and the subcommands of each', async () => {
  const all = names(await programFor([]));
  expect(await offersFor([''])).toEqual(expect.arrayContaining([...all]));
  expect(await offersFor(['users', ''])).toEqual(expect.arrayContaining(['list', 'ban', 'import']));
  expect(await offersFor(['users', 'list', '--'])).toEqual(expect.arrayContaining(['--json', '--api-url']));
});

async function offersFor(words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runCommand(['complete', '--', ...words]);
  return stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
}

async function programFor(args: readonly string[]) {
  const { signal } = new AbortController();
  const sink = Object.assign(new Writable(), { isTTY: true as const, columns: 80 });
  const streams = { stdout: sink, stderr: sink, env: {} };
  const context = { ...streams, stdin: process.stdin, cwd: '.', signal, output: openOutput(streams) };
  const program = createProgram(context, args);
  await addCommands(program, context, args);
  return program;
}

function names(program: Awaited<ReturnType<typeof programFor>>): readonly string[] {
  return program.commands.map((command) => command.name());
}
