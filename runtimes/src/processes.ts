// Node, Bun and Deno: programs that read questions from a file and print the answers.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { binaries } from './binaries.ts';
import { bundle } from './bundle.ts';
import type { Question } from './case.ts';
import { type Answers, describeMissing, findBinary, type Runtime } from './runtime.ts';

const timeoutMs = 600_000;

/** The commands that run a script as a server, with Bun and Deno. */
export function listServerCommands(script: string): readonly { name: string; command: readonly string[] }[] {
  return programs().flatMap(({ name, kind, binary, flags }) =>
    kind === 'node' || binary === undefined
      ? []
      : [{ name, command: [binary, ...flags, ...(name === 'Deno' ? ['--allow-env'] : []), script] }],
  );
}

interface Program {
  readonly name: string;
  readonly kind: 'node' | 'process';
  readonly binary: string | undefined;
  readonly flags: readonly string[];
}

export async function listPrograms(): Promise<readonly Runtime[]> {
  const scripts = { cases: await bundle('in-process'), alone: await bundle('alone-in-process') };
  return programs().map(({ name, kind, binary, flags }) => ({
    name,
    kind,
    missing: binary === undefined ? describeMissing(name) : undefined,
    start: async (script = 'cases') => ({
      ask: (questions) => run(binary ?? '', [...flags, scripts[script]], questions),
      stop() {},
    }),
  }));
}

function programs(): readonly Program[] {
  return [
    ...['20.19.0', '22', '24', '26'].map((version): Program => {
      const major = version.replace(/\..*/, '');
      return { name: `Node ${version}`, kind: 'node', binary: findBinary([`node${major}`], 'bin/node'), flags: [] };
    }),
    {
      name: 'Bun',
      kind: 'process',
      binary: binaries.bun(),
      flags: ['--no-install'],
    },
    {
      name: 'Deno',
      kind: 'process',
      binary: binaries.deno(),
      // Only the permissions that the packages need: no environment variables, no writing, no network except loopback.
      flags: ['run', '--no-prompt', '--no-lock', '--cached-only', '--allow-read', '--allow-net=127.0.0.1'],
    },
  ];
}

async function run(binary: string, args: readonly string[], questions: readonly Question[]): Promise<Answers> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-runtimes-'));
  try {
    const file = join(folder, 'questions.json');
    writeFileSync(file, JSON.stringify(questions));
    const child = spawn(binary, [...args, file], { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(code === 0 ? '' : `exited with ${code ?? signal}`));
    });
    const [printed, complaints, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    const answers = printed
      .split('\n')
      .filter((line) => line !== '')
      .map((line): string => JSON.parse(line));
    return { answers, trouble: end === '' ? undefined : `${end}\n${complaints}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
