// The form of an addition: a part of Torii's API that server-v1.json does not describe yet. An addition names its place by
// method, path and direction, never by a schema name or an operation id: newer versions of the file rename these.
import type { Json, JsonObject } from '../corrections.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** The JSON body of a request, or of a successful response. For a page or a list, its items. */
export interface Place {
  readonly method: Method;
  /** Below `/api/server/v1`. The names of path parameters do not matter. */
  readonly path: `/${string}`;
  readonly direction: 'request' | 'response';
}

export interface AddedOperation {
  readonly method: Method;
  readonly path: `/${string}`;
  /** An OpenAPI operation without an operation id. Path parameters are added from `path`. */
  readonly operation: JsonObject;
}

export interface AddedFields {
  readonly at: readonly Place[];
  readonly fields: Readonly<Record<string, JsonObject>>;
  readonly required?: readonly string[];
}

export interface AddedStatus {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly status: number;
  readonly response: JsonObject;
}

/** What newer servers dropped. It stays in the types, so that programs which use it still compile. */
export interface Removed {
  readonly at: readonly Place[];
  readonly field: string;
  /** The field's schema if the whole field was dropped. */
  readonly schema?: JsonObject;
  /** The dropped values if only these were dropped: members of an enum (of the items of a list), or `null`. */
  readonly values?: readonly Json[];
  /** One sentence for the `@deprecated` comment. */
  readonly reason: string;
}

export interface Additions {
  /** The name of the file, for reports. */
  readonly file: string;
  /** The description of the resource. */
  readonly tag?: { readonly name: string; readonly description: string };
  readonly operations?: readonly AddedOperation[];
  readonly fields?: readonly AddedFields[];
  readonly statuses?: readonly AddedStatus[];
  readonly removed?: readonly Removed[];
}

export function requestOf(method: Method, path: Place['path']): Place {
  return { method, path, direction: 'request' };
}

export function responseOf(method: Method, path: Place['path']): Place {
  return { method, path, direction: 'response' };
}

/** A schema with a name, which is used only inside the merged document. */
export function named(name: string, schema: JsonObject): JsonObject {
  return { [nameKey]: name, ...schema };
}

/** The schema of another place, under whatever name that place has it. */
export function sameAs({ method, path, direction }: Place): JsonObject {
  return { [placeKey]: { method, path, direction } };
}

export const nameKey = 'x-torii-name';
export const placeKey = 'x-torii-same-as';

export function json(schema: JsonObject, description: string): JsonObject {
  return { description, content: { 'application/json': { schema } } };
}

/** A problem, as every operation of the published file describes it. */
export function problem(description: string): JsonObject {
  return { description, content: { 'application/problem+json': { schema: { [placeKey]: 'problem' } } } };
}

export function body(schema: JsonObject): JsonObject {
  return { required: true, content: { 'application/json': { schema } } };
}

export const unauthorized: JsonObject = problem('Missing or wrong secret key.');

export function pageOf(item: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: {
      items: { type: 'array', description: 'The items of this page.', items: item },
      nextCursor: { type: ['string', 'null'], description: 'The cursor of the next page, or null on the last page.' },
      hasMore: { type: 'boolean', description: 'Whether there is a next page.' },
    },
    required: ['items', 'nextCursor', 'hasMore'],
  };
}

export const pageParameters: readonly JsonObject[] = [
  {
    name: 'limit',
    in: 'query',
    description: 'The largest number of items in the page, 20 by default. The server reduces a number above 100 to 100.',
    required: false,
    schema: { type: 'integer', format: 'int32', default: 20 },
  },
  {
    name: 'cursor',
    in: 'query',
    description: 'The `nextCursor` of the previous page. Leave it out for the first page.',
    required: false,
    schema: { type: 'string' },
  },
];

export const id: JsonObject = { type: 'string', format: 'uuid' };
export const time: JsonObject = { type: 'string', format: 'date-time' };
export const optionalId: JsonObject = { type: ['string', 'null'], format: 'uuid' };
export const optionalTime: JsonObject = { type: ['string', 'null'], format: 'date-time' };
export const optionalText: JsonObject = { type: ['string', 'null'] };

export function bag(description: string): JsonObject {
  return { type: 'object', description, additionalProperties: {} };
}

/** The public and the private bag of an organization, a membership or an invitation. */
export function twoBags(owner: string): Readonly<Record<'publicMetadata' | 'privateMetadata', JsonObject>> {
  return {
    publicMetadata: bag(`Metadata of the ${owner} that browsers may read. Only your server writes it. At most 8 KB.`),
    privateMetadata: bag(`Metadata of the ${owner} for your server alone. At most 8 KB.`),
  };
}

/** The body of a metadata update. A bag is merged into the stored one, and a key that is null is removed. */
export function bagPatch(owner: string): JsonObject {
  const rule = `Merged into the stored metadata of the ${owner}, object by object. A key that is null is removed. A bag that is left out stays as it is.`;
  const properties = { publicMetadata: bag(rule), privateMetadata: bag(rule) };
  return named(`${owner.charAt(0).toUpperCase()}${owner.slice(1)}MetadataChanges`, { type: 'object', properties });
}
