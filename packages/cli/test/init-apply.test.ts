import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyChanges } from '../src/commands/init/apply.ts';
import { openProjectFiles } from '../src/commands/init/project-files.ts';
import { createProject, readFiles } from './init-project.ts';

const change = (path: string, before: string | undefined, after: string) => ({ path, before, after });

test('new files are written, and existing ones keep their mode', () => {
  const folder = createProject({ 'bin/www': 'a' });
  chmodSync(join(folder, 'bin/www'), 0o755);
  applyChanges(folder, [change('bin/www', 'a', 'b'), change('src/deep/new.js', undefined, 'c')]);
  expect(readFiles(folder)).toEqual({ 'bin/www': 'b', 'src/deep/new.js': 'c' });
  expect(statSync(join(folder, 'bin/www')).mode & 0o777).toBe(0o755);
});

test('a mode that the umask would narrow is kept', () => {
  const folder = createProject({ 'a.js': 'a' });
  chmodSync(join(folder, 'a.js'), 0o666);
  applyChanges(folder, [change('a.js', 'a', 'b')]);
  expect(statSync(join(folder, 'a.js')).mode & 0o777).toBe(0o666);
});

test.each(['a named pipe', 'a folder', 'a link that leads nowhere'])('%s is not replaced by a file', (kind) => {
  const folder = createProject({ 'a.js': 'a' });
  const file = join(folder, '.env');
  if (kind === 'a named pipe') expect(spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', file]).status).toBe(0);
  if (kind === 'a folder') mkdirSync(file);
  if (kind === 'a link that leads nowhere') symlinkSync('none', file);
  expect(openProjectFiles(folder).read('.env')).toBeUndefined();
  const changes = [change('a.js', 'a', 'b'), change('.env', undefined, 'A=1\n')];
  expect(() => applyChanges(folder, changes)).toThrow('.env is not a text file that can be read. Nothing was written.');
  expect(lstatSync(file).isFile()).toBe(false);
  expect(readFiles(folder)).toEqual({ 'a.js': 'a' });
});

test('nothing is written outside of the folder through a link', () => {
  const outside = createProject({ 'app.js': 'a' });
  const folder = createProject({ 'b.js': 'b' });
  symlinkSync(outside, join(folder, 'test'));
  symlinkSync(join(outside, 'app.js'), join(folder, 'app.js'));
  expect(openProjectFiles(folder).list('')).toEqual(['app.js', 'b.js']);
  for (const unsafe of [change('test/deep/me.js', undefined, 'x'), change('app.js', 'a', 'x')])
    expect(() => applyChanges(folder, [change('b.js', 'b', 'c'), unsafe])).toThrow('is outside of this folder');
  expect([readFiles(outside), readFiles(folder)['b.js']]).toEqual([{ 'app.js': 'a' }, 'b']);
});

test('a failed run leaves no folder behind, keeps modes, and names the file', () => {
  const folder = createProject({ 'bin/www': 'a', 'x.torii-init': 'mine' });
  chmodSync(join(folder, 'bin/www'), 0o755);
  const changes = [change('bin/www', 'a', 'b'), change('src/deep/new.js', undefined, 'c'), change('x', undefined, 'd')];
  expect(() => applyChanges(folder, changes)).toThrow(/^x\.torii-init: it exists already.* Nothing was changed\.$/);
  expect(statSync(join(folder, 'bin/www')).mode & 0o777).toBe(0o755);
  expect(readdirSync(folder).toSorted()).toEqual(['bin', 'x.torii-init']);
});

test('all files stay as they were if one cannot be written', () => {
  const files = { 'a.js': 'a', folder: 'a file' };
  const folder = createProject(files);
  const changes = [change('a.js', 'a', 'b'), change('new.js', undefined, 'c'), change('folder/x.js', undefined, 'd')];
  expect(() => applyChanges(folder, changes)).toThrow();
  expect(readFiles(folder)).toEqual(files);
});

test('a file that was replaced already is restored if a later one cannot be', () => {
  const files = { 'a.js': 'a' };
  const folder = createProject(files);
  const changes = [
    change('a.js', 'a', 'b'),
    change('new.js', undefined, 'c'),
    change('n/b.js', undefined, 'x'),
    change('n', undefined, 'd'),
  ];
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
