import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../spec/corrections.ts';
import { checkFiles } from '../generate/check-files.ts';
import { generateFiles } from '../generate/generate.ts';
import { twentySixOperations } from './fixtures.ts';

type Draft = ReturnType<typeof JSON.parse>;

const text = readFileSync(twentySixOperations, 'utf8');
const user = '/api/server/v1/users/{userId}';
const code = 'globalThis.attacked=1';

function edited(edit: (document: Draft) => void): JsonObject {
  const document = JSON.parse(text);
  edit(document);
  return document;
}

/** The specification with one more operation, at this path. */
function withPath(path: string, method = 'get'): JsonObject {
  return edited(({ paths }) => {
    Object.assign(paths, { [path]: { [method]: structuredClone(paths[user]['get']) } });
  });
}

/** The specification with this schema for every email field. */
function withEmail(schema: JsonObject): JsonObject {
  return edited(({ components }) => {
    for (const { properties } of Object.values<{ properties?: object }>(components['schemas'])) {
      if (properties !== undefined && 'email' in properties) Object.assign(properties, { email: schema });
    }
  });
}

describe('a specification is refused', () => {
  test.each([
    ['with a quote in the name of a path parameter', withPath(`/api/server/v1/teams/{x', evil: ${code}, y: '}`)],
    ['with a default value as the name of a path parameter', withPath(`/api/server/v1/teams/{x=(${code})}`)],
    ['with a quote in the prefix of a path', withPath(`/api/s'+(${code})+'/v1/teams/{teamId}`)],
    ['with a line break in a path', withPath('/api/s\n/v1/teams/{teamId}')],
    ['with a type that is code', withEmail({ type: `string };${code};interface X {a:string` })],
    [
      'with a list of types, one of which is code',
      withEmail({ type: [`string };${code};interface X {a:string`, 'null'] }),
    ],
    ['with two paths that differ only in the names of their parameters', withPath('/api/server/v1/users/{id}', 'put')],
    ['with one parameter twice in a path', withPath('/api/server/v1/teams/{id}/teams/{id}')],
    ['with a parameter named like one of every method', withPath('/api/server/v1/teams/{options}')],
    ['with a resource named `then`', withPath('/api/server/v1/then/{id}')],
    ['with a resource named `constructor`', withPath('/api/server/v1/constructor/{id}')],
    ['with a resource named `__proto__`', withPath('/api/server/v1/__proto__/{id}')],
    ['with a method named `toString`', withPath(`${user}/to-string`, 'post')],
    ['with a method named `valueOf`', withPath(`${user}/value-of`, 'post')],
    ['with a schema that contains itself', withEmail({ allOf: [{ $ref: '#/components/schemas/Self' }] }), 'Self'],
    ['with a reference to a file', withEmail({ $ref: '/etc/hostname' })],
    ['with a reference to a server', withEmail({ $ref: 'http://127.0.0.1:9/schema.json' })],
    ['with a reference to the prototype', withEmail({ $ref: '#/__proto__' })],
    [
      'with a field named `__proto__`',
      JSON.parse(text.replaceAll('"email":', '"__proto__":{"type":"string"},"email":')),
    ],
  ] as const)('%s', async (_name, document, self?: string) => {
    const schemas = document['components']['schemas'] as object;
    if (self !== undefined) Object.assign(schemas, { [self]: { allOf: [{ $ref: `#/components/schemas/${self}` }] } });
    await expect(generateFiles(document)).rejects.toThrow(Error);
  });
});

test.each([
  `*/${code};/*`,
  `**//${code};/*`,
  `***///${code};/*`,
  `Deprecated: */${code};/*`,
  `\\u2028*/${code}//`,
  `\`\${${code}}\``,
])('a description stays a comment: %s', async (description) => {
  const document = JSON.parse(text.replaceAll(/"(description|summary|title)":\s*"/g, `"$1":"${description}`));
  expect(codeOf(await generateFiles(document))).toBe('');
});

test.each([`a';${code};'`, `b\n*/${code};/*`, `c\\';${code};'`, `\`\${${code}}\``])(
  'a value of an enum stays a text: %s',
  async (value) => {
    expect(codeOf(await generateFiles(withEmail({ type: 'string', enum: [value] })))).toBe('');
    expect(codeOf(await generateFiles(withEmail({ const: value })))).toBe('');
  },
);

test('names of fields stay texts', async () => {
  const names = [`a': ${code}, '`, `b"];${code}`, `c*/${code};/*`, '', 'then', 'constructor', 'toString'];
  const document = edited(({ components }) => {
    for (const { properties } of Object.values<{ properties?: object }>(components['schemas'])) {
      if (properties !== undefined)
        Object.assign(properties, Object.fromEntries(names.map((name) => [name, { type: 'string' }])));
    }
  });
  expect(codeOf(await generateFiles(document))).toBe('');
});

test('a schema that refers to itself many times is written once', { timeout: 60_000 }, async () => {
  const self = { $ref: '#/components/schemas/Tree' };
  const names = Array.from({ length: 8 }, (_, index) => `branch${index}`);
  const document = edited(({ components, paths }) => {
    const properties = { id: { type: 'string' }, ...Object.fromEntries(names.map((name) => [name, self])) };
    Object.assign(components['schemas'], { Tree: { type: 'object', required: ['id'], properties } });
    const answer = { description: 'A tree.', content: { 'application/json': { schema: self } } };
    Object.assign(paths, { '/api/server/v1/trees/{treeId}': { get: { responses: { 200: answer } } } });
  });
  const files = await generateFiles(document);
  expect(files.get('packages/core/src/webhooks/generated/entities.ts')?.match(/branch7/g)).toHaveLength(1);
});

test.each([
  ['packages/api/src/generated/wire.ts', 'export type A = string; void 0;'],
  ['packages/core/src/webhooks/generated/entities.ts', 'export const a: number = 1;'],
  ['packages/api/src/generated/users.ts', 'export class {'],
])('a generated file that would run code, or does not parse, is not written: %s', (path, content) => {
  expect(() => checkFiles(new Map([[path, content]]))).toThrow(path);
});

/** The generated files without comments, texts and types, as far as they contain the code that was tried. */
function codeOf(files: ReadonlyMap<string, string>): string {
  return [...files.entries()]
    .filter(([path]) => path.endsWith('.ts'))
    .map(([, content]) => content.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, ''))
    .filter((content) => content.includes('attacked'))
    .join('\n');
}
