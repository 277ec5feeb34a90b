// Generates all files that are derived from the specification.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import type { Additions } from '../../spec/additions/addition.ts';
import type { JsonObject } from '../../spec/corrections.ts';
import { checkFiles } from './check-files.ts';
import { completeSpec } from './complete-spec.ts';
import { objectAt, textAt } from './openapi.ts';
import { type Operation, readOperations } from './operations.ts';
import { TypeNames } from './type-names.ts';
import { writeApiList } from './write-api-list.ts';
import { writeContract } from './write-contract.ts';
import { writeEntities } from './write-entities.ts';
import { writeFlaws } from './write-flaws.ts';
import { exportedNames, fileOf, operationId, type Resource, writeResource, writeResources } from './write-resource.ts';

/** Folders that contain only generated files: every other file in them is deleted. */
export const generatedFolders = {
  api: 'packages/api/src/generated',
  webhooks: 'packages/core/src/webhooks/generated',
  emulator: 'packages/emulator/src/generated',
} as const;

/**
 * Returns the text of every generated file by its path in the repository.
 *
 * @param published the document as the server publishes it
 * @param additions what to add to it, by default spec/additions/
 * @throws Error if a path cannot be named, if two operations or types would have the same name, or if a text of the
 * document would become code
 */
export async function generateFiles(
  published: JsonObject,
  additions?: readonly Additions[],
): Promise<ReadonlyMap<string, string>> {
  const corrected = completeSpec(published, additions);
  const operations = readOperations(corrected);
  const resources = readResources(corrected, operations);
  const entities = writeEntities(
    corrected,
    resources.flatMap(({ types }) => types.items),
  );
  const { api, webhooks, emulator } = generatedFolders;
  const files = mapOfFiles([
    [`${api}/wire.ts`, await writeTypes(corrected, operations)],
    [`${api}/resources.ts`, writeResources(resources)],
    ...resources.map((resource) => [`${api}/${fileOf(resource.name)}.ts`, writeResource(resource)] as const),
    ['packages/api/api.md', writeApiList(resources)],
    [`${webhooks}/entities.ts`, entities],
    [`${emulator}/entities.ts`, entities],
    [`${emulator}/server-v1.ts`, writeContract(corrected)],
    [`${emulator}/flaws.ts`, writeFlaws()],
  ]);
  return checkFiles(files);
}

function mapOfFiles(files: readonly (readonly [path: string, text: string])[]): ReadonlyMap<string, string> {
  const map = new Map(files);
  if (map.size < files.length)
    throw new Error('Two resources would be written to the same file. Rename one in scripts/generate/exceptions.ts.');
  return map;
}

function readResources(document: JsonObject, operations: readonly Operation[]): readonly Resource[] {
  const groups = Map.groupBy(operations, ({ resource }) => resource);
  const resources = [...groups].map(([name, own]): Resource => {
    return { name, doc: describeResource(document, name, own), operations: own, types: new TypeNames(name, own) };
  });
  const names = resources.flatMap(exportedNames);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`Two types would have the name \`${twice}\`. Rename a method in scripts/generate/exceptions.ts.`);
  }
  return resources;
}

/**
 * Generates wire.ts with @hey-api/openapi-ts. The library names types after operation ids, so the ids are replaced by
 * our method names.
 */
async function writeTypes(document: JsonObject, operations: readonly Operation[]): Promise<string> {
  const paths = structuredClone(objectAt(document, 'paths'));
  for (const operation of operations) {
    const target = objectAt(paths, operation.path, operation.method.toLowerCase());
    Object.assign(target, { operationId: operationId(operation) });
  }
  const folder = mkdtempSync(join(tmpdir(), 'torii-generate-'));
  try {
    await createClient({
      input: harmless({ ...document, paths }),
      output: { path: folder, entryFile: false },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent', file: false },
    });
    return withReasons(readFileSync(join(folder, 'types.gen.ts'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// The library removes `*/` from descriptions, which turns `**//` into the end of a comment.
function harmless(document: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(document, (_key, value) => (typeof value === 'string' ? value.replaceAll('*/', '* /') : value)),
  );
}

/** Moves the reason of a deprecation from the description to `@deprecated`, where editors show it. */
function withReasons(text: string): string {
  return text.replaceAll(/\* Deprecated: (.*)\n( +)\*\n +\* @deprecated\n/g, '* @deprecated $1\n');
}

/** The description of the first tag of a resource's operations. */
function describeResource(document: JsonObject, resource: string, operations: readonly Operation[]): string {
  const tags = operations.map(({ path, method }) => objectAt(document, 'paths', path, method.toLowerCase())['tags']);
  const tag = tags.flat().find((name) => typeof name === 'string');
  const known = Array.isArray(document['tags']) ? document['tags'] : [];
  const own = known.find((entry) => tag !== undefined && objectAt(entry)['name'] === tag);
  return textAt(own, 'description') ?? `Operations on ${resource}.`;
}
