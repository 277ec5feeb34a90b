// Corrects errors in server-v1.json before code is generated from it. The file itself stays as the server publishes it.
// A correction finds its place by shape, never by the name of a schema or an operation, because the server's developers
// change these names.
import { defaultApiUrl } from '../packages/api/src/api-url.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

interface Correction {
  readonly reason: string;
  /** Called for every object of the document, innermost first. Returns the object that replaces it. */
  readonly apply: (object: JsonObject, path: string) => JsonObject;
}

export const corrections: readonly Correction[] = [
  {
    reason: '`servers` names the localhost server that wrote the file, and would become the default URL.',
    apply: (object, path) => (path === '' ? { ...object, servers: [{ url: defaultApiUrl }] } : object),
  },
  {
    reason: 'Every operation requires the secret key, but the file does not say so.',
    apply(object, path) {
      if (path === '' && object['security'] === undefined) return { ...object, security: [{ secretKey: [] }] };
      if (path !== '/components' || object['securitySchemes'] !== undefined) return object;
      return { ...object, securitySchemes: { secretKey: { type: 'http', scheme: 'bearer' } } };
    },
  },
  {
    reason: 'A nullable field whose enum lacks null can never be null: clearing a locale would not compile.',
    apply(object) {
      const { type, enum: values } = object;
      if (!isList(type) || !type.includes('null') || !isList(values) || values.includes(null)) return object;
      return { ...object, enum: [...values, null] };
    },
  },
  {
    reason: 'A page of 0 items makes no sense, but the file sets no minimum for `limit`.',
    apply(object) {
      const { name, in: place, schema } = object;
      if (name !== 'limit' || place !== 'query' || !isObject(schema) || schema['minimum'] !== undefined) return object;
      return { ...object, schema: { ...schema, minimum: 1 } };
    },
  },
  {
    reason: '`nextCursor` says whether there is a next page. It is null on the last page, so it is always present.',
    apply(object) {
      const { properties, required } = object;
      if (!isObject(properties) || !('items' in properties && 'nextCursor' in properties)) return object;
      const always = ['items', 'nextCursor', 'hasMore'].filter((name) => name in properties);
      const all = new Set([...(isList(required) ? required : []), ...always]);
      return isList(required) && all.size === required.length ? object : { ...object, required: [...all] };
    },
  },
  {
    reason: 'Metadata has any keys and any JSON values, but a schema may say that its values are objects, or that it may be null.',
    apply(object) {
      const { properties } = object;
      if (!isObject(properties)) return object;
      const bags = Object.entries(properties).filter(([name]) => metadataBags.has(name));
      const open = bags.map(([name, bag]) => [name, openBag(isObject(bag) ? bag : {})]);
      return bags.length === 0 ? object : { ...object, properties: { ...properties, ...Object.fromEntries(open) } };
    },
  },
  {
    reason: 'An invitation needs no metadata, but its schema requires both bags. The client sends empty ones.',
    apply(object) {
      const { properties, required } = object;
      if (!isObject(properties) || !isList(required) || !('email' in properties) || 'id' in properties) return object;
      const forced = required.filter((name) => metadataBags.has(String(name)));
      if (forced.length === 0) return object;
      const bags = forced.map((name) => [name, { ...Object(properties[String(name)]), default: {} }]);
      const rest = required.filter((name) => !forced.includes(name));
      return { ...object, properties: { ...properties, ...Object.fromEntries(bags) }, required: rest };
    },
  },
];

const metadataBags: ReadonlySet<string> = new Set(['publicMetadata', 'privateMetadata', 'unsafeMetadata']);

/** Whatever the schema says of its values, and of null: Torii stores an empty bag, not null. */
function openBag(bag: JsonObject): JsonObject {
  const prose = Object.entries(bag).filter(([key]) => /^(default|deprecated|description|examples?)$/.test(key));
  return { ...Object.fromEntries(prose), type: 'object', additionalProperties: true };
}

/** Returns the document with all corrections applied, or only the given ones. */
export function correctSpec(document: JsonObject, applied: readonly Correction[] = corrections): JsonObject {
  return applied.reduce((corrected, { apply }) => correctObject(corrected, '', apply), document);
}

function correctObject(object: JsonObject, path: string, apply: Correction['apply']): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [key, correctValue(value, `${path}/${key}`, apply)]);
  return apply(Object.fromEntries(entries), path);
}

function correctValue(value: Json, path: string, apply: Correction['apply']): Json {
  if (isObject(value)) return correctObject(value, path, apply);
  return isList(value) ? value.map((item, index) => correctValue(item, `${path}/${index}`, apply)) : value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
