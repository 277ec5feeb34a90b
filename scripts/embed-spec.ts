// Writes what @torii/emulator holds its requests and answers against into the package itself, since an installed package
// has no spec/ beside it: the specification with its corrections, without the prose. Run it after either has changed:
//   node scripts/run.mjs node scripts/embed-spec.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { correctSpec, type Json, type JsonObject } from '../spec/corrections.ts';
import { repository } from './workspace.ts';

/** What a validator has no use for. `servers` and `security` are settled by the emulator itself. */
const prose = [
  'description',
  'example',
  'info',
  'operationId',
  'security',
  'securitySchemes',
  'servers',
  'summary',
  'tags',
];
const methods = ['get', 'put', 'post', 'patch', 'delete'];
const apiPath = '/api/server/v1';

export const embeddedFile: string = join(repository, 'packages/emulator/src/generated/server-v1.ts');

if (import.meta.main) writeFileSync(embeddedFile, writeModule(readSpec()));

export function readSpec(): JsonObject {
  return JSON.parse(readFileSync(join(repository, 'spec/server-v1.json'), 'utf8'));
}

/** The TypeScript of the module. */
export function writeModule(spec: JsonObject): string {
  const document = withoutProse(correctSpec(spec));
  return `// Written by scripts/embed-spec.ts from spec/server-v1.json and spec/corrections.ts. Do not edit.
import type { SpecDocument } from '../api/contract/spec-document.ts';

/** An operation of the REST API: its method, and its path below ${apiPath}. */
export type OperationKey =
${listKeys(document)
  .map((key) => `  | '${key}'`)
  .join('\n')};

export const serverV1: SpecDocument = ${JSON.stringify(document, null, 2)};
`;
}

function listKeys(document: Json): readonly string[] {
  return Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
    methods
      .filter((method) => method in objectAt(item))
      .map((method) => `${method.toUpperCase()} ${path.replace(apiPath, '')}`),
  );
}

function withoutProse(value: Json): Json {
  if (isList(value)) return value.map(withoutProse);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !prose.includes(key))
      // Below `properties` stand names of fields, whatever they are called.
      .map(([key, inner]) => [key, key === 'properties' ? withoutProseOfFields(inner) : withoutProse(inner)]),
  );
}

function withoutProseOfFields(fields: Json): Json {
  return Object.fromEntries(Object.entries(objectAt(fields)).map(([name, schema]) => [name, withoutProse(schema)]));
}

function objectAt(value: Json, key?: string): JsonObject {
  const found = key === undefined || !isObject(value) ? value : value[key];
  if (isObject(found)) return found;
  throw new Error(`The specification has no object ${key === undefined ? 'where one belongs' : `at ${key}`}.`);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
