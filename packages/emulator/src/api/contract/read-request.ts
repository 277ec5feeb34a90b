import type { HonoRequest } from 'hono';
import type { FieldError } from '../../errors.ts';
import { readJson, readOptionalJson } from '../../http/body.ts';
import { Problem } from '../../http/problem.ts';
import type { Operation } from './operation.ts';
import type { SpecParameter } from './spec-document.ts';

/** A request whose every part is as the specification has it. */
export interface ApiRequest {
  /** A parameter of the path: always there. */
  path(name: string): string;
  /** Parameters of the query, numbers as numbers. */
  readonly query: Readonly<Record<string, string | number>>;
  /** The body, or undefined where the operation needs none and none came. */
  readonly body: unknown;
}

/**
 * Reads what an operation is asked for, and holds it against the specification. Stricter than it in one respect: a field
 * or parameter that it does not name is refused, since it is more likely a typing mistake than meant for nobody.
 *
 * @throws Problem `invalid_request`, naming each field at fault
 */
export async function readRequest(request: HonoRequest, operation: Operation): Promise<ApiRequest> {
  const { findErrors } = await import('./validator.ts');
  const errors: FieldError[] = [];
  const given = { path: new Map<string, string | number>(), query: new Map<string, string | number>() };
  const queries = request.queries();

  for (const [index, parameter] of operation.parameters.entries()) {
    const place = parameter.in === 'path' ? 'path' : 'query';
    const texts = place === 'path' ? [request.param(parameter.name) ?? ''] : (queries[parameter.name] ?? []);
    const [text] = texts;
    if (texts.length > 1) errors.push({ field: parameter.name, message: 'must be given once' });
    if (text === undefined) continue;
    const value = parseParameter(text, parameter);
    const found = findErrors(`${operation.pointer}/parameters/${index}/schema`, value);
    errors.push(...found.map(({ message }) => ({ field: parameter.name, message })));
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
      if (value === undefined) throw new Error(`The specification gives this operation no parameter ${name}.`);
      return String(value);
    },
    query: Object.fromEntries(given.query),
    body,
  };
}

/** @returns undefined where the operation takes no body, or where it may be left out and was */
async function readBody(request: HonoRequest, { spec }: Operation): Promise<unknown> {
  if (spec.requestBody === undefined) return undefined;
  return spec.requestBody.required === true ? readJson(request) : readOptionalJson(request);
}

function parseParameter(text: string, { schema }: SpecParameter): string | number {
  // What is no number stays text, and the validator says so.
  if (schema['type'] === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  // Ids are kept in lower case, and UUIDs may be written in either (RFC 9562).
  return schema['format'] === 'uuid' ? text.toLowerCase() : text;
}

/** One refusal for all that is wrong with a request. */
export function refusalOf(errors: readonly FieldError[]): Problem {
  const sentences = errors.map(({ field, message }) => `${field === '' ? 'The body' : field} ${message}.`);
  return new Problem(400, 'invalid_request', sentences.join(' '), { errors });
}
