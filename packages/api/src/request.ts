import {
  assertOption,
  loggable,
  problemOfPasted,
  readKnownOptions,
  wrongOption,
  wrongValue,
} from '@torii/core/internal';
import { addToQuery, splitInput } from './fields.ts';
import { isPlainObject } from './json.ts';
import type { Operation, RequestOptions } from './operation.ts';
import { type Limits, readCallOptions, type Settings } from './options.ts';

export interface PreparedRequest extends Limits {
  readonly path: string;
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Headers };
}

/** A request for an API operation that this version of the package has no method for. */
export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below `apiUrl`, percent-encoded, without a query string: `/api/server/v1/organizations`. */
  readonly path: string;
  /** Query parameters. `null` and `undefined` are omitted. An array is sent as one parameter per item: `id=1&id=2`. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** The request body, sent as JSON. */
  readonly body?: unknown;
  /**
   * Whether the request is idempotent, so that it may be retried after a failure.
   * @default true for GET, PUT and DELETE; false for POST and PATCH
   */
  readonly isRepeatable?: boolean | undefined;
}

export function prepareRequest(settings: Settings, operation: Operation, options: RequestOptions): PreparedRequest {
  const limits = readCallOptions(options, settings);
  const { query, body } = splitInput(operation);
  const path = fillPath(operation);
  const search = String(operation.search ?? query);
  const headers = readHeaders(options.headers);
  headers.set('authorization', `Bearer ${settings.secretKey}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  return {
    ...limits,
    path,
    url: settings.apiUrl + path + (search && `?${search}`),
    init: { method: operation.method, headers, body: bodyFor(operation, body) },
  };
}

// Deno sends a request again by itself if a connection that was used before closes without a response, even a POST that the
// server has received. It cannot do that with a Blob.
function bodyFor(operation: Operation, body: unknown): Blob | string | null {
  const text = body === undefined ? null : JSON.stringify(body);
  return 'Deno' in globalThis && !isRepeatable(operation) ? new Blob([text ?? '']) : text;
}

/** Whether sending the request twice has the same effect as sending it once. */
export function isRepeatable({ method, isRepeatable = method !== 'POST' }: Operation): boolean {
  return isRepeatable;
}

export function operationFor(request: ApiRequest): Operation {
  const given = readKnownOptions(request, requestNames, "{ method: 'GET', path: '/api/server/v1/users' }", 'request');
  const { method, path, query = {}, body, isRepeatable = !/^P(OST|ATCH)$/.test(String(method)) } = given;
  assertOption('method', isMethod(method), 'must be GET, PUT, POST, PATCH or DELETE');
  assertOption('body', body === undefined || method !== 'GET', 'cannot be sent with GET');
  assertOption('query', isPlainObject(query), 'must be a plain object');
  assertOption('isRepeatable', typeof isRepeatable === 'boolean', 'must be true or false');
  // Refuse `..` and `%2e%2e` (path traversal): URL parsers resolve them, so another operation would be called.
  const isBad = /^(?!\/)|\/(\.|%2e){0,2}(\/|$)|[\\?#{}\s]/i.test(String(path));
  assertOption('path', typeof path === 'string' && !isBad, "must be a plain path such as '/api/server/v1/users'");
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) addToQuery(search, name, value, 'query');
  // An operation that creates a token is treated as if its whole response were secret.
  const isSecretAnswer = /token/i.test(path);
  return { method, path, search, body: 'raw', input: body, isRepeatable, answer: 'value', isSecretAnswer };
}

const requestNames = ['method', 'path', 'query', 'body', 'isRepeatable'] as const;

function isMethod(method: unknown): method is ApiRequest['method'] {
  return typeof method === 'string' && /^(GET|PUT|POST|PATCH|DELETE)$/.test(method);
}

// `fetch` and HTTP itself set these headers. Some runtimes fail if they are given, others ignore them.
const reserved = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

function readHeaders(given: unknown): Headers {
  const headers = new Headers();
  for (const [name, value] of entriesOf(given)) {
    const isName = typeof name === 'string' && /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && !reserved.test(name);
    // RFC 9110 5.5: tabs, and visible characters of Latin-1.
    const isValue = typeof value === 'string' && /^[\t\x20-\x7E\x80-\xFF]*$/.test(value);
    assertOption('headers', isName && isValue, 'contains a name or a value that cannot be sent');
    headers.append(name as string, value as string);
  }
  return headers;
}

function entriesOf(given: unknown): readonly (readonly unknown[])[] {
  if (given === undefined || isPlainObject(given)) return Object.entries(given ?? {});
  try {
    // `Headers`, also those of another realm.
    return [...(given as Iterable<readonly unknown[]>)].map((entry) => (typeof entry === 'string' ? [] : [...entry]));
  } catch {
    throw wrongOption('headers', "must be a plain object, such as { 'x-request-id': '7' }");
  }
}

function fillPath({ path, pathParams: params = {} }: Operation): string {
  return path.replace(/\{([^/}]+)\}/g, (_match, name: string) => {
    const id = params[name];
    const example = `the id alone, such as ${name === 'userId' ? 'user.id' : 'the `id` of the object'}`;
    if (typeof id !== 'string') throw wrongValue(name, 'a string', id, example);
    const problem = problemOfId(id);
    assertOption(name, problem === undefined, `${problem}. Write ${example}`);
    return encodeURIComponent(id);
  });
}

function problemOfId(id: string): string | undefined {
  // These ids would call another operation: `users.get('')` would list all users.
  if (id === '') return 'is empty';
  if (/^\.{1,2}$/.test(id)) return 'is a dot segment';
  if (/\p{Surrogate}/u.test(id)) return 'contains half of a surrogate pair';
  // Paths are logged, so that a token or a key must not be part of one.
  if (loggable(id) === '[withheld]') return 'is a token or a key, or contains one';
  if (/^\S+@\S+\.\S+$/.test(id)) return 'is an email address. Find the user with users.list({ emailAddresses })';
  return /^(?:undefined|null|\[object \w+\])$/.test(id) ? problemOfPasted(id) : undefined;
}
