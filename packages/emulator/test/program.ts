import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The emulator's program in a child process. */
export interface Program {
  readonly process: ChildProcess;
  /** Its output so far, stdout and stderr. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs the program from `src/`. */
export function runProgram(...args: readonly string[]): Program {
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@torii/source', main, ...args]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { process: child, output: () => output, ended };
}

/** The configuration for an app, read from the output. With several environments, that of the last one. */
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
