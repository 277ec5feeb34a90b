import { CommandFailure } from './failures.ts';

export function requirePackages(command: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' and ');
  throw new CommandFailure(
    `To use ${command}, install ${list}. Run in your project: npm install --save-dev @torii/cli ${missing.join(' ')}`,
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
