import { Readable, Writable } from 'node:stream';
import { runTorii } from '../src/index.ts';
import { type Ended, temporaryFolder } from './command.ts';

export interface InProcess {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly folder?: string;
  /** The number of columns of a terminal. Without it, the output is a pipe. */
  readonly columns?: number;
}

/** Runs `torii` in this process, which is faster than a process of its own. */
export async function runInProcess(
  args: readonly string[],
  { environment = {}, input = '', folder, columns }: InProcess = {},
): Promise<Ended & { readonly code: number }> {
  const text = { stdout: '', stderr: '' };
  const sinkFor = (name: keyof typeof text) =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          text[name] += String(chunk);
          done();
        },
      }),
      columns === undefined ? {} : { isTTY: true as const, columns },
    );
  const code = await runTorii(args, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: sinkFor('stdout'),
    stderr: sinkFor('stderr'),
    env: environment,
    cwd: folder ?? temporaryFolder(),
    signal: new AbortController().signal,
  });
  return { code, ...text };
}
