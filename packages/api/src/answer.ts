import { type ApiCall, ToriiApiError } from '@torii/core';
import type { Operation } from './operation.ts';
import { retryAfterSeconds } from './retries.ts';

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export function readData({ answer }: Operation, { status, text }: Omit<Received, 'headers'>, call: ApiCall): unknown {
  if (answer === 'nothing' || (answer === 'value' && !text)) return undefined;
  const body = parse(text);
  if (isUsable(answer, body)) return answer === 'page' ? { nextCursor: null, ...Object(body) } : body;
  throw new ToriiApiError(
    `${call.method} ${call.path} did not return ${body === undefined ? 'JSON' : `a valid ${answer}`}.`,
    {
      ...call,
      status,
      code: 'response_malformed',
      body: body ?? text,
    },
  );
}

export function refusalFor({ status, headers, text }: Received, call: ApiCall): ToriiApiError {
  const body = parse(text);
  const problem = isObject(body) ? body : null;
  // The server may send an error's `code` and `supportId` in `properties` instead of at the top level: read both.
  const own = { ...problem, ...Object(problem?.['properties']) };
  // An error status below 400 is a redirect that the client did not follow: 3xx, or 0 in browsers and some runtimes.
  const given = status < 400 ? 'redirect_refused' : own.code;
  // Use the server's error code only if it consists of word characters: line breaks in it could forge log entries.
  const [code] = /^\w{1,99}$/.exec(given ?? '') ?? ['unknown'];
  return new ToriiApiError(`${call.method} ${call.path} failed: ${status} ${code}.`, {
    ...call,
    status,
    code,
    supportId: own.supportId ?? own.support_id ?? null,
    body: body ?? (text || undefined),
    problem,
    retryAfterSeconds: retryAfterSeconds(headers),
  });
}

// Checks only the response fields that this client itself reads, so that apps keep working if the server omits others.
function isUsable(answer: Operation['answer'], body: unknown): boolean {
  if (answer === 'value') return body !== undefined;
  if (answer === 'list') return Array.isArray(body) && body.every((item) => isUsable('object', item));
  if (!isObject(body)) return false;
  const { id, items, hasMore, nextCursor } = body;
  if (answer === 'object') return typeof id === 'string';
  return Array.isArray(items) && hasMore === (typeof nextCursor === 'string');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
