import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frameworkLinks as links, runTests } from './added-tests.ts';
import { createProject, init, linkPackages, manifest, readFiles } from './init-project.ts';

test('apps that are written into empty folders pass their tests, as ES modules and as CommonJS', async () => {
  const files: string[] = [];
  for (const [framework, linked] of Object.entries(links)) {
    const esm = createProject();
    const commonjs = createProject({ 'package.json': manifest({ name: 'shop', type: 'commonjs' }) });
    for (const folder of [esm, commonjs]) {
      expect((await init(folder, '--framework', framework)).code).toBe(0);
      const written = readFiles(folder);
      expect(await init(folder, '--framework', framework)).toMatchObject({ code: 0, stdout: '' });
      expect(readFiles(folder)).toEqual(written);
      linkPackages(folder, linked);
      files.push(join(folder, 'test/me.test.js'));
    }
    expect(readFiles(esm)['src/torii.js']).toMatch(/^import /);
    expect(readFiles(commonjs)['src/torii.js']).toMatch(/ require\(/);
  }
  expect(await runTests(files)).toEqual(['30', '0', '']);
});
