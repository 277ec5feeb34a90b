import { type Denial, denialFor } from './denial.ts';
import { silent } from './emitter.ts';
import { ToriiConfigError, ToriiError } from './errors.ts';
import { recallListener, type VerifierEventListener } from './events.ts';
import { kindOf } from './logs/value-kind.ts';

/** The response to send. A `body` that is an object is sent as JSON, a string is sent unchanged, and `null` means no body. */
export type Answer = Denial<object | string | null, number>;

/**
 * The `onError` option. Returns the response to a refusal, or `undefined` or `null` to send the default response, `denial`.
 * It cannot allow the request: the status must be from 400 to 599, or a redirect (301, 302, 303, 307, 308). If the response
 * cannot be sent, the default response is sent, and `onEvent` of the verifier gets `callback_invalid`. An error that
 * `onError` throws is passed to the error handling of the framework.
 */
export type AnswerOtherwise<Request> = (
  denial: Denial,
  error: ToriiError,
  request: Request,
) => Answer | null | undefined | Promise<Answer | null | undefined>;

export function requireOnError<Request>(onError: unknown): AnswerOtherwise<Request> | undefined {
  if (onError === undefined || typeof onError === 'function') return onError as AnswerOtherwise<Request> | undefined;
  throw new ToriiConfigError(
    'onError',
    '`onError` must be a function. Write (denial, error, request) => ({ ...denial, body }).',
  );
}

/**
 * Returns the response to a refused request. If `onError` returns a value that cannot be sent, the result is the default
 * response, and the event `callback_invalid` is reported to the verifier that refused the request. The `Vary` and
 * `Cache-Control` headers keep shared caches, such as a CDN, from serving the response to other callers.
 * @throws `error` unchanged, if it is not a refusal. An error of `onError`, unchanged
 */
export async function answerFor<Request>(
  error: unknown,
  request: Request,
  onError: AnswerOtherwise<Request> | undefined,
  emit: VerifierEventListener = silent,
): Promise<Answer> {
  const denial = denialFor(error);
  if (denial === undefined || !(error instanceof ToriiError)) throw error;
  const given: unknown = onError?.(denial, error, request);
  // A new denial: `onError` may have changed the one that it was given.
  const absent = denialFor(error) ?? denial;
  const answer = isReadable(given) ? readAnswer(await given, absent) : unreadable;
  if (typeof answer !== 'string') return withCacheHeaders(answer, absent);
  (recallListener(error) ?? emit)({ type: 'callback_invalid', callback: 'onError', problem: answer });
  return withCacheHeaders(absent, absent);
}

function withCacheHeaders({ status, headers, body }: Answer, denial: Denial): Answer {
  const { 'Cache-Control': cacheControl = '', Vary = '' } = denial.headers;
  // Keyed by the name in lower case: a Fetch response would join the values of two spellings of one name.
  const others = new Map([['cache-control', ['Cache-Control', cacheControl]]]);
  const varies = new Set(Vary.split(', '));
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() !== 'vary') others.set(name.toLowerCase(), [name, value]);
    else for (const field of value.split(',')) if (field.trim() !== '') varies.add(field.trim());
  }
  return { status, headers: { Vary: [...varies].join(', '), ...Object.fromEntries(others.values()) }, body };
}

const token = "[\\w!#$%&'*+.^`|~-]+";
const headerName = new RegExp(`^${token}$`);
const fieldList = new RegExp(`^[ \\t,]*(?:${token}[ \\t]*(?:,[ \\t,]*|$))*$`);
const mediaType = new RegExp(`^${token}/${token}(?: *; *${token}=(?:${token}|"[^"\\\\]*"))*$`);
// What Node and Fetch can send: no control characters, which could add a header, and only one byte per character.
const headerValue = /^[\t\x20-\x7E\x80-\xFF]*$/;
// The server sets these itself. HTTP/2 forbids most of them, and a wrong length would cut the response.
const framing =
  /^(?:connection|content-length|http2-settings|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;
const redirects: readonly unknown[] = [301, 302, 303, 307, 308];

const unreadable = 'It returned an object that cannot be read, or a `body` that cannot be sent as JSON.';

// A Proxy can throw when `await` looks for `then`.
function isReadable(value: unknown): boolean {
  try {
    Reflect.get(Object(value), 'then');
    return true;
  } catch {
    return false;
  }
}

/** Returns the response that `onError` returned, as plain data, or what is wrong with it. */
function readAnswer(returned: unknown, absent: Denial): Answer | string {
  if (returned === undefined || returned === null) return absent;
  if (typeof returned !== 'object' || Array.isArray(returned)) {
    return `It returned ${kindOf(returned)} instead of { status, headers, body }.`;
  }
  try {
    const { status, headers, body } = returned as Readonly<Record<string, unknown>>;
    if (!isRefusalStatus(status))
      return '`status` is neither a redirect (301, 302, 303, 307, 308) nor from 400 to 599.';
    if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) {
      return '`headers` is not an object of header names and values.';
    }
    const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
    if (!entries.every(isHeader)) return '`headers` contains a name or a value that cannot be sent.';
    const sent = readBody(body);
    if (sent === undefined) return '`body` is neither a string, nor null, nor an object that can be sent as JSON.';
    return { status, headers: Object.fromEntries(entries), body: sent };
  } catch {
    return unreadable;
  }
}

// No 2xx, which clients take for success, and no 304, for which they show a stored copy of the protected page.
function isRefusalStatus(status: unknown): status is number {
  return Number.isInteger(status) && (redirects.includes(status) || (Number(status) >= 400 && Number(status) <= 599));
}

function isHeader(entry: [string, unknown]): entry is [string, string] {
  const [name, value] = entry;
  if (typeof value !== 'string' || !headerName.test(name) || !headerValue.test(value) || framing.test(name))
    return false;
  // Express parses these two, and throws if it cannot.
  if (/^content-type$/i.test(name)) return mediaType.test(value);
  return !/^vary$/i.test(name) || fieldList.test(value);
}

function readBody(body: unknown): object | string | null | undefined {
  if (body === null || typeof body === 'string') return body;
  // A promise, a Response, a stream, bytes or a Map would be sent as `{}`, or not as JSON.
  if (!/^\[object (?:Object|Array|Error)\]$/.test(Object.prototype.toString.call(body))) return undefined;
  const json: unknown = JSON.parse(JSON.stringify(body));
  return typeof json === 'object' && json !== null ? json : undefined;
}
