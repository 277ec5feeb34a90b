// A specification can say one thing in many ways, and generators of specifications choose differently with every version.
// This is the one way that the other files here read: OpenAPI 3.1, objects without `allOf`, null as a type.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { listAt, objectAt, resolve, typesOf } from './openapi.ts';

/** Keys of a schema that say nothing about its values. */
const annotations: ReadonlySet<string> = new Set([
  'default',
  'deprecated',
  'description',
  'example',
  'examples',
  'externalDocs',
  'readOnly',
  'title',
  'writeOnly',
]);

/** Keys whose values are data, not schemas. */
const data: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/** Returns the document in its plain form. References to parameters, bodies and responses are resolved. */
export function plainForm(document: JsonObject): JsonObject {
  const paths = Object.entries(objectAt(document, 'paths')).map(([path, item]) => {
    return [path, withoutReferences(document, resolve(document, objectAt(item)))];
  });
  const { openapi } = document;
  const isOld = typeof openapi === 'string' && openapi.startsWith('3.0');
  const whole = { ...document, ...(isOld ? { openapi: '3.1.0' } : {}), paths: Object.fromEntries(paths) };
  return plain(whole, whole, []) as JsonObject;
}

/** For a path with its operations. Schemas keep their references: these say which operations return the same thing. */
function withoutReferences(document: JsonObject, item: JsonObject): JsonObject {
  const resolved = (value: Json): JsonObject => resolve(document, objectAt(value));
  const entries = Object.entries(item).map(([key, value]): [string, Json] => {
    if (key === 'parameters' && Array.isArray(value)) return [key, value.map(resolved)];
    if (key === 'requestBody') return [key, resolved(value)];
    if (key === 'responses')
      return [
        key,
        Object.fromEntries(Object.entries(objectAt(value)).map(([status, each]) => [status, resolved(each)])),
      ];
    const isOperation = typeof value === 'object' && value !== null && 'responses' in value;
    return [key, isOperation ? withoutReferences(document, value) : value];
  });
  return Object.fromEntries(entries);
}

function plain(document: JsonObject, value: Json, through: readonly string[], isNames = false): Json {
  if (Array.isArray(value)) return value.map((item) => plain(document, item, through));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    // Keys of `properties` are names of fields: a field may be called `example`.
    if (data.has(key) && !isNames) return [key, inner];
    return [key, plain(document, inner, through, key === 'properties' && !isNames)];
  });
  const own = Object.fromEntries(entries) as JsonObject;
  return isNames ? own : withNull(document, withoutAllOf(document, own, through));
}

/** Merges `allOf` into the schema. Left as it is if a part refers to the schema itself, or is not an object. */
function withoutAllOf(document: JsonObject, schema: JsonObject, through: readonly string[]): JsonObject {
  const { allOf, ...own } = schema;
  if (!Array.isArray(allOf) || allOf.length === 0) return schema;
  const [first, ...others] = allOf.map((part) => objectAt(part));
  if (first !== undefined && others.length === 0 && '$ref' in first) {
    const { nullable, ...rest } = own;
    if (Object.keys(rest).every((key) => annotations.has(key)))
      return nullable === true ? { ...rest, anyOf: [first, { type: 'null' }] } : { ...rest, ...first };
  }
  const parts: JsonObject[] = [];
  for (const part of allOf.map((each) => objectAt(each))) {
    const name = typeof part['$ref'] === 'string' ? part['$ref'] : '';
    if (through.includes(name)) return schema;
    const whole = name === '' ? part : (plain(document, resolve(document, part), [...through, name]) as JsonObject);
    if ('allOf' in whole || 'anyOf' in whole || 'oneOf' in whole) return schema;
    parts.push(whole);
  }
  const all = [...parts, own];
  const types = [...new Set(all.flatMap((part) => typesOf(part).filter((type) => type !== 'null')))];
  const isObject = all.some((part) => 'properties' in part);
  if (types.length > 1 || (isObject && types.some((type) => type !== 'object'))) return schema;
  const merged = Object.assign({}, ...all) as JsonObject;
  if (!isObject) return merged;
  // A part that is closed would refuse the fields of the others.
  const { additionalProperties, ...rest } = merged;
  const open = all.map((part) => part['additionalProperties']).find((each) => each !== undefined && each !== false);
  return {
    ...rest,
    type: merged['type'] ?? 'object',
    properties: Object.assign({}, ...all.map((part) => objectAt(part, 'properties'))),
    required: [...new Set(all.flatMap((part) => listAt(part, 'required')))],
    ...(open === undefined ? {} : { additionalProperties: open }),
  };
}

/** Writes null as a type, for `nullable` of OpenAPI 3.0 and for a choice between a schema and null. */
function withNull(document: JsonObject, schema: JsonObject): JsonObject {
  const { nullable, ...given } = schema;
  const own = isObjectWithoutType(given) ? { type: 'object', ...given } : given;
  if (typeof nullable === 'boolean') {
    if (!nullable) return own;
    if ('$ref' in own) return withNull(document, { anyOf: [own, { type: 'null' }] });
    const choices = Array.isArray(own['anyOf']) ? 'anyOf' : 'oneOf';
    if (Array.isArray(own[choices]))
      return withNull(document, { ...own, [choices]: [...listAt(own, choices), { type: 'null' }] });
    return orNull(own);
  }
  for (const key of ['anyOf', 'oneOf']) {
    const { [key]: list, ...rest } = own;
    if (!Array.isArray(list)) continue;
    const choices = list.map((choice) => objectAt(choice));
    const others = choices.filter((choice) => !isNull(choice));
    const [only] = others;
    if (only === undefined || others.length > 1 || 'properties' in rest) continue;
    const isNullable = others.length < choices.length;
    if (!isNullable && '$ref' in only) return { ...rest, ...only };
    const target = resolve(document, only);
    // Types of objects keep their references, which name them.
    if ('$ref' in only && ('properties' in target || 'allOf' in target || 'anyOf' in target || 'oneOf' in target))
      continue;
    const merged = { ...withNull(document, target), ...rest };
    return isNullable ? orNull(merged) : merged;
  }
  return own;
}

function isObjectWithoutType(schema: JsonObject): boolean {
  return (
    typeof schema['properties'] === 'object' &&
    !['type', '$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => key in schema)
  );
}

function isNull(schema: JsonObject): boolean {
  const values = listAt(schema, 'enum');
  return schema['type'] === 'null' || schema['const'] === null || (values.length === 1 && values[0] === null);
}

/** A schema without a type allows null already. */
function orNull(schema: JsonObject): JsonObject {
  const types = typesOf(schema);
  const values = schema['enum'];
  const hasNull = Array.isArray(values) && !values.includes(null);
  return {
    ...schema,
    ...(types.length > 0 && !types.includes('null') ? { type: [...types, 'null'] } : {}),
    ...(hasNull ? { enum: [...values, null] } : {}),
  };
}
