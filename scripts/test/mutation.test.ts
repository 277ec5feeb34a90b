import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgements } from '../mutation/judgements.ts';
import { listFiles, subjects } from '../mutation/scope.ts';
import { repository } from '../workspace.ts';

test('every file and every test of a mutation test exists', () => {
  for (const subject of subjects) {
    expect(listFiles(subject, []), subject.files.join()).not.toEqual([]);
    for (const name of subject.tests) {
      expect(existsSync(join(repository, 'packages', subject.package, 'test', name)), name).toBe(true);
    }
  }
});

test('every judged mutant is a change of code that exists', () => {
  for (const { file, code } of judgements) {
    const source = readFileSync(join(repository, 'packages', file), 'utf8').replace(/\s+/g, ' ');
    expect(source, file).toContain(code);
  }
});

test('lists the files at or below a path, with or without `packages/`', () => {
  const filesAt = (path: string) => subjects.flatMap((subject) => listFiles(subject, [path]));
  expect(filesAt('core/src/guards.ts')).toEqual(['packages/core/src/guards.ts']);
  expect(filesAt('packages/core/src/request/')).toEqual(filesAt('core/src/request'));
  expect(filesAt('core/src/request')).toContain('packages/core/src/request/path.ts');
  expect(filesAt('core/src/guard')).toEqual([]);
});
