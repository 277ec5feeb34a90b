// spec/ in, the files of packages/api/src/generated/ out.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { objectAt, textAt } from './openapi.ts';
import { type Operation, readOperations } from './operations.ts';
import { fileOf, operationId, writeResource, writeResources } from './write-resource.ts';

/**
 * The text of every generated file, by name.
 *
 * @throws Error for a document that leaves something open: a path without a name, a name twice
 */
export async function generateFiles(document: JsonObject): Promise<ReadonlyMap<string, string>> {
  const corrected = correctSpec(document);
  const operations = readOperations(corrected);
  const files = new Map([['wire.ts', await writeTypes(corrected, operations)]]);
  const byResource = Map.groupBy(operations, ({ resource }) => resource);
  const docs = new Map<string, string>();
  for (const [resource, own] of byResource) {
    docs.set(resource, describeResource(corrected, resource, own));
    files.set(`${fileOf(resource)}.ts`, writeResource(resource, own, docs.get(resource) ?? ''));
  }
  if (files.size !== byResource.size + 1) throw new Error('Two resources would be written into one file.');
  return files.set('resources.ts', writeResources(docs));
}

/** The types of the wire, by the generator. It names an operation's types after its id, so ids become our names. */
async function writeTypes(document: JsonObject, operations: readonly Operation[]): Promise<string> {
  const paths = structuredClone(objectAt(document, 'paths'));
  for (const operation of operations) {
    const target = objectAt(paths, operation.path, operation.method.toLowerCase());
    Object.assign(target, { operationId: operationId(operation) });
  }
  const folder = mkdtempSync(join(tmpdir(), 'torii-generate-'));
  try {
    await createClient({
      input: { ...document, paths },
      output: { path: folder, entryFile: false },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent', file: false },
    });
    return readFileSync(join(folder, 'types.gen.ts'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the document says of the tag that a resource's operations have in common. */
function describeResource(document: JsonObject, resource: string, operations: readonly Operation[]): string {
  const tags = operations.map(({ path, method }) => objectAt(document, 'paths', path, method.toLowerCase())['tags']);
  const tag = tags.flat().find((name) => typeof name === 'string');
  const known = Array.isArray(document['tags']) ? document['tags'] : [];
  const own = known.find((entry) => tag !== undefined && objectAt(entry)['name'] === tag);
  return textAt(own, 'description') ?? `Operations on ${resource}.`;
}
