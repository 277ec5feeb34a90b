import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '..', 'dist');

/**
 * Builds the code that runs inside a runtime, and returns the file's path. With export conditions, the packages are bundled, as
 * deployment tools do. Without, the runtime itself resolves the packages.
 */
export async function bundle(entry: string, conditions?: readonly string[]): Promise<string> {
  const outfile = join(folder, `${entry}.js`);
  await build({
    entryPoints: [join(import.meta.dirname, 'asked', `${entry}.ts`)],
    outfile,
    bundle: true,
    format: entry.endsWith('in-edge') ? 'iife' : 'esm',
    target: 'es2023',
    logLevel: 'warning',
    ...(conditions === undefined ? { packages: 'external', platform: 'node' } : { conditions: [...conditions] }),
  });
  return outfile;
}

export function readBundle(file: string): string {
  return readFileSync(file, 'utf8');
}
