import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';
import { cleanEnvironment, nodeArguments, runCommand, temporaryFolder } from './command.ts';

/** A folder with `torii`, for the PATH. */
function folderWithTorii(): string {
  const folder = temporaryFolder();
  const line = [process.execPath, ...nodeArguments([], {})].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(folder, 'torii'), `#!/bin/sh\nexec ${line} "$@"\n`);
  chmodSync(join(folder, 'torii'), 0o755);
  return folder;
}

/** The suggestions of a shell's own completion for a line, with the cursor at its end. */
function offersOfBash(line: string): readonly string[] {
  const words = line.split(' ').map((word) => `'${word}'`);
  const program = `
    source <(torii completion bash)
    COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1} COMP_LINE='${line}' COMP_POINT=${line.length}
    completer=$(complete -p torii | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    $completer torii
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return offersOf('bash', ['--norc', '-c', program]);
}

function offersOf(shell: string, args: readonly string[]): readonly string[] {
  return runShell(shell, args)
    .split('\n')
    .map((offer) => offer.trim().split(/\s/)[0] ?? '')
    .filter((offer) => offer !== '');
}

function runShell(shell: string, args: readonly string[]): string {
  const environment = cleanEnvironment({});
  const { stdout, stderr } = spawnSync(shell, args, {
    encoding: 'utf8',
    cwd: temporaryFolder(),
    env: { ...environment, PATH: `${folderWithTorii()}:${environment['PATH']}` },
  });
  expect(stderr).toBe('');
  return stdout;
}

test.each<[string, readonly string[]]>([
  ['torii to', ['token']],
  ['torii token ', ['decode', 'verify', 'why', 'mint', 'help']],
  ['torii token v', ['verify']],
  ['torii keys ro', ['rotate']],
  ['torii secret --fo', ['--format']],
  ['torii secret --format ', ['hex', 'base64', 'raw']],
  ['torii completion ', ['zsh', 'bash', 'fish', 'powershell']],
])('bash is offered, for %j, %j', (line, offers) => {
  expect([...offersOfBash(line)].sort()).toEqual([...offers].sort());
});

test('bash suggests file names if torii has no suggestions', () => {
  const program = 'source <(torii completion bash); complete -p torii';
  expect(runShell('bash', ['--norc', '-c', program]).trim()).toBe('complete -o default -F __torii_complete torii');
  expect(offersOfBash('torii token decode ')).toEqual([]);
});

test('bash can load the script twice, also with eval, as a login shell that reads .bashrc again does', () => {
  const twice = 'eval "$(torii completion bash)"; source <(torii completion bash); eval "$(torii completion bash)"';
  expect(runShell('bash', ['--norc', '-c', `${twice}; complete -p torii`]).trim()).toContain('__torii_complete torii');
  expect(runShell('bash', ['--norc', '-eu', '-c', `${twice}; echo loaded`])).toBe('loaded\n');
});

test('bash runs nothing that was typed', () => {
  expect(offersOfBash('torii users get $(touch>ran) `touch ran`')).toEqual([]);
  const program = `source <(torii completion bash)
    COMP_WORDS=(torii users get '$(touch ran)' '\`touch ran\`' "it's" '') COMP_CWORD=6
    __torii_complete torii
    ls`;
  expect(runShell('bash', ['--norc', '-c', program])).toBe('');
});

test.each([
  ['torii secret --format = h', ['hex']],
  ['torii secret --format =', ['hex', 'base64', 'raw']],
])('bash is offered, for the words %j, %j', (line, offers) => {
  // Bash splits words at the equals sign.
  expect([...offersOfBash(line)].sort()).toEqual([...offers].sort());
});

test('fish and zsh can load their scripts twice', ({ skip }) => {
  requireProgram({ skip }, 'fish');
  requireProgram({ skip }, 'zsh');
  const inFish =
    "torii completion fish | source; torii completion fish | source; complete --do-complete 'torii token v'";
  expect(offersOf('fish', ['--no-config', '-c', inFish])).toEqual(['verify']);
  const load = 'eval "$(torii completion zsh)"';
  const inZsh = `autoload -U compinit; compinit -u -D; ${load}; ${load}; echo $_comps[torii]`;
  expect(offersOf('zsh', ['-f', '-c', inZsh])).toEqual(['_torii']);
});

test('fish suggests the same', ({ skip }) => {
  requireProgram({ skip }, 'fish');
  const program = "torii completion fish | source; complete --do-complete 'torii token v'";
  expect(offersOf('fish', ['--no-config', '-c', program])).toEqual(['verify']);
});

test('zsh can parse its script', ({ skip }) => {
  requireProgram({ skip }, 'zsh');
  const program = 'autoload -U compinit; compinit -u -D; source <(torii completion zsh); echo $_comps[torii]';
  expect(offersOf('zsh', ['-f', '-c', program])).toEqual(['_torii']);
});

test.each(['bash', 'zsh', 'fish', 'powershell'])('writes only the script for %s', async (shell) => {
  const { code, stdout, stderr } = await runCommand(['completion', shell]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/torii complete/);
});

test.each([
  [['completion', 'tcsh'], 'zsh, bash, fish, powershell'],
  [['completion'], "'shell'"],
  [['completio', 'bash'], 'completion?'],
])('ends with 2 at %j', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});
