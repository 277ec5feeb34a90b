// What Torii's bodies are, whatever the published specification says.
import { placeKey } from '../../spec/additions/addition.ts';
import type { JsonObject } from '../../spec/corrections.ts';
import { type Draft, listEndpoints, objectAt, resolve } from './openapi.ts';

/**
 * Torii answers with JSON, and with a problem if it refuses. A file may say that a body has any type, describe no body
 * for a refusal, or describe that of the success.
 */
export function withMediaTypes(document: JsonObject): JsonObject {
  const draft = structuredClone(document) as Draft;
  const schema = problemSchema(document);
  for (const { operation } of listEndpoints(draft as JsonObject)) {
    const responses = objectAt(operation, 'responses') as Draft;
    for (const holder of [objectAt(operation, 'requestBody'), ...Object.values(responses)]) {
      const content = objectAt(resolve(draft as JsonObject, holder as JsonObject), 'content') as Draft;
      const { '*/*': any } = content;
      if (any === undefined) continue;
      delete content['*/*'];
      content['application/json'] ??= any;
    }
    for (const status of Object.keys(responses).filter((each) => /^[45]/.test(each))) {
      const { description = '', content } = resolve(draft as JsonObject, responses[status] as JsonObject);
      if ('application/problem+json' in objectAt(content)) continue;
      responses[status] = { description, content: { 'application/problem+json': { schema } } };
    }
  }
  return draft as JsonObject;
}

/** The schema of a problem, as the document describes it. */
export function problemSchema(document: JsonObject): JsonObject {
  for (const { operation } of listEndpoints(document)) {
    for (const response of Object.values(objectAt(operation, 'responses'))) {
      const schema = objectAt(response, 'content', 'application/problem+json', 'schema');
      if (Object.keys(schema).length > 0 && !(placeKey in schema)) return schema;
    }
  }
  return { type: 'object' };
}
