import { CommandFailure } from './failures.ts';

export function requirePackages(command: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' and ');
  throw new CommandFailure(
    `To use ${command}, install ${list}. Run in your project: npm install --save-dev @torii/cli ${missing.join(' ')}`,
  );
}

/**
 * Returns the first of the packages that is installed.
 *
 * @throws CommandFailure if none is
 */
export function requireOnePackage<T extends string>(purpose: string, names: readonly [T, ...T[]]): T {
  const found = names.find((name) => isInstalled(name));
  if (found !== undefined) return found;
  throw new CommandFailure(
    `To use ${purpose}, install ${names.join(' or ')}. Run in your project: npm install --save-dev @torii/cli ${names[0]}`,
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
