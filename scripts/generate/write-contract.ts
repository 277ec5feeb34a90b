// Writes the specification for @torii/emulator, which holds its requests and answers against it: an installed package has
// no spec/ beside it.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { heading } from './doc-comment.ts';
import { listEndpoints, objectAt } from './openapi.ts';

/** What a validator has no use for. `servers` and `security` are settled by the emulator itself. */
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

/** The emulator's `generated/server-v1.ts`: the document without its prose. */
export function writeContract(document: JsonObject): string {
  return `${heading}import type { SpecDocument } from '../api/contract/spec-document.ts';

/** An operation of the REST API: its method, and its path below ${apiPath}. */
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
      // Below `properties` stand names of fields, whatever they are called.
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
