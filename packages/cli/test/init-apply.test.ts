import { chmodSync, lstatSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyChanges } from '../src/commands/init/apply.ts';
import { createProject, readFiles } from './init-project.ts';

const change = (path: string, before: string | undefined, after: string) => ({ path, before, after });

test('new files are written, and existing ones keep their mode', () => {
  const folder = createProject({ 'bin/www': 'a' });
  chmodSync(join(folder, 'bin/www'), 0o755);
  applyChanges(folder, [change('bin/www', 'a', 'b'), change('src/deep/new.js', undefined, 'c')]);
  expect(readFiles(folder)).toEqual({ 'bin/www': 'b', 'src/deep/new.js': 'c' });
  expect(statSync(join(folder, 'bin/www')).mode & 0o777).toBe(0o755);
});

test('all files stay as they were if one cannot be written', () => {
  const files = { 'a.js': 'a', folder: 'a file' };
  const folder = createProject(files);
  const changes = [change('a.js', 'a', 'b'), change('new.js', undefined, 'c'), change('folder/x.js', undefined, 'd')];
  expect(() => applyChanges(folder, changes)).toThrow();
  expect(readFiles(folder)).toEqual(files);
});

test('a file that was replaced already is restored if a later one cannot be', () => {
  const files = { 'a.js': 'a', 'b.js/in-a-folder': '' };
  const folder = createProject(files);
  const changes = [change('a.js', 'a', 'b'), change('new.js', undefined, 'c'), change('b.js', undefined, 'd')];
  expect(() => applyChanges(folder, changes)).toThrow();
  expect(readFiles(folder)).toEqual(files);
});

test.each([
  ['was changed', { 'a.js': 'other' }, 'a'],
  ['was removed', {}, 'a'],
  ['was created', { 'a.js': 'a' }, undefined],
])('nothing is written if a file %s since the plan was made', (_what, files, before) => {
  const folder = createProject(files);
  const changes = [change('b.js', undefined, 'b'), change('a.js', before, 'c')];
  expect(() => applyChanges(folder, changes)).toThrow('a.js was changed in the meantime');
  expect(readFiles(folder)).toEqual(files);
});

test('a link stays a link', () => {
  const folder = createProject({ 'real.env': 'A=1\n' });
  symlinkSync('real.env', join(folder, '.env'));
  applyChanges(folder, [change('.env', 'A=1\n', 'A=1\nB=2\n')]);
  expect(lstatSync(join(folder, '.env')).isSymbolicLink()).toBe(true);
  expect(readFiles(folder)['real.env']).toBe('A=1\nB=2\n');
});
