import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { CommandFailure, OutputClosed } from '../failures.ts';

export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

export interface OutputStreams {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The output of a command. Results go to standard output, messages to standard error. */
export interface Output {
  readonly isTerminal: boolean;
  /** Characters per line. Infinity if standard output is not a terminal. */
  readonly columns: number;
  readonly hasColors: boolean;
  /**
   * Writes data to standard output. Await it before writing more, so that memory use stays constant.
   *
   * @throws OutputClosed if the reader closed the pipe
   * @throws CommandFailure if writing fails, for example on a full disk
   */
  write(data: string | Uint8Array): Promise<void>;
  say(line: string): void;
  style(format: Parameters<typeof styleText>[0], text: string): string;
  readonly closed: AbortSignal;
  settle(): Promise<void>;
}

export function openOutput({ stdout, stderr, env }: OutputStreams): Output {
  const closing = new AbortController();
  const isTerminal = stdout.isTTY === true;
  const hasColors = isTerminal && stdout.hasColors?.(env) === true;
  let pending: Promise<unknown> = Promise.resolve();
  // Ignore 'error' events: without a listener they crash the process. The callback of each write handles its error.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});

  return {
    isTerminal,
    columns: isTerminal ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    hasColors,
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
      // Ignore errors of standard error: no stream is left to report them on.
      const written = new Promise<void>((resolve) => stderr.write(`${line}\n`, () => resolve()));
      pending = Promise.all([pending, written]);
      pending.catch(() => {});
    },
    style: (format, text) => (hasColors ? styleText(format, text, { validateStream: false }) : text),
    closed: closing.signal,
    settle: async () => void (await pending),
  };
}

function failureOf(error: Error): Error {
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return new OutputClosed();
  const what =
    code === 'ENOSPC'
      ? 'the disk is full. Free some space and run it again'
      : `the operating system reported ${String(code)}`;
  return new CommandFailure(`The output could not be written: ${what}.`, { cause: error });
}
