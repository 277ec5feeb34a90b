import { addCommands } from './commands/index.ts';
import type { RunOptions } from './context.ts';
import { runCommands } from './run.ts';

export type { RunOptions } from './context.ts';

/**
 * Runs one `torii` command line inside another program and resolves to its exit code: 0, 1 for failure, 2 for usage, 130 if the signal
 * ended it. Never rejects.
 *
 * @example
 * const code = await runTorii(['secret', '--env'], { ...process, cwd: process.cwd(), signal });
 */
export function runTorii(args: readonly string[], options: RunOptions): Promise<number> {
  return runCommands(args, options, addCommands);
}
