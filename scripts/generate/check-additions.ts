// Finds mistakes in spec/additions/ that would otherwise have no effect, or another one than intended.
import { type Additions, nameKey, placeKey } from '../../spec/additions/addition.ts';
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { shorten } from './endpoint-key.ts';
import * as exceptions from './exceptions.ts';
import { listEndpoints, objectAt } from './openapi.ts';

/** All operations that Torii has ever had. An addition may refer to one that a newer specification no longer contains. */
const known: ReadonlySet<string> = new Set([
  ...Object.keys(exceptions.names),
  ...Object.keys(exceptions.typeNames),
  ...Object.keys(exceptions.doneStatuses),
]);

/** One line for each operation that the client had and that neither the specification nor an addition has. */
export function describeMissing(document: JsonObject): readonly string[] {
  const present = new Set(listEndpoints(document).map(({ method, path }) => `${method} ${shorten(path)}`));
  return [...known]
    .filter((key) => !present.has(key))
    .map(
      (key) =>
        `server-v1.json does not have this operation any more, so the client has no method for it: ${key}. To keep the method, describe the operation in spec/additions/.`,
    );
}

/** @throws Error that names the file, the place and what to write instead */
export function checkAdditions(published: JsonObject, added: readonly Additions[]): void {
  const present = new Set(listEndpoints(published).map(({ method, path }) => `${method} ${shorten(path)}`));
  const own = new Map<string, string>();
  for (const { file, operations = [] } of added) {
    const fail = failIn(file);
    for (const { method, path, operation } of operations) {
      const place = `${method} ${path}`;
      if (!/^(\/[\w-]+(\/\{\w+\})?)+$/.test(path) || path.startsWith('/api/'))
        fail(`${place} is not a path below /api/server/v1, such as /users/{userId}`);
      const key = `${method} ${shorten(path)}`;
      if (own.has(key)) fail(`${place} is also in ${own.get(key)}. Remove one of them`);
      own.set(key, file);
      if (Object.keys(objectAt(operation, 'responses')).length === 0) fail(`${place} has no \`responses\``);
    }
  }
  for (const { file, operations = [], fields = [], statuses = [], removed = [] } of added) {
    const fail = failIn(file);
    const checkPlace = ({ method, path, direction }: { method: string; path: string; direction?: string }): void => {
      const key = `${method} ${shorten(path)}`;
      if (!present.has(key) && !own.has(key) && !known.has(key))
        fail(`it refers to ${method} ${path}, which the specification does not have. Correct the path`);
      if (direction === 'request' && /^(GET|DELETE)$/.test(method)) fail(`${method} ${path} has no request body`);
    };
    for (const { at } of [...fields, ...removed]) for (const place of at) checkPlace(place);
    for (const place of statuses) checkPlace(place);
    for (const { fields: named, required = [], at } of fields) {
      const missing = required.find((name) => !Object.hasOwn(named, name));
      if (missing !== undefined)
        fail(`\`required\` names \`${missing}\`, but \`fields\` does not (${at.map(({ path }) => path).join(', ')})`);
    }
    checkData(fail, [operations, fields, statuses, removed] as unknown as Json);
  }
}

function failIn(file: string): (problem: string) => never {
  return (problem) => {
    throw new Error(`spec/additions/${file}: ${problem}.`);
  };
}

function checkData(fail: (problem: string) => never, value: Json | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    // The names of published schemas and operations change with every version.
    if (key === '$ref') fail(`it contains $ref ${JSON.stringify(inner)}. Use \`sameAs(place)\` instead`);
    if (key === 'operationId') fail('it contains an operationId. Methods are named after their path');
    if (key.startsWith('x-torii') && key !== nameKey && key !== placeKey) fail(`it contains the unknown key ${key}`);
    checkData(fail, inner);
  }
}
