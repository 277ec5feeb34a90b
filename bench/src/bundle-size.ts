import { accessSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

export interface BundleSize {
  readonly minified: number;
  readonly packed: number;
}

/** Bundles a module for workerd. Returns its size in bytes, minified and compressed by gzip at level 9. */
export async function bundleSize(code: string, leftOut?: readonly string[]): Promise<BundleSize> {
  return sizeOf(await bundle(code, leftOut));
}

export function sizeOf(code: string): BundleSize {
  const contents = Buffer.from(code);
  return { minified: contents.length, packed: gzipSync(contents, { level: 9 }).length };
}

/** @param leftOut Files of core's source whose functions are replaced by empty ones. */
export async function bundle(code: string, leftOut: readonly string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@torii/source', 'workerd', 'worker', 'browser'],
    logLevel: 'error',
    plugins: [emptied(leftOut.map((file) => join(coreSource, file)))],
  });
  return outputFiles[0]?.text ?? '';
}

const coreSource = join(import.meta.dirname, '..', '..', 'packages', 'core', 'src');

function emptied(files: readonly string[]): Plugin {
  return {
    name: 'emptied',
    setup(to) {
      // Fails if a file was renamed, because then nothing would be left out.
      for (const file of files) accessSync(file);
      to.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!files.includes(path)) return undefined;
        const source = await readFile(path, 'utf8');
        const names = source.matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm);
        return { contents: Array.from(names, ([, name]) => `export function ${name}() {}`).join('\n') };
      });
    },
  };
}
