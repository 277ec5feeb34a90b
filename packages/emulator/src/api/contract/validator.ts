import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { FieldError } from '../../errors.ts';
import { serverV1 } from '../../generated/server-v1.ts';

const id = 'server-v1';
/** RFC 9562 section 4. The `uuid` format of ajv-formats also accepts the prefix `urn:uuid:`. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { ...fullFormats, uuid } });
ajv.addSchema(serverV1, id);

const validators = new Map<string, ValidateFunction>();

/**
 * Validates a value against the schema at a JSON pointer in the specification.
 *
 * @param options `closed` also rejects unknown fields
 */
export function findErrors(
  pointer: string,
  value: unknown,
  { closed = false }: { readonly closed?: boolean } = {},
): readonly FieldError[] {
  const key = `${pointer} ${closed}`;
  // Paths of the specification contain `{`, which is not allowed in a URI.
  const $ref = `${id}#${encodeURI(pointer)}`;
  const validate = validators.get(key) ?? ajv.compile(closed ? { $ref, unevaluatedProperties: false } : { $ref });
  validators.set(key, validate);
  return validate(value) ? [] : firstOfEachField((validate.errors ?? []).map(fieldErrorFrom));
}

/** Keeps one error per field: one wrong value can break several rules, such as `type` and `enum`. */
function firstOfEachField(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.toReversed().map((error) => [error.field, error])).values()].toReversed();
}

/** Creates an error message that names the field and the rule, but never the value: it can be a password. */
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
    case 'maximum':
      return `must be ${params['limit']} or less`;
    case 'maxItems':
      return `must have at most ${count(params['limit'], 'item')}`;
    case 'minLength':
      return params['limit'] === 1 ? 'must not be empty' : `must have at least ${count(params['limit'], 'character')}`;
    case 'maxLength':
      return `must have at most ${count(params['limit'], 'character')}`;
    case 'uniqueItems':
      return 'must not contain a value twice';
    default:
      return message ?? 'is invalid';
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const formats: Readonly<Record<string, string>> = {
  date: 'a date, YYYY-MM-DD',
  'date-time': 'a date and time, such as 2026-05-16T09:30:00Z',
  uuid: 'a UUID',
  int32: 'a 32-bit whole number',
};

function withArticle(type: string): string {
  if (type === 'null') return type;
  if (type === 'integer') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function listAlternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Converts a JSON pointer (`/statuses/0`) to JavaScript notation (`statuses[0]`). */
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
