import { expect, test } from 'vitest';
import { readProject } from '../src/commands/init/project.ts';
import { createProject, manifest } from './init-project.ts';

const js = { language: 'js', modules: 'commonjs', sourceEnding: '.js', importEnding: '' };
const ts = { language: 'ts', modules: 'esm', sourceEnding: '.ts', importEnding: '.ts' };
const nodeNext = '{ "compilerOptions": { "module": "NodeNext" } }';

test.each<readonly [string, Readonly<Record<string, string>>, object]>([
  ['an empty folder', {}, { ...js, modules: 'esm', importEnding: '.js' }],
  ['npm init', { 'package.json': manifest({ type: 'commonjs' }) }, js],
  [
    'CommonJS that names endings',
    { 'package.json': '{}', 'app.js': "require('./a.js');" },
    { ...js, importEnding: '.js' },
  ],
  ['ES modules', { 'package.json': manifest({ type: 'module' }) }, { ...js, modules: 'esm', importEnding: '.js' }],
  [
    'only .mjs',
    { 'package.json': '{}', 'app.mjs': '' },
    { ...js, modules: 'esm', sourceEnding: '.mjs', importEnding: '.mjs' },
  ],
  [
    'import without a type',
    { 'package.json': '{}', 'app.js': "import a from 'a';" },
    { ...js, modules: 'esm', importEnding: '.js' },
  ],
  ['TypeScript for Node', { 'package.json': manifest({ type: 'module' }), 'a.ts': "import { b } from './b.ts';" }, ts],
  ['TypeScript without settings', { 'package.json': manifest({ type: 'module' }), 'a.ts': '' }, ts],
  [
    'nodenext',
    { 'package.json': manifest({ type: 'module' }), 'tsconfig.json': nodeNext, 'a.ts': '' },
    { ...ts, importEnding: '.js' },
  ],
  [
    'a bundler',
    {
      'package.json': manifest({ type: 'module' }),
      'tsconfig.json': '{ "compilerOptions": { "module": "esnext", "moduleResolution": "bundler" } }',
      'a.ts': '',
    },
    { ...ts, importEnding: '' },
  ],
  [
    'compiled CommonJS',
    {
      'package.json': '{}',
      'tsconfig.json': '{ "compilerOptions": { "module": "commonjs" } }',
      'a.ts': "import { b } from './b';",
    },
    { ...ts, modules: 'commonjs', importEnding: '' },
  ],
  [
    'TypeScript after npm init',
    { 'package.json': manifest({ type: 'commonjs', devDependencies: { typescript: '6' } }) },
    { ...ts, sourceEnding: '.mts', importEnding: '.mts' },
  ],
  [
    'TypeScript after npm init and tsc --init',
    { 'package.json': manifest({ type: 'commonjs' }), 'tsconfig.json': nodeNext },
    { ...ts, sourceEnding: '.mts', importEnding: '.mts' },
  ],
  ['a new ES module after tsc --init', { 'package.json': manifest({ type: 'module' }), 'tsconfig.json': nodeNext }, ts],
  [
    'a JavaScript app with a settings file in TypeScript',
    { 'package.json': '{}', 'vitest.config.ts': '', 'a.js': '' },
    js,
  ],
])('knows how to write files for %s', (_what, files, expected) => {
  expect(readProject(createProject(files))).toMatchObject(expected);
});

test('writes TypeScript into an empty folder if it is asked to', () => {
  expect(readProject(createProject(), { typescript: true })).toMatchObject(ts);
});

test.each([
  [{ 'pnpm-lock.yaml': '' }, 'pnpm'],
  [{ 'yarn.lock': '' }, 'yarn'],
  [{ 'bun.lock': '' }, 'bun'],
  [{ 'package-lock.json': '{}' }, 'npm'],
  [{ 'package.json': manifest({ packageManager: 'yarn@4.9.0' }), 'package-lock.json': '' }, 'yarn'],
])('finds the package manager: %j', (files, expected) => {
  expect(readProject(createProject(files)).packageManager).toBe(expected);
});

test('looks at neither installed packages, nor build output, nor hidden folders', () => {
  const folder = createProject({
    'node_modules/a/index.js': '',
    'dist/a.js': '',
    '.next/a.js': '',
    'src/b.js': '',
    'a.js': '',
  });
  const { files } = readProject(folder);
  expect(files.list('')).toEqual(['a.js', 'src/b.js']);
  expect(files.list('src')).toEqual(['src/b.js']);
  expect(files.read('none.js')).toBeUndefined();
});
