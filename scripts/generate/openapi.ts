// Reads an OpenAPI 3.1 document, as far as a client needs it.
import type { Json, JsonObject } from '../../spec/corrections.ts';

export const httpMethods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** One HTTP method on one path. */
export interface Endpoint {
  readonly method: Uppercase<(typeof httpMethods)[number]>;
  /** With its parameters in braces: `/api/server/v1/users/{userId}`. */
  readonly path: string;
  readonly operation: JsonObject;
  /** Of the path and of the operation. */
  readonly parameters: readonly JsonObject[];
}

/** An object, or an empty one where there is none. */
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

/** What a `$ref` points at, any number of steps away; the object itself where it has none. */
export function resolve(document: JsonObject, object: JsonObject): JsonObject {
  let current = object;
  for (let steps = 0; steps < 100; steps++) {
    const reference = textAt(current, '$ref');
    if (reference === undefined) return current;
    if (!reference.startsWith('#/')) throw new Error(`${reference} leads out of the document.`);
    const keys = reference.slice(2).split('/');
    current = objectAt(document, ...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
    if (Object.keys(current).length === 0) throw new Error(`Nothing is at ${reference}.`);
  }
  throw new Error(`${textAt(object, '$ref')} goes round in circles.`);
}

/** Every operation, by path and then by method, so that the order in the document does not matter. */
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

/** The schema of a JSON body of a request or an answer. */
export function jsonSchema(document: JsonObject, holder: JsonObject): JsonObject | undefined {
  const content = objectAt(resolve(document, holder), 'content');
  const type = Object.keys(content).find((name) => /^(application\/json|application\/.+\+json|\*\/\*)/.test(name));
  return type === undefined ? undefined : objectAt(content, type, 'schema');
}

/** The schema of the first good answer, or undefined where it has no body. */
export function answerSchema(document: JsonObject, { operation }: Endpoint): JsonObject | undefined {
  const responses = objectAt(operation, 'responses');
  const statuses = Object.keys(responses).filter((status) => /^2(\d\d|XX)$/.test(status));
  const schemas = statuses.sort().map((status) => jsonSchema(document, objectAt(responses, status)));
  return schemas.find((schema) => schema !== undefined);
}

/** The fields of an object, those of its `allOf` among them; undefined for what is no object of named fields. */
export function fieldsOf(
  document: JsonObject,
  schema: JsonObject,
): { readonly properties: JsonObject; readonly required: readonly string[]; readonly isOpen: boolean } | undefined {
  const own = resolve(document, schema);
  const parts = listAt(own, 'allOf').map((part) => fieldsOf(document, objectAt(part)));
  const known = parts.filter((part) => part !== undefined);
  if (!('properties' in own) && known.length === 0) return undefined;
  const properties = Object.assign({}, ...known.map((part) => part.properties), objectAt(own, 'properties'));
  const required = [...known.flatMap((part) => part.required), ...listAt(own, 'required').map(String)];
  const open = own['additionalProperties'];
  return { properties, required, isOpen: open === true || isObject(open) || known.some((part) => part.isOpen) };
}

export function isPage(document: JsonObject, schema: JsonObject): boolean {
  const properties = fieldsOf(document, schema)?.properties ?? {};
  return 'items' in properties && 'nextCursor' in properties;
}

export function isList(document: JsonObject, schema: JsonObject): boolean {
  return typesOf(resolve(document, schema)).includes('array');
}

/** OpenAPI 3.1 writes one type or a list of them. */
export function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  return Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
