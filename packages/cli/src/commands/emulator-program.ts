import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Context } from '../context.ts';
import { requirePackages } from '../optional-package.ts';

/**
 * Starts the emulator in a child process: its program handles signals, calls exit and checks the version of Node.
 *
 * @param command the command that needs it, for the message if it is not installed
 */
export function startEmulatorProgram(
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  command: string,
  args: readonly string[],
): ChildProcess & Record<'stdout' | 'stderr', NonNullable<ChildProcess['stdout']>> {
  requirePackages(command, ['@torii/emulator']);
  // The emulator's program, main.js, is in the folder of the package's index.js, both in dist/ and in src/.
  const program = fileURLToPath(import.meta.resolve('@torii/emulator').replace(/index(\.\w+)$/, 'main$1'));
  return spawn(process.execPath, [...process.execArgv, program, ...args], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
