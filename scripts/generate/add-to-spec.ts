// Adds what spec/additions/ has and the published specification lacks.
import {
  type AddedFields,
  type AddedOperation,
  type Additions,
  nameKey,
  type Place,
  placeKey,
  type Removed,
} from '../../spec/additions/addition.ts';
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { checkAdditions } from './check-additions.ts';
import { withoutNames } from './endpoint-key.ts';
import { problemSchema } from './media-types.ts';
import {
  answerSchema,
  type Draft,
  type Endpoint,
  itemOf,
  jsonSchema,
  listAt,
  listEndpoints,
  objectAt,
  resolve,
  typesOf,
} from './openapi.ts';
import { plainForm } from './plain-form.ts';
import { addSchema } from './schema-names.ts';

const apiPath = '/api/server/v1';

/** What a report calls an addition: its file, and its place in words. */
export interface AdditionName {
  readonly file: string;
  readonly what: string;
}

/**
 * Adds what the document lacks. What it has already stays as it is: the published file wins.
 *
 * @returns the document, and the additions that it had already
 * @throws Error if an addition has a mistake
 */
export function addToSpec(
  published: JsonObject,
  added: readonly Additions[],
): { readonly document: JsonObject; readonly superseded: readonly AdditionName[] } {
  checkAdditions(published, added);
  const document = plainForm(published) as Draft;
  const superseded: AdditionName[] = [];
  for (const { file, tag, operations = [] } of added) {
    for (const each of operations) {
      if (findEndpoint(document, each) === undefined) addOperation(document, each, tag);
      else superseded.push({ file, what: `${each.method} ${each.path}` });
    }
  }
  resolvePlaces(document);
  for (const { file, fields = [], statuses = [] } of added) {
    for (const group of fields) {
      for (const what of addFields(document, group)) superseded.push({ file, what });
    }
    for (const { method, path, status, response } of statuses) {
      const responses = objectAt(findEndpoint(document, { method, path })?.operation, 'responses') as Draft;
      if (String(status) in responses) superseded.push({ file, what: `${method} ${path}: status ${status}` });
      else responses[status] = withPlaces(document, structuredClone(response) as Draft) as Draft;
    }
  }
  for (const { removed = [] } of added) for (const each of removed) keepRemoved(document, each);
  return { document, superseded };
}

function findEndpoint(
  document: JsonObject,
  { method, path }: Pick<AddedOperation, 'method' | 'path'>,
): Endpoint | undefined {
  const wanted = `${method} ${withoutNames(apiPath + path)}`;
  return listEndpoints(document).find((endpoint) => `${endpoint.method} ${withoutNames(endpoint.path)}` === wanted);
}

function addOperation(document: Draft, { method, path, operation }: AddedOperation, tag: Additions['tag']): void {
  const paths = ownObject(document, 'paths');
  const known = Object.keys(paths).find((each) => withoutNames(each) === withoutNames(apiPath + path));
  const fullPath = known ?? apiPath + path;
  const names = Array.from(fullPath.matchAll(/\{([^/}]+)\}/g), ([, name = '']) => name);
  const pathParameters = names.map((name) => ({
    name,
    in: 'path',
    description: describeParameter(name),
    required: true,
    schema: { type: 'string', format: 'uuid' },
  }));
  const whole: Draft = { ...(structuredClone(operation) as Draft) };
  const parameters = [...pathParameters, ...listAt(operation, 'parameters')];
  if (parameters.length > 0) whole['parameters'] = parameters;
  if (tag !== undefined) {
    whole['tags'] = [tag.name];
    const tags = listAt(document as JsonObject, 'tags');
    if (!tags.some((each) => objectAt(each)['name'] === tag.name)) document['tags'] = [...tags, { ...tag }];
  }
  ownObject(paths, fullPath)[method.toLowerCase()] = whole;
}

/** `memberUserId` gives "Identifier of the member user." */
function describeParameter(name: string): string {
  const words = name.replace(/Id$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `Identifier of the ${words}.`;
}

/** Replaces named schemas by references to components, and references to places by the schemas of these places. */
function resolvePlaces(document: Draft): void {
  hoistNamed(document, document['paths'] as Draft);
  document['paths'] = withPlaces(document, document['paths'] as Draft) as Draft;
}

function hoistNamed(document: Draft, value: Draft | Json): void {
  for (const [key, inner] of Object.entries(Object(value) as Draft)) {
    if (typeof inner !== 'object' || inner === null) continue;
    hoistNamed(document, inner);
    const name = objectAt(inner as Json)[nameKey];
    if (typeof name !== 'string') continue;
    const { [nameKey]: _, ...schema } = inner as Draft;
    (value as Draft)[key] = { $ref: `#/components/schemas/${addSchema(document, name, schema as JsonObject)}` };
  }
}

function withPlaces(document: Draft, value: Draft | Json): Draft | Json {
  if (Array.isArray(value)) return value.map((item) => withPlaces(document, item)) as Json;
  if (typeof value !== 'object' || value === null) return value;
  const place = (value as Draft)[placeKey];
  if (place === 'problem') return problemSchema(document as JsonObject);
  if (place !== undefined) return structuredClone(schemaAt(document as JsonObject, place as unknown as Place));
  return Object.fromEntries(Object.entries(value as Draft).map(([key, inner]) => [key, withPlaces(document, inner)]));
}

/**
 * The schema of a place, as it is written there: a reference, or the schema itself.
 *
 * @throws Error if the document has no such place
 */
function schemaAt(document: JsonObject, place: Place): JsonObject {
  const schema = findSchema(document, place);
  if (schema !== undefined) return schema;
  throw new Error(
    `spec/additions/ refers to the ${place.direction} of ${place.method} ${place.path}, which the specification does not have.`,
  );
}

function findSchema(document: JsonObject, { method, path, direction }: Place): JsonObject | undefined {
  const endpoint = findEndpoint(document, { method, path });
  if (endpoint === undefined) return undefined;
  if (direction === 'request') return jsonSchema(document, objectAt(endpoint.operation, 'requestBody'));
  const schema = answerSchema(document, endpoint);
  return schema && itemOf(document, schema);
}

/** Returns the names of the fields that the places had already. */
function addFields(document: Draft, { at, fields, required = [] }: AddedFields): readonly string[] {
  const known = new Set<string>();
  const changed = new Set<Draft>();
  for (const place of at) {
    const schema = draftAt(document, place);
    if (schema === undefined) continue;
    const properties = ownObject(schema, 'properties');
    for (const [name, field] of Object.entries(fields)) {
      // Places share schemas: a field that was added a moment ago is not published.
      if (name in properties && !changed.has(schema))
        known.add(`${place.method} ${place.path}: ${place.direction} field ${name}`);
      else if (!(name in properties)) {
        properties[name] = structuredClone(field) as Draft;
        if (required.includes(name)) schema['required'] = [...listAt(schema as JsonObject, 'required'), name];
      }
    }
    changed.add(schema);
  }
  return [...known];
}

function draftAt(document: Draft, place: Place): Draft | undefined {
  const schema = findSchema(document as JsonObject, place);
  return schema && (resolve(document as JsonObject, schema) as Draft);
}

function keepRemoved(document: Draft, { at, field, schema, values = [], reason }: Removed): void {
  for (const place of at) {
    const owner = draftAt(document, place);
    if (owner === undefined) continue;
    const properties = ownObject(owner, 'properties');
    const known = properties[field] ?? (schema && structuredClone(schema));
    if (known === undefined) continue;
    const own = ownCopy(document, known as Draft);
    properties[field] = own;
    // A field of a schema that several places share is marked once.
    if (String(own['description'] ?? '').includes(reason)) continue;
    if (schema !== undefined) own['deprecated'] = true;
    own['description'] = `${own['description'] ?? ''}\n\nDeprecated: ${reason}`.trim();
    if (values.length > 0 && 'items' in own) own['items'] = ownCopy(document, own['items'] as Draft);
    for (const value of values) keepValue(own, value);
  }
}

/** A schema that can be changed without changing other places that refer to the same one. */
function ownCopy(document: Draft, schema: Draft): Draft {
  if (!('$ref' in schema)) return schema;
  const { $ref: _, ...rest } = schema;
  return { ...(structuredClone(resolve(document as JsonObject, schema as JsonObject)) as Draft), ...rest };
}

function keepValue(schema: Draft, value: Json): void {
  const holder = (typesOf(schema as JsonObject).includes('array') ? schema['items'] : schema) as Draft;
  const types = typesOf(holder as JsonObject);
  if (value === null && types.length > 0 && !types.includes('null')) holder['type'] = [...types, 'null'];
  const list = holder['enum'];
  if (Array.isArray(list) && !list.includes(value as never)) holder['enum'] = [...list, value] as Json;
}

function ownObject(holder: Draft, key: string): Draft {
  holder[key] ??= {};
  return holder[key] as Draft;
}

/** The document without the operations, fields and statuses that the additions have too. */
export function withoutAdditions(published: JsonObject, added: readonly Additions[]): JsonObject {
  const document = plainForm(published) as Draft;
  for (const { fields = [], statuses = [], operations = [] } of added) {
    for (const { at, fields: own } of fields) {
      for (const place of at) removeFields(document, place, Object.keys(own));
    }
    for (const { method, path, status } of statuses) {
      const responses = objectAt(findEndpoint(document as JsonObject, { method, path })?.operation, 'responses');
      delete (responses as Draft)[status];
    }
    for (const each of operations) {
      const endpoint = findEndpoint(document as JsonObject, each);
      if (endpoint !== undefined)
        delete ownObject(ownObject(document, 'paths'), endpoint.path)[each.method.toLowerCase()];
    }
  }
  return document as JsonObject;
}

function removeFields(document: Draft, place: Place, names: readonly string[]): void {
  const schema = draftAt(document, place);
  if (schema === undefined) return;
  for (const name of names) delete ownObject(schema, 'properties')[name];
  const required = listAt(schema as JsonObject, 'required').filter((name) => !names.includes(String(name)));
  if ('required' in schema) schema['required'] = required as Json;
}
