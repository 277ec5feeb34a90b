import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runTorii } from '../src/index.ts';
import { type Ended, temporaryFolder } from './command.ts';

export interface InProcess {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Standard input: a text, or bytes in these chunks. */
  readonly input?: string | readonly Buffer[];
  readonly signal?: AbortSignal;
  /** Files to write into the folder first. */
  readonly files?: Readonly<Record<string, string>>;
  /** Gets the output while the command runs. */
  readonly written?: Record<'stdout' | 'stderr', string>;
  /** The columns of a terminal with colors. Without it, the output is a pipe. */
  readonly columns?: number;
}

/** Runs a command of `torii` in this process, which is faster than a separate process. */
export async function runInProcess(args: readonly string[], options: InProcess = {}): Promise<Ended> {
  const { environment = {}, folder = temporaryFolder(), input = '', signal = new AbortController().signal } = options;
  const { written: text = { stdout: '', stderr: '' }, files = {} } = options;
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const sink = (name: keyof typeof text): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        text[name] += String(chunk);
        done();
      },
    });
  const { columns } = options;
  const terminal = { isTTY: true as const, hasColors: (env?: number | object) => !('NO_COLOR' in Object(env)) };
  const code = await runTorii(args, {
    stdin: Readable.from(typeof input === 'string' ? [input] : input),
    stdout: columns === undefined ? sink('stdout') : Object.assign(sink('stdout'), terminal, { columns }),
    stderr: sink('stderr'),
    env: environment,
    cwd: folder,
    signal,
  });
  return { code, ...text };
}
