import type { JsonObject } from '../../spec/corrections.ts';
import { keyOf } from './endpoint-key.ts';
import { typeNames } from './exceptions.ts';
import { type Draft, fieldsOf, itemOf, jsonSchema, listEndpoints, objectAt } from './openapi.ts';

/**
 * Gives a name to what an operation returns if the specification describes it in place. Only for operations in
 * exceptions.ts: interfaces of the client, and the types of other packages, are made from schemas with names.
 */
export function withSchemaNames(document: JsonObject): JsonObject {
  const draft = structuredClone(document) as Draft;
  const whole = draft as JsonObject;
  for (const endpoint of listEndpoints(whole)) {
    const name = typeNames[keyOf(endpoint)];
    if (name === undefined) continue;
    for (const [status, response] of Object.entries(objectAt(endpoint.operation, 'responses'))) {
      const schema = /^2/.test(status) ? jsonSchema(whole, objectAt(response)) : undefined;
      if (schema === undefined) continue;
      const item = itemOf(whole, schema);
      if ('$ref' in item || fieldsOf(whole, item) === undefined) continue;
      const copy = { ...item };
      for (const key of Object.keys(item)) delete (item as Draft)[key];
      Object.assign(item, { $ref: `#/components/schemas/${addSchema(draft, name, copy)}` });
    }
  }
  return whole;
}

/** Returns the name under which the schema was added, or under which an equal one was added before. */
export function addSchema(draft: Draft, name: string, schema: JsonObject): string {
  draft['components'] ??= {};
  const components = draft['components'] as Draft;
  components['schemas'] ??= {};
  const schemas = components['schemas'] as Draft;
  const text = JSON.stringify(schema);
  for (let count = 1; ; count++) {
    const free = `${name}${count === 1 ? '' : count}`;
    if (free in schemas && JSON.stringify(schemas[free]) !== text) continue;
    schemas[free] = schema;
    return free;
  }
}
