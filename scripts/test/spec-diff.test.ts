import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../workspace.ts';
import { makeNewerSpec } from './newer-spec.ts';

const today = join(repository, 'spec', 'server-v1.json');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-diff-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function compareTo(text: string) {
  const file = join(folder, 'next.json');
  writeFileSync(file, text);
  return run(today, file);
}

function run(...files: readonly string[]) {
  const program = join(repository, 'scripts', 'generate', 'spec-diff.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...files], { encoding: 'utf8' });
  // Cells without their borders, each change in one line.
  return { status, lines: stdout.replaceAll(/ *[║│] */g, '|').split('\n'), stdout, stderr };
}

/** Today's document after one change to its text. */
function edit(from: string | RegExp, to: string): string {
  const text = readFileSync(today, 'utf8');
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`There is no ${from}.`);
  return edited;
}

test('finds nothing where nothing changed', () => {
  expect(run(today, today)).toMatchObject({ status: 0, stdout: '0 changes, 0 of them breaking.\n' });
});

test('finds nothing where only names, words and the order changed', () => {
  const { paths, ...rest } = JSON.parse(readFileSync(today, 'utf8'));
  const reversed = { ...rest, paths: Object.fromEntries(Object.entries(paths).reverse()) };
  const text = JSON.stringify(reversed)
    .replaceAll('UserResponse', 'Person')
    .replaceAll('"operationId":"', '"operationId":"x')
    .replaceAll('Marks the user', 'Marks a user');
  expect(compareTo(text)).toMatchObject({ status: 0, stdout: '0 changes, 0 of them breaking.\n' });
});

test.each([
  ['a path', '/users/{userId}/ban"', '/users/{userId}/block"', 'users.ban', 'removed: POST'],
  ['a path', '/users/{userId}/ban"', '/users/{userId}/block"', 'users.block', 'added: POST'],
  ['an id in a path', '/users/{userId}/sessions/{sessionId}"', '/users/{userId}/sessions/{id}"', 'sessions', ''],
  ['a version', /\/api\/server\/v1\//g, '/api/server/v2/', 'users.get', 'moved from GET /api/server/v1/users/{} to'],
  [
    'a field of an update',
    /("UpdateUserRequest".*?)"phone"/s,
    '$1"mobile"',
    'users.update',
    'patch field phone removed',
  ],
  [
    'a field of an update',
    /("UpdateUserRequest".*?)"phone"/s,
    '$1"mobile"',
    'users.update',
    'patch field mobile added',
  ],
  ['a field of a filter', '"createdAfter"', '"since"', 'users.list', 'body field createdAfter removed'],
  ['a query parameter', '"name": "cursor"', '"name": "after"', 'users.list', 'query parameter cursor removed'],
  ['a locale', /"da"(?=.*"CursorPage)/gs, '"de"', 'users.get', 'answer field locale may be "de"'],
  ['a status', '"banned",', '"banned", "asleep",', 'users.get', 'answer field status may be "asleep"'],
  [
    'a format',
    /("UpdateUserRequest".*?)"date"/s,
    '$1"date-time"',
    'users.update',
    'patch field dateOfBirth has the format',
  ],
])('tells which method and which field a change of %s touches', (_name, from, to, method, what) => {
  const { stdout } = compareTo(edit(from, to));
  if (what === '') expect(stdout).toContain('0 changes');
  else {
    expect(stdout).toContain(method);
    expect(stdout).toContain(what);
  }
});

test.each([
  ['an operation that is gone', '/users/{userId}/ban"', '/users/{userId}/block"', 1],
  ['a field that is gone from an answer', /("UserResponse": .*?)"phone"/s, '$1"mobile"', 1],
  ['a field that must be sent', /("CreateUserRequest": \{\s*"type": "object",)/, '$1 "required": ["email"],', 1],
  ['a field that may be missing', /"environmentId",\s*"id",\s*"status"/, '"id", "status"', 1],
  [
    'a field that can no longer be cleared',
    /("UpdateUserRequest".*?"name": \{\s*"type": )\[[^\]]*\]/s,
    '$1"string"',
    1,
  ],
  ['a field more to send', /("UpdateUserRequest".*?"properties": \{)/s, '$1 "title": { "type": "string" },', 0],
  ['a field more in an answer', /("UserResponse": .*?"properties": \{)/s, '$1 "title": { "type": "string" },', 0],
  ['a value more in an answer', '"banned",', '"banned", "asleep",', 0],
  ['a description', 'Marks the user', 'Marks this user', 0],
])('says whether it breaks anybody: %s', (_name, from, to, status) => {
  expect(compareTo(edit(from, to)).status).toBe(status);
});

test('gives one row to a change that touches many methods', () => {
  const { stdout, status } = compareTo(JSON.stringify(makeNewerSpec()));
  expect(status).toBe(1);
  expect(stdout.match(/answer field phone removed/g)).toHaveLength(1);
  expect(stdout).toContain('added: PATCH /api/server/v1/users/{userId}/metadata');
});

test.each([
  ['no file', []],
  ['one file', [today]],
  ['three files', [today, today, today]],
  ['a file that is not there', [today, '/nowhere.json']],
  ['a file that is no JSON', [today, import.meta.filename]],
])('cannot tell with %s', (_name, files) => {
  const { status, stderr, stdout } = run(...files);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
