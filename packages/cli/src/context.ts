import type { Readable } from 'node:stream';
import type { Output, Sink } from './output/output.ts';

/** The streams, environment variables and folder of a run. The `torii` program takes them from `process`. */
export interface RunOptions {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder: `.env` is read from it and relative paths start from it. */
  readonly cwd: string;
  /** Ends the run when aborted, like Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Context extends RunOptions {
  readonly output: Output;
}
