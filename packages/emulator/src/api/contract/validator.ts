import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { FieldError } from '../../errors.ts';
import { serverV1 } from '../../generated/server-v1.ts';

const id = 'server-v1';
/** As RFC 9562 writes them. The library's own also takes `urn:uuid:`. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Numbers come from a query as text, and are read before they get here: nothing is coerced. */
const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { ...fullFormats, uuid } });
ajv.addSchema(serverV1, id);

const validators = new Map<string, ValidateFunction>();

/** What is wrong with a value, by the schema at a pointer into the specification. A schema is compiled when first asked for. */
export function findErrors(
  pointer: string,
  value: unknown,
  { closed = false }: { readonly closed?: boolean } = {},
): readonly FieldError[] {
  const key = `${pointer} ${closed}`;
  // `{` stands in the specification's paths, and may not stand in a URI.
  const $ref = `${id}#${encodeURI(pointer)}`;
  const validate = validators.get(key) ?? ajv.compile(closed ? { $ref, unevaluatedProperties: false } : { $ref });
  validators.set(key, validate);
  return validate(value) ? [] : firstOfEachField((validate.errors ?? []).map(fieldErrorFrom));
}

/** A number where a word belongs is of the wrong type and none of the allowed words: one of the two is enough to say. */
function firstOfEachField(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.toReversed().map((error) => [error.field, error])).values()].toReversed();
}

/** Our words, and not the library's: they name the field and the rule, and never the value. */
function fieldErrorFrom(error: ErrorObject): FieldError {
  const field = fieldOf(error.instancePath);
  if (error.keyword === 'unevaluatedProperties') {
    return { field: join(field, error.params['unevaluatedProperty']), message: 'is not a known field' };
  }
  if (error.keyword === 'required') {
    return { field: join(field, error.params['missingProperty']), message: 'is missing' };
  }
  return { field, message: ruleOf(error) };
}

function ruleOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return `must be ${listAlternatives([params['type']].flat().map(withArticle))}`;
    case 'enum':
      return `must be ${listAlternatives(params['allowedValues'].map((value: unknown) => JSON.stringify(value)))}`;
    case 'format':
      return `must be ${formats[params['format']] ?? `in the format ${params['format']}`}`;
    case 'minimum':
      return `must be ${params['limit']} or more`;
    case 'uniqueItems':
      return 'must not hold a value twice';
    default:
      return message ?? 'is wrong';
  }
}

const formats: Readonly<Record<string, string>> = {
  date: 'a date, YYYY-MM-DD',
  'date-time': 'an instant, such as 2026-05-16T09:30:00Z',
  uuid: 'a UUID',
  int32: 'a whole number of at most 32 bits',
};

function withArticle(type: string): string {
  if (type === 'null') return type;
  if (type === 'integer') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function listAlternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** `/statuses/0` is `statuses[0]` to whoever wrote it. */
function fieldOf(instancePath: string): string {
  return instancePath
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(join, '');
}

function join(field: string, part: string): string {
  const short = part.length <= 64 ? part : `${part.slice(0, 64)}…`;
  if (field === '') return short;
  return /^\d+$/.test(part) ? `${field}[${part}]` : `${field}.${short}`;
}
