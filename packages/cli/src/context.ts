import type { Readable } from 'node:stream';
import type { Output, Sink } from './output/output.ts';

/** The streams, variables and folder that a run works with. The `torii` program takes them from `process`. */
export interface RunOptions {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that holds `.env` and that relative paths start from. */
  readonly cwd: string;
  /** Ends the run when aborted, as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** What a command has to work with. */
export interface Context extends RunOptions {
  readonly output: Output;
}
