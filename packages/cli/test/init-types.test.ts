import { expect, test } from 'vitest';
import { createProject, init, manifest, readFiles } from './init-project.ts';

test('the settings of tsc --init get the types of Node, and allow the imports that Node needs', async () => {
  const folder = createProject({
    'package.json': manifest({ type: 'commonjs' }),
    'tsconfig.json':
      '{\n  // Visit aka.ms\n  "compilerOptions": {\n    // "types": ["node"],\n    "module": "nodenext",\n    "types": [],\n    "strict": true,\n  }\n}\n',
  });
  expect((await init(folder)).code).toBe(0);
  expect(readFiles(folder)['tsconfig.json']).toBe(
    '{\n  // Visit aka.ms\n  "compilerOptions": {\n    "rewriteRelativeImportExtensions": true,\n    // "types": ["node"],\n    "module": "nodenext",\n    "types": ["node"],\n    "strict": true,\n  }\n}\n',
  );
  expect((await init(folder)).stdout).toBe('');
});

test('settings that allow the imports, and the settings of an existing app, stay as they are', async () => {
  const settings = '{ "compilerOptions": {\n  "allowImportingTsExtensions": true,\n  "noEmit": true } }\n';
  const fresh = createProject({ 'package.json': manifest({ type: 'module' }), 'tsconfig.json': settings });
  const existing = createProject({
    'package.json': manifest({ type: 'module', dependencies: { koa: '3' } }),
    'tsconfig.json': '{\n  "compilerOptions": {\n    "types": []\n  }\n}\n',
    'src/app.ts': "import Koa from 'koa';\nconst app = new Koa();\napp.listen(1);\n",
  });
  for (const folder of [fresh, existing]) {
    const before = readFiles(folder)['tsconfig.json'];
    await init(folder);
    expect(readFiles(folder)['tsconfig.json']).toBe(before);
  }
});
