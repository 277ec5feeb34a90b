import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diffSpecifications } from '../generate/spec-diff.ts';
import { repository } from '../workspace.ts';
import { tenOperations as today, twentySixOperations } from './fixtures.ts';
import { makeVariedSpec } from './varied-spec.ts';

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

async function run(...files: readonly string[]) {
  const { output, problem, exitCode } = await diffSpecifications(files);
  // Replaces the table's borders with `|`.
  return { status: exitCode, lines: output.replaceAll(/ *[║│] */g, '|').split('\n'), stdout: output, stderr: problem };
}

/** The current specification with one change to its text. */
function edit(from: string | RegExp, to: string): string {
  const text = readFileSync(today, 'utf8');
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${from} is not in the specification.`);
  return edited;
}

test.each([
  ['no changes', [today, today], 0],
  ['breaking changes', [today, twentySixOperations], 1],
  ['a missing file', [today, '/nowhere.json'], 2],
])('the command prints its result and sets the exit code for %s', async (_name, files, exitCode) => {
  const program = join(repository, 'scripts', 'generate', 'spec-diff.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...files], { encoding: 'utf8' });
  const { output, problem } = await diffSpecifications(files);
  expect({ status, output: stdout.trimEnd(), problem: stderr.trimEnd() }).toEqual({
    status: exitCode,
    output,
    problem,
  });
});

test('finds no changes between identical files', async () => {
  expect(await run(today, today)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 \D*0 \D*$/) });
});

test('reads a specification that an editor saved with a byte order mark or as UTF-16', async () => {
  const text = `\uFEFF${readFileSync(today, 'utf8').replaceAll('\n', '\r\n')}`;
  for (const content of [Buffer.from(text), Buffer.from(text, 'utf16le')]) {
    const file = join(folder, 'saved.json');
    writeFileSync(file, content);
    expect(await run(today, file)).toMatchObject({ status: 0, stderr: '' });
  }
});

test('finds no changes if only schema names, operation ids, descriptions and the order changed', async () => {
  const { paths, ...rest } = JSON.parse(readFileSync(today, 'utf8'));
  const reversed = { ...rest, paths: Object.fromEntries(Object.entries(paths).reverse()) };
  const text = JSON.stringify(reversed)
    .replaceAll('UserResponse', 'Person')
    .replaceAll('"operationId":"', '"operationId":"x')
    .replaceAll('Marks the user', 'Marks a user');
  expect(await compareTo(text)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 \D*0 \D*$/) });
});

test.each([
  ['a path', '/users/{userId}/ban"', '/users/{userId}/block"', 'users.ban', 'POST /api/server/v1/users/{userId}/ban'],
  [
    'a path',
    '/users/{userId}/ban"',
    '/users/{userId}/block"',
    'users.block',
    'POST /api/server/v1/users/{userId}/block',
  ],
  ['an id in a path', '/users/{userId}/sessions/{sessionId}"', '/users/{userId}/sessions/{id}"', 'sessions', ''],
  ['a version', /\/api\/server\/v1\//g, '/api/server/v2/', 'users.get', 'GET /api/server/v1/users/{}'],
  ['a field of an update', /("UpdateUserRequest".*?)"phone"/s, '$1"mobile"', 'users.update', 'phone'],
  ['a field of an update', /("UpdateUserRequest".*?)"phone"/s, '$1"mobile"', 'users.update', 'mobile'],
  ['a field of a filter', '"createdAfter"', '"since"', 'users.list', 'createdAfter'],
  ['a query parameter', '"name": "cursor"', '"name": "after"', 'users.list', 'cursor'],
  ['a locale', /"da"(?=.*"CursorPage)/gs, '"de"', 'users.get', 'locale'],
  ['a status', '"banned",', '"banned", "asleep",', 'users.get', '"asleep"'],
  ['a format', /("UpdateUserRequest".*?)"date"/s, '$1"date-time"', 'users.update', 'dateOfBirth'],
])('names the method and the field that a change of %s affects', async (_name, from, to, method, what) => {
  const { stdout } = await compareTo(edit(from, to));
  if (what === '') expect(stdout).toMatch(/^0 /);
  else {
    expect(stdout).toContain(method);
    expect(stdout).toContain(what);
  }
});

test.each([
  ['a removed operation', '/users/{userId}/ban"', '/users/{userId}/block"', 1],
  ['a removed response field', /("UserResponse": .*?)"phone"/s, '$1"mobile"', 1],
  ['a newly required body field', /("CreateUserRequest": \{\s*"type": "object",)/, '$1 "required": ["email"],', 1],
  ['a response field that may be missing', /"environmentId",\s*"id",\s*"status"/, '"id", "status"', 1],
  [
    'a body field that is no longer nullable',
    /("UpdateUserRequest".*?"name": \{\s*"type": )\[[^\]]*\]/s,
    '$1"string"',
    1,
  ],
  ['a new optional body field', /("UpdateUserRequest".*?"properties": \{)/s, '$1 "title": { "type": "string" },', 0],
  ['a new response field', /("UserResponse": .*?"properties": \{)/s, '$1 "title": { "type": "string" },', 0],
  ['a new enum value in a response', '"banned",', '"banned", "asleep",', 0],
  ['a changed description', 'Marks the user', 'Marks this user', 0],
])('decides whether a change is breaking: %s', async (_name, from, to, status) => {
  expect((await compareTo(edit(from, to))).status).toBe(status);
});

test('prints one row for a change that affects many methods', async () => {
  const { stdout, status } = await compareTo(JSON.stringify(makeVariedSpec()));
  expect(status).toBe(1);
  expect(stdout.match(/[^.]phone/g)).toHaveLength(1);
  expect(stdout).toContain('PATCH /api/server/v1/users/{userId}/metadata');
});

test('lists what a newer specification adds, changes and removes', async () => {
  const { status, lines } = await run(today, twentySixOperations);
  expect(status).toBe(1);
  const added = lines.filter((line) => / (GET|PUT|POST|PATCH|DELETE)\b/.test(line));
  expect(added.map((line) => line.split('|')[2])).toEqual([
    'allowedOrigins.get',
    'allowedOrigins.replace',
    'invitations.create',
    'invitations.get',
    'invitations.list',
    'invitations.resend',
    'invitations.revoke',
    'invitations.updateMetadata',
    'organizations.get',
    'organizations.list',
    'organizations.listMembers',
    'organizations.updateMemberMetadata',
    'organizations.updateMetadata',
    'users.createImpersonationToken',
    'users.listOrganizations',
    'users.updateMetadata',
  ]);
  const text = lines.join('\n');
  expect(text).toMatch(/\|breaking\|users\.update\|.*\bphone\b/);
  expect(text).toMatch(/\|breaking\|users\.list\|.*\bemail\b.*\bnull\b/);
  expect(text).toMatch(/\|\|users\.list\|.*\borganizationId\b/);
  expect(text).toMatch(/\|\|sessions\.listForUser\|.*\bactiveOrganizationId\b/);
});

test.each([
  ['no file', []],
  ['one file', [today]],
  ['three files', [today, today, today]],
  ['a missing file', [today, '/nowhere.json']],
  ['a file that is not JSON', [today, import.meta.filename]],
])('fails with exit code 2 for %s', async (_name, files) => {
  const { status, stderr, stdout } = await run(...files);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

type Json = Record<string, unknown>;

/** The current specification after `change` edited its objects. */
function changed(change: (document: Edited) => void): string {
  const document = JSON.parse(readFileSync(today, 'utf8')) as Edited;
  change(document);
  return JSON.stringify(document);
}

interface Edited extends Json {
  servers: Json[];
  paths: Record<string, Record<string, Json & { responses: Record<string, Json> }>>;
  components: { schemas: Record<string, { properties: Record<string, Json>; required?: string[] }> };
}

const text = { type: 'string' };
const json = (schema: Json): Json => ({ description: 'x', content: { 'application/json': { schema } } });

function respond(document: Edited, path: string, method: string, schema: Json): void {
  const operation = document.paths[`/api/server/v1${path}`]?.[method];
  if (operation === undefined) throw new Error(`There is no ${method} ${path}.`);
  operation.responses = { 200: json(schema) };
}

function schemaOf({ components }: Edited, name: string): Edited['components']['schemas'][string] {
  const schema = components.schemas[name];
  if (schema === undefined) throw new Error(`There is no schema ${name}.`);
  return schema;
}

const user = '#/components/schemas/UserResponse';

test.each<[string, (document: Edited) => void, string]>([
  [
    'a method that returns another type than before, although no field is gone',
    (document) => {
      const { properties, required = [] } = schemaOf(document, 'UserResponse');
      document.components.schemas['Admin'] = {
        properties: { ...properties, level: text },
        required: [...required, 'level'],
      };
      respond(document, '/users/{userId}', 'get', { $ref: '#/components/schemas/Admin' });
    },
    'Call<User>',
  ],
  [
    'a field of a choice that is gone',
    (document) => {
      schemaOf(document, 'UserResponse').properties['address'] = {
        oneOf: [{ type: 'object', properties: { street: text }, required: ['street'] }, { type: 'null' }],
      };
    },
    'address',
  ],
  [
    'a response field that becomes any JSON',
    (document) => void Object.assign(schemaOf(document, 'UserResponse').properties, { phone: {} }),
    'phone',
  ],
  [
    'a server with another address',
    (document) => void Object.assign(document, { servers: [{ url: 'https://api.elsewhere.example' }] }),
    'https://api.elsewhere.example',
  ],
  [
    'an operation with a separate server',
    (document) => {
      Object.assign(document.paths['/api/server/v1/users/{userId}']?.['get'] ?? {}, {
        servers: [{ url: 'https://eu.elsewhere.example' }],
      });
    },
    'https://eu.elsewhere.example',
  ],
  [
    'another way to send the secret key',
    (document) => {
      Object.assign(document, { security: [{ key: [] }] });
      Object.assign(document.components, { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } });
    },
    'apikey header x-key',
  ],
  [
    'an operation that needs a second credential',
    (document) => {
      Object.assign(document, { security: [{ bearer: [] }] });
      Object.assign(document.components, {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          pin: { type: 'apiKey', in: 'header', name: 'X-Pin' },
        },
      });
      Object.assign(document.paths['/api/server/v1/users/{userId}']?.['delete'] ?? {}, {
        security: [{ bearer: [], pin: [] }],
      });
    },
    'x-pin',
  ],
])('reports as breaking: %s', async (_name, change, what) => {
  const { status, stdout } = await compareTo(changed(change));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(what);
  expect(status).toBe(1);
});

test('compares the fields of choices with the fields before', async () => {
  const choices = (fields: Json) => (document: Edited) => {
    schemaOf(document, 'UserResponse').properties['address'] = {
      oneOf: [{ type: 'object', properties: fields, required: Object.keys(fields) }, { type: 'null' }],
    };
  };
  const before = join(folder, 'before.json');
  writeFileSync(before, changed(choices({ street: text, town: text })));
  const after = join(folder, 'after.json');
  writeFileSync(after, changed(choices({ street: text })));
  const { status, lines } = await run(before, after);
  expect(status).toBe(1);
  expect(lines.join('\n')).toMatch(/\|breaking\|User\|.*address\.town removed/);
  expect(await run(after, before)).toMatchObject({ status: 0, stdout: expect.stringContaining('address.town') });
});

test('reports a type that has another name, even if its fields are the same', async () => {
  const before = join(folder, 'before.json');
  const devices = (name: string) => (document: Edited) => {
    document.components.schemas['Device'] = { properties: { id: text }, required: ['id'] };
    const path = `/api/server/v1/users/{userId}/${name}`;
    document.paths[path] = {
      get: { responses: { 200: json({ type: 'array', items: { $ref: '#/components/schemas/Device' } }) } },
    };
  };
  writeFileSync(before, changed(devices('devices')));
  const after = join(folder, 'after.json');
  writeFileSync(after, changed(devices('machines')));
  const { status, lines } = await run(before, after);
  expect(status).toBe(1);
  expect(lines.join('\n')).toMatch(/\|breaking\|Device\|.*removed/);
});

test.each<[string, (document: Edited) => void, string]>([
  [
    'the port of a development server',
    (document) => void Object.assign(document, { servers: [{ url: 'http://localhost:1' }] }),
    'http://localhost:1',
  ],
  [
    'the address that the client uses',
    (document) => void Object.assign(document, { servers: [{ url: 'https://api.torii.so/' }] }),
    'api.torii.so',
  ],
  [
    'an operation that is public',
    (document) => void Object.assign(document.paths['/api/server/v1/users/{userId}']?.['get'] ?? {}, { security: [] }),
    'nothing',
  ],
  [
    'a bearer scheme that was not declared before, and another name for it',
    (document) => {
      Object.assign(document, { security: [{ someName: [] }] });
      Object.assign(document.components, { securitySchemes: { someName: { type: 'http', scheme: 'Bearer' } } });
    },
    '0 changes',
  ],
])('reports as not breaking: %s', async (_name, change, what) => {
  const { status, stdout } = await compareTo(changed(change));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(what);
  expect(status).toBe(0);
});

test('reads a reference to a schema that both specifications name differently as the same type', async () => {
  const text = readFileSync(today, 'utf8')
    .replaceAll(user, '#/components/schemas/Person')
    .replace('"UserResponse"', '"Person"');
  expect(await compareTo(text)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 /) });
});
