import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { installCommand } from './package-manifest.ts';
import type { PackageManager } from './plan.ts';

/** The commands that install what is missing. */
export function installCommands(
  manager: PackageManager,
  packages: { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] },
): readonly (readonly string[])[] {
  return [
    ...(packages.dependencies.length > 0 ? [installCommand(manager, packages.dependencies, false)] : []),
    ...(packages.devDependencies.length > 0 ? [installCommand(manager, packages.devDependencies, true)] : []),
  ];
}

/** @param left the commands to show if the installation fails */
export async function install(
  { cwd, env, stderr, signal }: Context,
  command: readonly string[],
  left: readonly (readonly string[])[],
): Promise<void> {
  const [program = '', ...args] = command;
  // On Windows, package managers are .cmd files, which only a shell can start. The arguments are names of packages.
  const child = spawn(program, args, {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => stderr.write(text));
  try {
    const [code] = await Promise.race([
      once(child, 'close'),
      once(child, 'error').then(([error]) => Promise.reject(error)),
    ]).catch((error: unknown) => [String(Reflect.get(Object(error), 'code'))]);
    signal.throwIfAborted();
    if (code !== 0)
      throw new CommandFailure(
        `The files are written, but the packages could not be installed (${code}). Run: ${left.map((each) => each.join(' ')).join(' && ')}`,
      );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
