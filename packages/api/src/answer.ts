import { type ApiAnswer, type ApiCall, ToriiApiError } from '@torii/core';
import { loggable, readRetryAfter } from '@torii/core/internal';
import { type Clean, readFieldErrors } from './field-errors.ts';
import type { Operation } from './operation.ts';

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export function readData(
  { answer, isSecretAnswer }: Operation,
  { status, text }: Omit<Received, 'headers'>,
  call: ApiCall,
): unknown {
  if (answer === 'nothing' || (answer === 'value' && !text)) return undefined;
  const body = parse(text);
  if (isUsable(answer, body)) return answer === 'page' ? { nextCursor: null, ...Object(body) } : body;
  const shown = isSecretAnswer ? undefined : body === undefined ? text || undefined : body;
  throw unusable('response_malformed', { status, body: shown }, call);
}

// Problems that this client finds in a response. Fastify sends the messages of uncaught errors to the caller, so these contain
// no path and no text of the API.
const problems = {
  response_malformed: 'did not contain what was asked for',
  redirect_refused: 'was a redirect, which is not followed',
  cursor_repeated: 'repeated a cursor',
};

/**
 * The error for a response that cannot be used, although its status is below 400. The error has the status 502: with the
 * received status, for example 200, Koa would answer its caller with a success.
 */
export function unusable(
  code: keyof typeof problems,
  { status, ...rest }: Pick<ApiAnswer, 'status' | 'body' | 'problem'>,
  call: ApiCall,
): ToriiApiError {
  const message = `Torii's API answered with ${status}, but the response ${problems[code]}.`;
  return new ToriiApiError(message, { ...call, ...rest, status: 502, code });
}

/** `withoutSecrets` removes the secrets that the call sent, such as a password, because servers may quote them. */
export function refusalFor(
  { status, headers, text }: Received,
  call: ApiCall,
  withoutSecrets: (text: string) => string,
): ToriiApiError {
  const parsed = parse(text);
  const body = parsed === undefined ? text || undefined : parsed;
  const problem = isObject(body) ? body : null;
  // An error status below 400 is a redirect that the client did not follow: 3xx, or 0 in browsers and some runtimes.
  if (status < 400) return unusable('redirect_refused', { status, body, problem }, call);
  // The server may send an error's members in `properties` instead of at the top level: read both.
  const properties = problem?.['properties'];
  const own = { ...problem, ...(isObject(properties) && properties) };
  const clean: Clean = (given) => loggable(withoutSecrets(given));
  return new ToriiApiError(`Torii's API answered with ${status}.`, {
    ...call,
    status,
    code: readCode(own['code'], clean),
    detail: readDetail([problem?.['detail'], own['detail'], own['message']], clean),
    fieldErrors: readFieldErrors(own, clean),
    supportId: readId(own['supportId'] ?? own['support_id'], clean),
    body,
    problem,
    retryAfterSeconds: readRetryAfter(headers.get('retry-after'), headers.get('date')),
  });
}

// Use the server's error code only if it consists of word characters: line breaks in it could forge log entries. A code of
// this client would be misleading.
function readCode(given: unknown, clean: Clean): string {
  const isCode = typeof given === 'string' && /^\w{1,99}$/.test(given) && clean(given) === given;
  return isCode && !Object.hasOwn(problems, given) ? given : 'unknown';
}

function readDetail(given: readonly unknown[], clean: Clean): string | null {
  const detail = given.find((each) => typeof each === 'string' && each !== '');
  return typeof detail === 'string' ? clean(detail) : null;
}

function readId(given: unknown, clean: Clean): string | null {
  const isId = (typeof given === 'string' && given !== '') || Number.isFinite(given);
  return isId ? clean(String(given)) : null;
}

export function isUnusable({ code }: { readonly code: string }): boolean {
  return Object.hasOwn(problems, code);
}

// Checks only the response fields that this client itself reads, so that apps keep working if the server omits others.
function isUsable(answer: Operation['answer'], body: unknown): boolean {
  if (answer === 'value') return body !== undefined;
  if (answer === 'record') return isObject(body);
  if (answer === 'list') return Array.isArray(body) && body.every((item) => isUsable('object', item));
  if (!isObject(body)) return false;
  const { id, items, hasMore, nextCursor } = body;
  if (answer === 'object') return typeof id === 'string';
  return Array.isArray(items) && hasMore === (typeof nextCursor === 'string');
}

function parse(text: string): unknown {
  try {
    // Other `fetch` functions do not remove a byte order mark, as the platform's does.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
