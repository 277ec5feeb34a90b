import { addCommands } from './commands/index.ts';
import type { RunOptions } from './context.ts';
import { runCommands } from './run.ts';

export type { RunOptions } from './context.ts';
export type { Sink } from './output/output.ts';

/**
 * Runs one `torii` command inside another program. Never rejects.
 *
 * @param args the command line without the program's name, as in `['users', 'list']`
 * @returns the exit code: 0 on success, 1 on failure, 2 for a wrong command line, 130 if the signal was aborted
 *
 * @example
 * const code = await runTorii(['secret', '--env'], { ...process, cwd: process.cwd(), signal });
 */
export function runTorii(args: readonly string[], options: RunOptions): Promise<number> {
  return runCommands(args, options, addCommands);
}
