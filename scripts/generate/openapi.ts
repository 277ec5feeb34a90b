// Reads the parts of an OpenAPI 3.1 document that a client needs.
import type { Json, JsonObject } from '../../spec/corrections.ts';

/** A copy of a document, or of a part of it, that is changed in place. */
export type Draft = { [key: string]: Draft | Json };

export const httpMethods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** One HTTP method on one path. */
export interface Endpoint {
  readonly method: Uppercase<(typeof httpMethods)[number]>;
  /** With path parameters in braces: `/api/server/v1/users/{userId}`. */
  readonly path: string;
  readonly operation: JsonObject;
  /** The parameters of the path and of the operation. */
  readonly parameters: readonly JsonObject[];
}

/** Returns the nested object at these keys, or an empty object if there is none. */
export function objectAt(value: Json | undefined, ...keys: readonly string[]): JsonObject {
  let current = value;
  for (const key of keys) current = isObject(current) ? current[key] : undefined;
  return isObject(current) ? current : {};
}

export function listAt(value: Json | undefined, key: string): readonly Json[] {
  const list = objectAt(value)[key];
  return Array.isArray(list) ? list : [];
}

export function textAt(value: Json | undefined, key: string): string | undefined {
  const text = objectAt(value)[key];
  return typeof text === 'string' ? text : undefined;
}

/** Follows `$ref`, also through several references. Returns the object itself if it has none. */
export function resolve(document: JsonObject, object: JsonObject): JsonObject {
  let current = object;
  for (let steps = 0; steps < 100; steps++) {
    const reference = textAt(current, '$ref');
    if (reference === undefined) return current;
    if (!reference.startsWith('#/'))
      throw new Error(`$ref ${reference} is not in the document. Only references that start with #/ are supported.`);
    const keys = reference.slice(2).split('/');
    current = objectAt(document, ...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
    if (Object.keys(current).length === 0) throw new Error(`$ref ${reference} points to nothing.`);
  }
  throw new Error(`$ref ${textAt(object, '$ref')} refers to itself.`);
}

/** All operations, sorted by path and method, so that the order in the document does not matter. */
export function listEndpoints(document: JsonObject): readonly Endpoint[] {
  const paths = objectAt(document, 'paths');
  return Object.keys(paths)
    .sort()
    .flatMap((path) => {
      const item = resolve(document, objectAt(paths, path));
      return httpMethods.flatMap((method): Endpoint[] => {
        if (!(method in item)) return [];
        const operation = objectAt(item, method);
        const parameters = [...listAt(item, 'parameters'), ...listAt(operation, 'parameters')].map((parameter) =>
          resolve(document, objectAt(parameter)),
        );
        return [{ method: method.toUpperCase() as Endpoint['method'], path, operation, parameters }];
      });
    });
}

/** The schema of the JSON body of a request or response. */
export function jsonSchema(document: JsonObject, holder: JsonObject): JsonObject | undefined {
  const content = objectAt(resolve(document, holder), 'content');
  const type = Object.keys(content).find((name) => /^(application\/json|application\/.+\+json|\*\/\*)/.test(name));
  return type === undefined ? undefined : objectAt(content, type, 'schema');
}

/** The schema of the first 2xx response with a body, or `undefined` if there is none. */
export function answerSchema(document: JsonObject, { operation }: Endpoint): JsonObject | undefined {
  const responses = objectAt(operation, 'responses');
  const statuses = Object.keys(responses).filter((status) => /^2(\d\d|XX)$/.test(status));
  const schemas = statuses.sort().map((status) => jsonSchema(document, objectAt(responses, status)));
  return schemas.find((schema) => schema !== undefined);
}

/** The fields of an object schema, including those from `allOf`. `undefined` if the schema has no named fields. */
export function fieldsOf(
  document: JsonObject,
  schema: JsonObject,
  depth = 0,
): { readonly properties: JsonObject; readonly required: readonly string[]; readonly isOpen: boolean } | undefined {
  const own = resolve(document, schema);
  if (depth > 50) throw new Error('A schema contains itself through `allOf`.');
  const parts = listAt(own, 'allOf').map((part) => fieldsOf(document, objectAt(part), depth + 1));
  const known = parts.filter((part) => part !== undefined);
  if (!('properties' in own) && known.length === 0) return undefined;
  const properties = Object.assign({}, ...known.map((part) => part.properties), objectAt(own, 'properties'));
  const required = [...known.flatMap((part) => part.required), ...listAt(own, 'required').map(String)];
  const open = own['additionalProperties'];
  return { properties, required, isOpen: open === true || isObject(open) || known.some((part) => part.isOpen) };
}

/** The names of all fields that an object of this schema can have, including those of the choices of `anyOf` and `oneOf`. */
export function fieldNamesOf(document: JsonObject, schema: JsonObject, depth = 0): readonly string[] {
  const own = resolve(document, schema);
  const choices = depth < 8 ? [...listAt(own, 'anyOf'), ...listAt(own, 'oneOf')] : [];
  const names = choices.flatMap((choice) => fieldNamesOf(document, objectAt(choice), depth + 1));
  return [...new Set([...Object.keys(fieldsOf(document, own)?.properties ?? {}), ...names])];
}

/** A text that is equal for schemas with the same content, whatever their names, descriptions and examples. */
export function contentOf(document: JsonObject, schema: JsonObject): string {
  return JSON.stringify(contentOfValue(document, schema, []));
}

/** @param around The references that lead to the value. A recursive schema is written once. */
function contentOfValue(document: JsonObject, value: Json, around: readonly string[], isNames = false): Json {
  if (Array.isArray(value)) return value.map((item) => contentOfValue(document, item, around));
  if (!isObject(value)) return value;
  const reference = isNames ? undefined : textAt(value, '$ref');
  if (reference !== undefined && around.includes(reference)) return 'recursion';
  const open = reference === undefined ? around : [...around, reference];
  const own = isNames ? value : resolve(document, value);
  const entries = Object.keys(own)
    .filter((key) => isNames || !/^(description|title|examples?|x-.*)$/.test(key))
    .sort()
    .map((key): [string, Json] => {
      const inner = own[key] ?? null;
      if (key === 'required' && Array.isArray(inner)) return [key, inner.map(String).sort()];
      return [key, contentOfValue(document, inner, open, key === 'properties' && !isNames)];
    });
  return Object.fromEntries(entries);
}

export function isPage(document: JsonObject, schema: JsonObject): boolean {
  const properties = fieldsOf(document, schema)?.properties ?? {};
  return 'items' in properties && 'nextCursor' in properties;
}

/** The schema of an item of a page or a list. Of any other schema, the schema itself. */
export function itemOf(document: JsonObject, schema: JsonObject): JsonObject {
  const list = isPage(document, schema) ? objectAt(fieldsOf(document, schema)?.properties, 'items') : schema;
  return isList(document, list) ? objectAt(resolve(document, list), 'items') : schema;
}

export function isList(document: JsonObject, schema: JsonObject): boolean {
  return typesOf(resolve(document, schema)).includes('array');
}

/** In OpenAPI 3.1, `type` is a string or a list of strings. */
export function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  return Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
