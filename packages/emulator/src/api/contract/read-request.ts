import type { HonoRequest } from 'hono';
import type { FieldError } from '../../errors.ts';
import { readJson, readOptionalJson } from '../../http/body.ts';
import { Problem } from '../../http/problem.ts';
import type { Operation } from './operation.ts';
import type { SpecParameter } from './spec-document.ts';

const largestPage = 100;

type ParameterValue = string | number | readonly string[];

export interface ApiRequest {
  path(name: string): string;
  readonly query: Readonly<Record<string, ParameterValue>>;
  readonly body: unknown;
}

/**
 * Reads a request and validates it against the specification. Unlike the specification, it also refuses unknown fields
 * and parameters, because they are usually typing mistakes.
 *
 * @throws Problem `invalid_request` with all invalid fields
 */
export async function readRequest(request: HonoRequest, operation: Operation): Promise<ApiRequest> {
  const { findErrors } = await import('./validator.ts');
  const errors: FieldError[] = [];
  const given = { path: new Map<string, ParameterValue>(), query: new Map<string, ParameterValue>() };
  const queries = request.queries();

  for (const [index, parameter] of operation.parameters.entries()) {
    const place = parameter.in === 'path' ? 'path' : 'query';
    const texts = place === 'path' ? [request.param(parameter.name) ?? ''] : (queries[parameter.name] ?? []);
    const [text] = texts;
    if (text === undefined) continue;
    const isList = parameter.schema['type'] === 'array';
    if (texts.length > 1 && !isList) errors.push({ field: parameter.name, message: 'must not be repeated' });
    const value = isList ? texts : clampLimit(parseParameter(text, parameter), parameter);
    const found = findErrors(`${operation.pointer}/parameters/${index}/schema`, value);
    const nameAt = (index: string) => (index === '' ? parameter.name : `${parameter.name}[${index}]`);
    errors.push(...found.map(({ field, message }) => ({ field: nameAt(field), message })));
    given[place].set(parameter.name, value);
  }
  const known = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  for (const name of Object.keys(queries)) {
    if (!known.includes(name)) errors.push({ field: name.slice(0, 64), message: 'is not a known parameter' });
  }

  const body = await readBody(request, operation);
  if (body !== undefined) {
    const pointer = `${operation.pointer}/requestBody/content/application~1json/schema`;
    errors.push(...findErrors(pointer, body, { closed: true }));
  }
  if (errors.length > 0) throw refusalOf(errors);
  return {
    path(name) {
      const value = given.path.get(name);
      if (value === undefined) throw new Error(`The specification has no path parameter ${name} for this operation.`);
      return String(value);
    },
    query: Object.fromEntries(given.query),
    body,
  };
}

async function readBody(request: HonoRequest, { spec }: Operation): Promise<unknown> {
  if (spec.requestBody === undefined) return undefined;
  return spec.requestBody.required === true ? readJson(request) : readOptionalJson(request);
}

/** Torii moves a page's limit into the range from 1 to 100 instead of refusing it. */
function clampLimit(value: string | number, { name }: SpecParameter): string | number {
  return name === 'limit' && typeof value === 'number' ? Math.min(Math.max(value, 1), largestPage) : value;
}

function parseParameter(text: string, { schema }: SpecParameter): string | number {
  if (schema['type'] === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  // UUIDs are case-insensitive (RFC 9562 section 4), and ids are stored in lower case.
  return schema['format'] === 'uuid' ? text.toLowerCase() : text;
}

export function refusalOf(errors: readonly FieldError[]): Problem {
  const sentences = errors.map(({ field, message }) => `${field === '' ? 'The body' : field} ${message}.`);
  return new Problem(400, 'invalid_request', sentences.join(' '), { errors });
}
