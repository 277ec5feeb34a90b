import type { Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';

/** A stream that may be a terminal. */
export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/** What one run has around it. A program of its own takes them from `process`; a test or a host gives others. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `.env` is looked for, and what relative paths begin at. */
  readonly folder: string;
  /** Ends the run: at Ctrl-C, or when the host has had enough. */
  readonly signal: AbortSignal;
}
