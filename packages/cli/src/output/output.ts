import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { CommandFailure, OutputClosed } from '../failures.ts';

/** A stream that may be a terminal. */
export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/** The streams that an output writes to, and the variables that decide about colours. */
export interface OutputStreams {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a command writes. Results go to standard output, and everything said about them to standard error. */
export interface Output {
  /** A person reads the results: not a pipe, not a file. */
  readonly isTerminal: boolean;
  /** Characters to a line; Infinity where nobody counts them. */
  readonly columns: number;
  readonly hasColours: boolean;
  /**
   * Writes a result as it is. Wait for it: the next one is made when this one is out, and memory stays flat.
   *
   * @throws OutputClosed, or CommandFailure where it cannot be written, as on a full disk
   */
  write(data: string | Uint8Array): Promise<void>;
  /** Says a line to the person, on standard error. */
  say(line: string): void;
  /** The text in a style, where results have colours. */
  style(format: Parameters<typeof styleText>[0], text: string): string;
  /** Aborted when nobody reads the results any more. */
  readonly closed: AbortSignal;
  /** Waits until everything is written. */
  settle(): Promise<void>;
}

export function openOutput({ stdout, stderr, env }: OutputStreams): Output {
  const closing = new AbortController();
  const isTerminal = stdout.isTTY === true;
  const hasColours = isTerminal && stdout.hasColors?.(env) === true;
  let pending: Promise<unknown> = Promise.resolve();
  // Without listeners an error of a stream ends the process. Each write hears of its own.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});

  return {
    isTerminal,
    columns: isTerminal ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    hasColours,
    write(data) {
      const written = new Promise<void>((resolve, reject) => {
        stdout.write(data as string, (error) => (error ? reject(failureOf(error)) : resolve()));
      });
      written.catch((error) => closing.abort(error));
      pending = Promise.all([pending, written]);
      pending.catch(() => {});
      return written;
    },
    say(line) {
      // Nobody is left to be told that nobody listens.
      const said = new Promise<void>((resolve) => stderr.write(`${line}\n`, () => resolve()));
      pending = Promise.all([pending, said]);
      pending.catch(() => {});
    },
    style: (format, text) => (hasColours ? styleText(format, text, { validateStream: false }) : text),
    closed: closing.signal,
    settle: async () => void (await pending),
  };
}

function failureOf(error: Error): Error {
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return new OutputClosed();
  const what = code === 'ENOSPC' ? 'the disk is full. Make room and run it again' : `it said ${String(code)}`;
  return new CommandFailure(`The output could not be written: ${what}.`, { cause: error });
}
