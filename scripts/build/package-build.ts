// Builds the published form of a package: one file per entry point over a few files that entry points share, in JavaScript and
// in declarations. docs/decisions/published-form.md explains it.
import { rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type OutputChunk, type OutputOptions, type RolldownLog, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { type Manifest, readManifest } from '../workspace.ts';
import { declarationNames } from './declaration-names.ts';
import { listEntries, sourceOf } from './entries.ts';
import { pureInitializers } from './pure-initializers.ts';

export async function buildPackage(folder: string, target: string = join(folder, 'dist')): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  await Promise.all([buildCode(folder, target), buildDeclarations(folder, target)]);
}

async function buildCode(folder: string, target: string): Promise<void> {
  const { code, files } = listEntries(folder);
  const build = await rolldown({
    ...inputOptions(folder, code),
    platform: 'neutral',
    transform: { target: 'es2023' },
    plugins: [pureInitializers()],
  });
  const { output } = await build.write({
    ...outputOptions(folder, target),
    codeSplitting: {
      groups: files.map((name) => ({ name, test: (id) => id === sourceOf(folder, name) })),
    },
    // All comments are in `src/`, which the source maps lead to.
    comments: { legal: true, annotation: true, jsdoc: false },
    minify: false,
  });
  await build.close();
  checkImports(
    readManifest(folder),
    output.filter((each) => each.type === 'chunk'),
  );
}

async function buildDeclarations(folder: string, target: string): Promise<void> {
  const build = await rolldown({
    ...inputOptions(folder, listEntries(folder).declarations),
    plugins: [
      dts({ generator: 'oxc', dtsOnly: true, sourcemap: true, cwd: folder, tsconfig: join(folder, 'tsconfig.json') }),
      declarationNames(),
    ],
  });
  await build.write({
    ...outputOptions(folder, target),
    codeSplitting: { groups: [{ name: 'declarations.d', minShareCount: 2 }] },
  });
  await build.close();
}

function inputOptions(folder: string, entries: readonly string[]) {
  return {
    cwd: folder,
    input: Object.fromEntries(entries.map((entry) => [entry, sourceOf(folder, entry)])),
    // Other packages, and `#` imports: the runtime that loads the package chooses their target by its conditions.
    external: /^[^./]/,
    tsconfig: join(folder, 'tsconfig.json'),
    experimental: { nativeMagicString: true },
    // Leave this warning out: it is only about the speed of the machine.
    checks: { bundlerTimings: false },
    onLog: failOnWarning,
  };
}

function outputOptions(folder: string, target: string): OutputOptions {
  return {
    dir: target,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    // Leads from dist/ to src/, even if the target is another folder.
    sourcemapPathTransform(source, map) {
      const path = relative(folder, resolve(dirname(map), source));
      return relative(join('dist', dirname(relative(target, map))), path).replaceAll('\\', '/');
    },
  };
}

/**
 * A warning fails the build, except for two: `'use client'` causes one, although rolldown keeps it at the top of an entry, and a slow
 * machine causes one about times.
 */
function failOnWarning(level: string, { code = '', message }: RolldownLog): void {
  const isExpected = code === 'MODULE_LEVEL_DIRECTIVE' || code.endsWith('_TIMINGS');
  if (level === 'warn' && !isExpected) throw new Error(message);
}

/** Fails if an import leads to a package that is not installed with this one: the bundler can add imports. */
function checkImports({ name, imports = {}, ...manifest }: Manifest, chunks: readonly OutputChunk[]): void {
  const ours = new Set(chunks.map(({ fileName }) => fileName));
  const known = [manifest.dependencies, manifest.peerDependencies, imports].flatMap((each) => Object.keys(each ?? {}));
  for (const chunk of chunks) {
    const unknown = [...chunk.imports, ...chunk.dynamicImports].filter((specifier) => {
      const isKnown = known.some((each) => specifier === each || specifier.startsWith(`${each}/`));
      return !isKnown && !ours.has(specifier) && !specifier.startsWith('node:');
    });
    if (unknown.length > 0) throw new Error(`${name}: dist/${chunk.fileName} imports ${unknown.join(', ')}`);
  }
}
