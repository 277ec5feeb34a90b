// Tests the built form of the packages. See docs/decisions/published-form.md.
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../build/package-build.ts';
import { listPackages, type Package } from '../workspace.ts';
import { buildApp, folderOf, listBuiltFiles, listLoaded } from './built-app.ts';
import { stateOnceProgram } from './state-once-program.ts';

const packages = listPackages();
/** Files that act when they are imported: programs, and a script of a page. */
const acting = ['main.js', 'browser/live-page.js'];

let app: string;

beforeAll(async () => {
  app = realpathSync(mkdtempSync(join(tmpdir(), 'torii-built-')));
  await buildApp(app);
});

afterAll(() => {
  rmSync(app, { recursive: true, force: true });
});

// Next's client needs a bundler for the conditions `browser` and `react-server`.
test.each(['default', 'workerd', 'edge-light'])(
  'classes, keys and tables exist once with the condition %s and all conditional files loaded',
  (condition) => {
    const names = packages.flatMap(({ manifest }) => listEntryPoints(manifest));
    const files = packages.flatMap(({ manifest: { name } }) =>
      // Next resolves `next/navigation` without an ending, Node does not.
      listBuiltFiles(app, name)
        .filter((file) => !acting.includes(file) && !file.startsWith('navigation'))
        .map((file) => pathToFileURL(join(folderOf(app, name), 'dist', file)).href),
    );
    const program = join(app, 'program.mjs');
    writeFileSync(program, stateOnceProgram(names, files));
    const printed = execFileSync(process.execPath, [`--conditions=${condition}`, program], {
      cwd: app,
      encoding: 'utf8',
    });
    const { classes, ...once } = JSON.parse(printed);
    expect(classes).toBeGreaterThan(15);
    expect(once).toEqual({
      several: [],
      fetches: 1,
      recognized: true,
      refused: true,
      problem: 'written by the entry internal',
    });
  },
);

test.each(packages)('every module of $manifest.name is in one file', ({ manifest, folder }) => {
  const files = listBuiltFiles(app, manifest.name);
  const sources = files.flatMap((file) => sourcesOf(manifest.name, file));
  expect(sources.toSorted()).toEqual([...new Set(sources)].toSorted());
  expect(files.length).toBeLessThan(globSync('src/**/*.{ts,tsx}', { cwd: folder }).length);
});

// The other two are programs.
const libraries = packages.filter(({ shortName }) => !['cli', 'emulator'].includes(shortName));

test.each(libraries)('$manifest.name leaves nothing in a bundle that does not use it', async ({ manifest }) => {
  for (const file of listBuiltFiles(app, manifest.name)) {
    if (acting.includes(file)) continue;
    const text = readFileSync(join(folderOf(app, manifest.name), 'dist', file), 'utf8');
    // A module without exports, in a place without a package.json: what remains has side effects.
    const contents = text.replaceAll(/^export (?:\{[^}]*\}|\* from "[^"]*");?$/gm, '');
    const { outputFiles } = await build({
      stdin: { contents },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      external: ['*'],
      treeShaking: true,
    });
    const remaining = outputFiles[0]?.text.replaceAll(/^(?:import .*|\/\/.*|"use client";)$/gm, '').trim();
    expect(remaining, `${manifest.name}: dist/${file}`).toBe('');
  }
});

test.each(['createTokenVerifier', 'createVerifier', 'isAuth'])(
  'a bundle with %s is as small as one from the sources',
  async (name) => {
    const sizes = { source: await sizeOf(name, '@torii/source'), built: await sizeOf(name) };
    expect(sizes.built).toBeLessThan(sizes.source + 100);
  },
);

test('a second build gives the same files', async () => {
  const second = join(app, 'second');
  for (const { folder, manifest } of packages) {
    await buildPackage(folder, second);
    const first = join(folderOf(app, manifest.name), 'dist');
    const files = globSync('**/*.{js,ts,map}', { cwd: first }).sort();
    expect(globSync('**/*.{js,ts,map}', { cwd: second }).sort()).toEqual(files);
    for (const file of files) {
      expect(readFileSync(join(second, file), 'utf8'), file).toBe(readFileSync(join(first, file), 'utf8'));
    }
  }
});

test('the client of Next begins with its directive, and shares no code of the server', () => {
  const name = '@torii/next';
  const files = listBuiltFiles(app, name);
  const clients = files.filter((file) => /^["']use client["'];/.test(textOf(name, file)));
  expect(clients).toEqual(['browser/client.js']);
  const graph = new Map(files.map((file) => [file, importsOf(name, file)]));
  const sides = (entry: string) => listLoaded(graph, entry).flatMap((file) => sourcesOf(name, file));
  expect(sides('browser/client.js').filter((source) => source.startsWith('src/server/'))).toEqual([]);
  expect(sides('index.js').filter((source) => source.startsWith('src/browser/'))).toEqual([]);
  expect(sides('server/webhooks.js').filter((source) => source.startsWith('src/browser/'))).toEqual([]);
});

test('the emulator finds the files that it sends to browsers', () => {
  const program = `
    import { startEmulator } from '@torii/emulator';
    const emulator = await startEmulator();
    const origin = new URL(emulator.issuer).origin;
    const found = [];
    const paths = ['/_torii/browser/session.js', '/_emulator/live.js'];
    for (const path of paths) {
      const answer = await fetch(origin + path);
      const text = await answer.text();
      found.push([path, answer.status]);
      for (const [, to] of text.matchAll(/from "([.][^"]+)"/g)) paths.push(new URL(to, origin + path).pathname);
    }
    await emulator.stop();
    console.log(JSON.stringify(found));
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: app,
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual([
    ['/_torii/browser/session.js', 200],
    ['/_emulator/live.js', 200],
    ['/_torii/provisional-paths.js', 200],
    ['/_torii/published-paths.js', 200],
  ]);
});

test.each([
  ['torii', '@torii/cli', 'main.js'],
  ['torii-emulator', '@torii/emulator', 'main.js'],
  ['torii-conformance', '@torii/conformance', 'main.js'],
])('%s shows its version', (_program, name, file) => {
  const path = join(folderOf(app, name), 'dist', file);
  expect(readFileSync(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const { version } = JSON.parse(readFileSync(join(folderOf(app, name), 'package.json'), 'utf8'));
  expect(execFileSync(process.execPath, [path, '--version'], { encoding: 'utf8' }).trim()).toBe(version);
});

test('no class has another name than in the sources', () => {
  for (const { manifest } of packages) {
    for (const file of listBuiltFiles(app, manifest.name)) {
      expect(textOf(manifest.name, file), file).not.toMatch(/\$\d+ = class\b|\bclass \w+\$\d/);
    }
  }
});

function listEntryPoints({ name, exports = {} }: Package['manifest']): readonly string[] {
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1));
}

function textOf(name: string, file: string): string {
  return readFileSync(join(folderOf(app, name), 'dist', file), 'utf8');
}

/** The modules in a file, as paths below the package's folder. */
function sourcesOf(name: string, file: string): readonly string[] {
  if (!textOf(name, file).includes('//# sourceMappingURL=')) return [];
  const { sources }: { readonly sources: readonly string[] } = JSON.parse(textOf(name, `${file}.map`));
  return sources.map((source) => posix.join('dist', dirname(file), source));
}

function importsOf(name: string, file: string): readonly string[] {
  const found = textOf(name, file).matchAll(/\b(?:from|import)\s*\(?"(\.[^"]+)"/g);
  return [...found].map(([, path = '']) => posix.join(dirname(file), path));
}

async function sizeOf(name: string, ...conditions: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    // From source, esbuild finds core in the repository, by the link in express.
    stdin: {
      contents: `export { ${name} } from '@torii/core';`,
      resolveDir:
        conditions.length === 0 ? app : (packages.find(({ shortName }) => shortName === 'express')?.folder ?? ''),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: [...conditions, 'workerd', 'worker', 'browser'],
  });
  return outputFiles[0]?.contents.length ?? 0;
}
