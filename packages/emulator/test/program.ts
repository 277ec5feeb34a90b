import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The emulator's program, as a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** What it has written so far. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs the program as it stands in `src/`. */
export function runProgram(...args: readonly string[]): Program {
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@torii/source', main, ...args]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { process: child, output: () => output, ended };
}

/** What an app is configured with, as the start-up text says it; the last environment that it names. */
export interface Configuration {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly secretKey: string;
}

/** Waits until the program is ready. */
export async function configurationOf(program: Program): Promise<Configuration> {
  while (!program.output().includes('Ctrl-C')) {
    const ended = await Promise.race([program.ended, once(program.process.stdout ?? program.process, 'data')]);
    if (!Array.isArray(ended)) throw new Error(`The program ended with ${ended}: ${program.output()}`);
  }
  const find = (name: string) =>
    [...program.output().matchAll(new RegExp(`^ +${name}=(\\S+)$`, 'gm'))].at(-1)?.[1] ?? '';
  return {
    issuer: find('TORII_ISSUER'),
    apiUrl: find('TORII_API_URL'),
    secretKey: find('TORII_SECRET_KEY'),
  };
}
