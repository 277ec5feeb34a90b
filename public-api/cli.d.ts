// The public API of @torii/cli, written by `npm run api`.

declare module '@torii/cli' {
  import type { Readable } from 'node:stream';
  import type { WriteStream } from 'node:tty';

  export interface RunOptions {
    readonly stdin: Readable & {
      readonly isTTY?: boolean;
    };
    readonly stdout: Sink;
    readonly stderr: Sink;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
    readonly signal: AbortSignal;
  }
  export type Sink = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;
  export function runTorii(args: readonly string[], options: RunOptions): Promise<number>;
}
