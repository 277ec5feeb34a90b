import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '..', 'dist');

/**
 * Builds what runs inside a runtime, and returns where it is. With conditions everything is bundled, as tools that deploy
 * to such a runtime do; without, the packages stay outside, and the runtime finds them by itself.
 */
export async function bundle(entry: string, conditions?: readonly string[]): Promise<string> {
  const outfile = join(folder, `${entry}.js`);
  await build({
    entryPoints: [join(import.meta.dirname, 'asked', `${entry}.ts`)],
    outfile,
    bundle: true,
    format: entry === 'in-edge' ? 'iife' : 'esm',
    target: 'es2023',
    logLevel: 'warning',
    ...(conditions === undefined ? { packages: 'external', platform: 'node' } : { conditions: [...conditions] }),
  });
  return outfile;
}

/** The text of a bundle. */
export function readBundle(file: string): string {
  return readFileSync(file, 'utf8');
}
