import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Additions, json, named, requestOf, responseOf, sameAs } from '../../spec/additions/addition.ts';
import { additions } from '../../spec/additions/index.ts';
import type { JsonObject } from '../../spec/corrections.ts';
import { addToSpec } from '../generate/add-to-spec.ts';
import { describeMissing } from '../generate/check-additions.ts';
import { completeSpec } from '../generate/complete-spec.ts';
import { listEndpoints, objectAt } from '../generate/openapi.ts';
import { readOperations } from '../generate/operations.ts';
import { describeSuperseded } from '../generate/superseded.ts';
import { repository } from '../workspace.ts';
import { tenOperations, twentySixOperations } from './fixtures.ts';
import { compileClient, writeClient } from './generated-client.ts';
import { program } from './program-of-all-operations.ts';
import { withOtherNames } from './renamed-spec.ts';

type Draft = ReturnType<typeof JSON.parse>;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-additions-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const ten = readFileSync(tenOperations, 'utf8');
const newer = readFileSync(twentySixOperations, 'utf8');

/** A version between the two: it has organizations, but neither invitations nor the new fields of users. */
function between(): JsonObject {
  const [old, next] = [JSON.parse(ten), JSON.parse(newer)];
  for (const [path, item] of Object.entries(next.paths)) {
    if (path.includes('/organizations')) old.paths[path] = item;
  }
  for (const [name, schema] of Object.entries(next.components.schemas)) old.components.schemas[name] ??= schema;
  return old;
}

/** The newer version with metadata described as objects of objects, as generators of specifications do. */
function withNarrowMetadata(): JsonObject {
  const document = JSON.parse(newer);
  for (const schema of Object.values<{ properties?: Record<string, unknown> }>(document.components.schemas)) {
    for (const name of Object.keys(schema.properties ?? {})) {
      if (name.endsWith('Metadata'))
        Object.assign(schema.properties ?? {}, {
          [name]: { type: 'object', additionalProperties: { type: 'object' } },
        });
    }
  }
  return document;
}

/** The newer version with one schema for invitations with and without metadata. */
function withOneInvitation(): JsonObject {
  return JSON.parse(newer.replaceAll('schemas/InvitationResponse"', 'schemas/InvitationDetailResponse"'));
}

/** The newer version as a generator writes it that does not know the types of bodies. */
function withoutTypes(): JsonObject {
  const document = JSON.parse(newer.replaceAll('"application/json"', '"*/*"'));
  const operations = Object.values<Record<string, { responses: Record<string, { content?: unknown }> }>>(
    document.paths,
  );
  for (const { responses } of operations.flatMap((item) => Object.values(item))) {
    for (const [status, response] of Object.entries(responses)) {
      if (status === '404') delete response.content;
      if (status === '403') Object.assign(response, { content: { '*/*': { schema: { type: 'string' } } } });
    }
  }
  return document;
}

const specifications: readonly (readonly [name: string, published: JsonObject])[] = [
  ['the specification with ten operations', JSON.parse(ten)],
  ['the same with other names of schemas, operations and parameters', withOtherNames(ten)],
  ['a version between the two', between()],
  ['the specification with 26 operations', JSON.parse(newer)],
  ['the same with other names', withOtherNames(newer)],
  ['the same with metadata described more narrowly', withNarrowMetadata()],
  ['the same with one schema for all invitations', withOneInvitation()],
  ['the same with bodies of any type, and refusals without one', withoutTypes()],
  ['the file in spec/', JSON.parse(readFileSync(join(repository, 'spec', 'server-v1.json'), 'utf8'))],
];

test.each(specifications)('a program that uses all 26 operations compiles with %s', async (_name, published) => {
  await writeClient(folder, published, { program });
  expect(compileClient(folder)).toBe('');
});

test.each(specifications)('all 26 methods keep their names with %s', (_name, published) => {
  const names = readOperations(completeSpec(published)).map(({ resource, name }) => `${resource}.${name}`);
  expect(names.toSorted()).toEqual(
    [
      ...['get', 'replace'].map((name) => `allowedOrigins.${name}`),
      ...['list', 'create', 'get', 'updateMetadata', 'revoke', 'resend'].map((name) => `invitations.${name}`),
      ...['list', 'get', 'updateMetadata', 'listMembers', 'updateMemberMetadata'].map(
        (name) => `organizations.${name}`,
      ),
      ...['list', 'get', 'create', 'update', 'delete', 'ban', 'unban'].map((name) => `users.${name}`),
      ...['listOrganizations', 'updateMetadata', 'createImpersonationToken'].map((name) => `users.${name}`),
      ...['listForUser', 'revokeAllForUser', 'revoke'].map((name) => `sessions.${name}`),
    ].sort(),
  );
});

test.each(specifications)('no trace of our own notation is left in %s', (_name, published) => {
  expect(JSON.stringify(completeSpec(published))).not.toContain('x-torii');
});

test.each(specifications)('every refusal is a problem, and every body is JSON, with %s', (_name, published) => {
  for (const { path, method, operation } of listEndpoints(completeSpec(published))) {
    for (const [status, response] of Object.entries(objectAt(operation, 'responses'))) {
      const types = Object.keys(objectAt(response, 'content'));
      const expected = status.startsWith('4')
        ? ['application/problem+json']
        : types.length > 0
          ? ['application/json']
          : [];
      expect(types, `${method} ${path} ${status}`).toEqual(expected);
    }
  }
});

test('methods and handlers keep the names of path parameters', () => {
  const paths = (document: JsonObject) => Object.keys(objectAt(completeSpec(document), 'paths')).sort();
  expect(paths(withOtherNames(newer))).toEqual(paths(JSON.parse(newer)));
  expect(paths(withOtherNames(ten))).toEqual(paths(JSON.parse(ten)));
});

test('the published file is not changed', () => {
  const published = JSON.parse(ten);
  addToSpec(published, additions);
  expect(published).toEqual(JSON.parse(ten));
});

test('additions contain no reference into the published file, no schema name and no operation id of it', () => {
  const text = JSON.stringify(additions);
  expect(text).not.toContain('$ref');
  expect(text).not.toContain('operationId');
  const names = Object.keys(objectAt(JSON.parse(ten), 'components', 'schemas'));
  for (const name of names) expect(text).not.toContain(name);
});

test('each file in spec/additions/ is listed, and reports its own name', () => {
  const files = readdirSync(join(repository, 'spec', 'additions')).filter(
    (name) => !/^(addition|index)\.ts$/.test(name),
  );
  expect(additions.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
});

test('nothing is superseded by the specification with ten operations', () => {
  expect(describeSuperseded(JSON.parse(ten))).toEqual([]);
});

test('reports every addition that the published specification contains', () => {
  const lines = describeSuperseded(JSON.parse(newer));
  const contained = lines.filter((line) => line.startsWith('server-v1.json contains'));
  const operations = additions.flatMap(({ operations: own = [] }) => own);
  expect(operations).toHaveLength(16);
  for (const { method, path } of operations)
    expect(contained.some((line) => line.endsWith(`: ${method} ${path}`))).toBe(true);
  for (const what of [
    'spec/additions/users.ts: GET /users/{userId}: response field firstName',
    'spec/additions/users.ts: POST /users/search: request field userIds',
    'spec/additions/sessions.ts: GET /users/{userId}/sessions: response field impersonatedBy',
  ]) {
    expect(contained.join('\n')).toContain(what);
  }
});

test('reports how the published specification differs from an addition, and keeps the published form', () => {
  const published = JSON.parse(newer);
  const get = published.paths['/api/server/v1/organizations/{organizationId}'].get;
  const answer = get.responses['200'].content['application/json'].schema;
  const organization = published.components.schemas[answer.$ref.split('/').at(-1)];
  organization.properties.slug = { type: 'integer' };
  organization.properties.color = { type: 'string' };
  const differences = describeSuperseded(published).filter((line) => line.includes('differs'));
  expect(differences.join('\n')).toMatch(/organizations\.get: .*slug/);
  expect(differences.join('\n')).toMatch(/organizations\.get: .*color/);
  const { document } = addToSpec(published, additions);
  expect(objectAt(document, 'components', 'schemas', answer.$ref.split('/').at(-1), 'properties')['slug']).toEqual({
    type: 'integer',
  });
});

test.each([
  ['another status of the success', 'create', (op: Draft) => rename(op['responses'], '201', '200'), /200/],
  ['a status less', 'create', (op: Draft) => delete op['responses']['429'], /429/],
  ['a status more', 'create', (op: Draft) => rename(op['responses'], '429', '423'), /423/],
  [
    'another type of the request',
    'create',
    (op: Draft) => rename(op['requestBody']['content'], 'application/json', 'application/merge-patch+json'),
    /merge-patch/,
  ],
  [
    'another type of the response',
    'create',
    (op: Draft) => rename(op['responses']['201']['content'], 'application/json', 'application/vnd.torii+json'),
    /vnd\.torii/,
  ],
  ['no response', 'create', (op: Draft) => delete op['responses']['201']['content'], /nothing/],
] as const)(
  'reports that a published operation has %s than the addition, and keeps it',
  (_name, method, edit, found) => {
    const published = JSON.parse(newer);
    const operation = published.paths['/api/server/v1/invitations'].post;
    edit(operation);
    const differences = describeSuperseded(published).filter((line) => line.includes('differs'));
    expect(differences.filter((line) => line.includes(`invitations.${method}: `)).join('\n')).toMatch(found);
    const { document } = addToSpec(published, additions);
    expect(objectAt(document, 'paths', '/api/server/v1/invitations', 'post')).toEqual(operation);
  },
);

function rename(holder: Draft, from: string, to: string): void {
  holder[to] = holder[from];
  delete holder[from];
}

test('fields that a newer specification dropped stay in the types, marked as deprecated with the reason', async () => {
  for (const text of [ten, newer]) {
    const made = await writeClient(folder, JSON.parse(text), { program: '' });
    const wire = made.get('packages/api/src/generated/wire.ts') ?? '';
    for (const field of ['phone', 'address', 'dateOfBirth', 'name']) {
      expect(wire).toMatch(new RegExp(`@deprecated [A-Z][^\\n]+\\.\\n +\\*/\\n +${field}\\?: string \\| null;`));
    }
    expect(wire).toContain("'pending_verification'");
    expect(wire).toContain('Deprecated: Newer versions of Torii do not use `pending_verification`.');
    expect(wire).toMatch(/Deprecated: [^\n]+null does not mean[^\n]+\n +\*\/\n +email\?: string \| null;/);
  }
});

test('an addition that refers to a place which the specification does not have stops the run and names the place', () => {
  const broken: Additions = {
    file: 'broken.ts',
    operations: [
      {
        method: 'GET',
        path: '/things',
        operation: { responses: { 200: json(sameAs(responseOf('GET', '/nowhere')), 'A thing.') } },
      },
    ],
  };
  expect(() => completeSpec(JSON.parse(ten), [broken])).toThrow('GET /nowhere');
});

test('a named schema does not replace a published one of the same name', () => {
  const taken: Additions = {
    file: 'taken.ts',
    operations: [
      {
        method: 'GET',
        path: '/things',
        operation: { responses: { 200: json(named('UserResponse', { type: 'object', properties: {} }), 'A thing.') } },
      },
    ],
  };
  const { document } = addToSpec(JSON.parse(ten), [taken]);
  expect(objectAt(document, 'components', 'schemas', 'UserResponse', 'properties')).toHaveProperty('environmentId');
  expect(listEndpoints(document)).toHaveLength(11);
});

const good = json({ type: 'object', properties: {} }, 'A thing.');
const at = [responseOf('GET', '/users/{userId}')];

test.each<[string, Omit<Additions, 'file'>, RegExp]>([
  [
    'fields of a misspelled path',
    { fields: [{ at: [responseOf('GET', '/user/{userId}')], fields: {} }] },
    /GET \/user\//,
  ],
  [
    'a status of a misspelled path',
    { statuses: [{ method: 'PUT', path: '/users', status: 400, response: good }] },
    /PUT \/users/,
  ],
  [
    'a removed field of a misspelled path',
    { removed: [{ at: [responseOf('GET', '/users/{userId}/sesions')], field: 'a', reason: 'A.' }] },
    /sesions/,
  ],
  ['the body of a GET', { fields: [{ at: [requestOf('GET', '/users/{userId}')], fields: {} }] }, /GET \/users/],
  ['a required field without a schema', { fields: [{ at, fields: { one: {} }, required: ['two'] }] }, /`two`/],
  [
    'a path with the prefix',
    { operations: [{ method: 'GET', path: '/api/server/v1/things', operation: { responses: { 200: good } } }] },
    /\/api\/server/,
  ],
  [
    'a path with a slash at its end',
    { operations: [{ method: 'GET', path: '/things/', operation: { responses: { 200: good } } }] },
    /\/things\//,
  ],
  [
    'an operation without responses',
    { operations: [{ method: 'GET', path: '/things', operation: {} }] },
    /`responses`/,
  ],
  [
    'an operation twice',
    {
      operations: [
        { method: 'GET', path: '/things/{id}', operation: { responses: { 200: good } } },
        { method: 'GET', path: '/things/{thingId}', operation: { responses: { 200: good } } },
      ],
    },
    /things\/\{thingId\}/,
  ],
  ['a reference', { fields: [{ at, fields: { one: { $ref: '#/components/schemas/UserResponse' } } }] }, /\$ref/],
  [
    'an operation id',
    { operations: [{ method: 'GET', path: '/things', operation: { operationId: 'a', responses: { 200: good } } }] },
    /operationId/,
  ],
])('an addition with a mistake stops the run and names the file: %s', (_name, broken, expected) => {
  const run = () => completeSpec(JSON.parse(ten), [{ file: 'broken.ts', ...broken }]);
  expect(run).toThrow('spec/additions/broken.ts');
  expect(run).toThrow(expected);
});

test('additions to an operation that the specification has no more are no mistake, and the operation is reported', () => {
  const published = JSON.parse(ten);
  delete published.paths['/api/server/v1/users/{userId}/ban'];
  const complete = completeSpec(published);
  expect(describeMissing(complete)).toEqual([expect.stringContaining('POST /users/{}/ban')]);
  expect(describeMissing(completeSpec(JSON.parse(ten)))).toEqual([]);
});
