// Writes the specification as TypeScript for @torii/emulator, which validates its requests and responses against it.
// The published package does not contain spec/.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { heading } from './doc-comment.ts';
import { listEndpoints, objectAt } from './openapi.ts';

/**
 * Keys of the specification that are left out because validation does not need them. The emulator has its own rules for
 * server URLs and secret keys.
 */
const prose = [
  'description',
  'example',
  'info',
  'operationId',
  'security',
  'securitySchemes',
  'servers',
  'summary',
  'tags',
];
const apiPath = '/api/server/v1';

/** Writes the emulator's `generated/server-v1.ts`: the document without descriptions and similar keys. */
export function writeContract(document: JsonObject): string {
  return `${heading}import type { SpecDocument } from '../api/contract/spec-document.ts';

/** An operation of the REST API: its HTTP method, and its path below ${apiPath}. */
export type OperationKey =
${listEndpoints(document)
  .map(({ method, path }) => `  | '${method} ${path.replace(apiPath, '')}'`)
  .join('\n')};

export const serverV1: SpecDocument = ${JSON.stringify(withoutProse(document), null, 2)};
`;
}

function withoutProse(value: Json): Json {
  if (isList(value)) return value.map(withoutProse);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !prose.includes(key))
      // Keys of `properties` are field names: a field may be called `description`.
      .map(([key, inner]) => [key, key === 'properties' ? withoutProseOfFields(inner) : withoutProse(inner)]),
  );
}

function withoutProseOfFields(fields: Json): Json {
  return Object.fromEntries(Object.entries(objectAt(fields)).map(([name, schema]) => [name, withoutProse(schema)]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
