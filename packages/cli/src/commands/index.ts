import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { runCommands } from '../run.ts';
import type { Surroundings } from '../surroundings.ts';
import { addCompletion } from './completion.ts';
import { addConsole } from './console/index.ts';
import { addEmulator } from './emulator.ts';
import { addKeys } from './keys/index.ts';
import { addRbac } from './rbac/index.ts';
import { addSecret } from './secret.ts';
import { addSessions } from './sessions/index.ts';
import { addToken } from './token/index.ts';
import { addUsers } from './users/index.ts';

/** Every command, in the order of the help. */
export function addCommands(program: Command, context: Context): void {
  addUsers(program, context);
  addSessions(program, context);
  addSecret(program, context);
  addToken(program, context);
  addKeys(program, context);
  addRbac(program, context);
  addConsole(program, context);
  addEmulator(program, context);
  addCompletion(program, context);
}

/**
 * Runs `torii` inside of another program, and gives the exit code: 0, 1 for failure, 2 for usage, 130 when the signal
 * ended it. Never rejects.
 *
 * @example
 * const code = await runTorii(['secret', '--env'], { ...process, environment: process.env, folder: '.', signal });
 */
export function runTorii(args: readonly string[], surroundings: Surroundings): Promise<number> {
  return runCommands(args, surroundings, addCommands);
}
