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
  /** Whether standard error is a terminal on which a progress bar can be redrawn. */
  readonly canRedraw: boolean;
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
  const hasColors = isTerminal && wantsColors(env, stdout);
  let pending: Promise<unknown> = Promise.resolve();
  // Ignore 'error' events: without a listener they crash the process. The callback of each write handles its error.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});

  return {
    isTerminal,
    columns: isTerminal ? columnsOf(stdout) : Number.POSITIVE_INFINITY,
    hasColors,
    canRedraw: stderr.isTTY === true && !isDumb(env),
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
      // Ignore errors of standard error, because there is no other stream on which to report them.
      const written = new Promise<void>((resolve) => stderr.write(`${line}\n`, () => resolve()));
      pending = Promise.all([pending, written]);
      pending.catch(() => {});
    },
    style: (format, text) => (hasColors ? styleText(format, text, { validateStream: false }) : text),
    closed: closing.signal,
    settle: async () => void (await pending),
  };
}

/** The number of columns of a terminal. Some terminals report 0 if they do not know it. */
export function columnsOf({ columns }: Sink): number {
  return columns || 80;
}

type Environment = OutputStreams['env'];

function wantsColors(env: Environment, stdout: Sink): boolean {
  const { FORCE_COLOR = '' } = env;
  if (isDumb(env) || env['CLICOLOR'] === '0' || /^(0|false)$/.test(FORCE_COLOR)) return false;
  // Do not ask Node if FORCE_COLOR is set: it writes a warning if NO_COLOR is set too.
  return FORCE_COLOR !== '' || (!env['NO_COLOR'] && stdout.hasColors?.(env) === true);
}

function isDumb({ TERM }: Environment): boolean {
  return TERM === 'dumb';
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
