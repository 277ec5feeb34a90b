import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProject, init, linkPackages, manifest, readFiles } from './init-project.ts';

test('the settings of tsc --init get the types of Node, and allow the imports that Node needs', async () => {
  const folder = createProject({
    'package.json': manifest({ type: 'commonjs' }),
    'tsconfig.json':
      '{\n  // Visit aka.ms\n  "compilerOptions": {\n    // "types": ["node"],\n    "module": "nodenext",\n    "types": [],\n    "strict": true,\n  }\n}\n',
  });
  expect((await init(folder, '--framework', 'node')).code).toBe(0);
  expect(readFiles(folder)['tsconfig.json']).toBe(
    '{\n  // Visit aka.ms\n  "compilerOptions": {\n    "rewriteRelativeImportExtensions": true,\n    // "types": ["node"],\n    "module": "nodenext",\n    "types": ["node"],\n    "strict": true,\n  }\n}\n',
  );
  expect((await init(folder, '--framework', 'node')).stdout).toBe('');
});

test('settings that allow the imports, and the settings of an existing app, stay as they are', async () => {
  const settings = '{ "compilerOptions": {\n  "allowImportingTsExtensions": true,\n  "noEmit": true } }\n';
  const fresh = createProject({ 'package.json': manifest({ type: 'module' }), 'tsconfig.json': settings });
  const existing = createProject({
    'package.json': manifest({ type: 'module', dependencies: { koa: '3' } }),
    'tsconfig.json': '{\n  "compilerOptions": {\n    "types": []\n  }\n}\n',
    'src/app.ts': "import Koa from 'koa';\nconst app = new Koa();\napp.listen(1);\n",
  });
  for (const [folder, framework] of [
    [fresh, 'node'],
    [existing, 'koa'],
  ] as const) {
    const before = readFiles(folder)['tsconfig.json'];
    expect((await init(folder, '--framework', framework)).code).toBe(0);
    expect(readFiles(folder)['tsconfig.json']).toBe(before);
  }
});

test.each(['module', 'commonjs'])(
  'TypeScript in an empty folder has settings that its files compile with: %s',
  async (type) => {
    const folder = createProject({ 'package.json': manifest({ type }) });
    linkPackages(folder, { '@types/node': 'emulator/node_modules/@types/node' });
    expect((await init(folder, '--framework', 'node', '--typescript')).code).toBe(0);
    const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [compiler, '--customConditions', '@torii/source'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, '']);
    const second = await init(folder, '--framework', 'node');
    expect([second.code, second.stdout]).toEqual([0, '']);
  },
);
