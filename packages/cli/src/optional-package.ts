import { CommandFailure } from './failures.ts';

/**
 * Makes sure that packages are installed which one command needs and the others do not.
 *
 * @throws CommandFailure with the line that installs them
 */
export function requirePackages(command: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' and ');
  throw new CommandFailure(
    `${command} needs ${list} beside @torii/cli. In your project: npm install --save-dev @torii/cli ${missing.join(' ')}`,
  );
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
