import { type ApiCall, ToriiApiError } from '@torii/core';
import type { Operation } from './operation.ts';
import { retryAfterSeconds } from './retries.ts';

/** An answer that was read to its end. */
interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * What a good answer says.
 *
 * @throws ToriiApiError `response_malformed` for what is not what the operation answers
 */
export function readData({ answer }: Operation, { status, text }: Omit<Received, 'headers'>, call: ApiCall): unknown {
  if (answer === 'nothing' || (answer === 'value' && !text)) return undefined;
  const body = parse(text);
  if (isMeant(answer, body)) return answer === 'page' ? { nextCursor: null, ...Object(body) } : body;
  throw new ToriiApiError(`${call.method} ${call.path} was answered with no ${body === undefined ? 'JSON' : answer}.`, {
    ...call,
    status,
    code: 'response_malformed',
    body: body ?? text,
  });
}

/** The error that a refusal stands for. */
export function refusalFor({ status, headers, text }: Received, call: ApiCall): ToriiApiError {
  const body = parse(text);
  const problem = isObject(body) ? body : null;
  // Torii's own members may stand at the top or inside `properties`, as its server's framework has it.
  const own = { ...problem, ...Object(problem?.['properties']) };
  // A platform that does not show a redirect gives 0.
  const given = status < 400 ? 'redirect_refused' : own.code;
  // The server chose this text: in a message it must not forge a line of a log.
  const [code] = /^\w{1,99}$/.exec(given ?? '') ?? ['unknown'];
  return new ToriiApiError(`${call.method} ${call.path} was refused: ${status} ${code}.`, {
    ...call,
    status,
    code,
    supportId: own.supportId ?? own.support_id ?? null,
    body: body ?? (text || undefined),
    problem,
    retryAfterSeconds: retryAfterSeconds(headers),
  });
}

// No more than what the client itself counts on. A field that a later server leaves out is no reason to stop an app that
// does not look at it.
function isMeant(answer: Operation['answer'], body: unknown): boolean {
  if (answer === 'value') return body !== undefined;
  if (answer === 'list') return Array.isArray(body) && body.every((item) => isMeant('object', item));
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
