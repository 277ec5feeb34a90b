import type { JsonObject } from '../../spec/corrections.ts';

/** Renames all schemas, operation ids and a path parameter, as the server's developers may at any time. */
export function withOtherNames(text: string): JsonObject {
  let count = 0;
  const document = JSON.parse(
    text
      .replaceAll(/#\/components\/schemas\/(\w+)/g, '#/components/schemas/New$1Dto')
      .replaceAll(/"operationId": ?"\w+"/g, () => `"operationId":"call_${++count}"`)
      .replaceAll('{userId}', '{id}')
      .replaceAll(/"name": ?"userId"/g, '"name":"id"'),
  );
  const schemas = Object.entries(document.components.schemas);
  document.components.schemas = Object.fromEntries(schemas.map(([name, schema]) => [`New${name}Dto`, schema]));
  return document;
}
