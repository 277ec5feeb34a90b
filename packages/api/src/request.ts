import { ToriiConfigError } from '@torii/core';
import { addToQuery, splitInput } from './fields.ts';
import type { Operation, RequestOptions } from './operation.ts';
import { type Limits, readLimits, type Settings } from './options.ts';

/** A request as it goes out, and the limits of its call. */
export interface PreparedRequest extends Limits {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | null;
}

/** An operation that this package has no method for. */
export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the API's root, encoded where it must be: `/api/server/v1/organizations`. */
  readonly path: string;
  /** Null and undefined are left out; a list becomes one parameter for each of its items. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * Whether sending it again leads to the same state, so that it may be repeated after a failure.
   *
   * @default true, but for POST and PATCH
   */
  readonly isRepeatable?: boolean | undefined;
}

/**
 * The request that an operation stands for.
 *
 * @throws ToriiConfigError naming what cannot be sent
 */
export function prepareRequest(settings: Settings, operation: Operation, options: RequestOptions): PreparedRequest {
  const { query, body } = splitInput(operation);
  const path = fillPath(operation);
  const text = body === undefined ? null : toJson(body);
  const search = String(operation.search ?? query);
  return {
    ...readLimits(options, settings),
    method: operation.method,
    path,
    url: `${settings.apiUrl}${path}${search && `?${search}`}`,
    headers: makeHeaders(settings, options, text !== null),
    body: text,
  };
}

/**
 * The operation that a request of the caller's own stands for.
 *
 * @throws ToriiConfigError naming what is wrong
 */
export function operationFor(request: ApiRequest): Operation {
  const { method, path, query, body, isRepeatable = method !== 'POST' && method !== 'PATCH' } = request;
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
    throw new ToriiConfigError('method', '`method` is one of GET, HEAD, POST, PUT, PATCH, DELETE.');
  }
  const segments = typeof path === 'string' ? path.split('/') : [];
  // A dot segment, encoded or not, is taken out by every URL parser, and leads to another operation than it seems.
  const isPlain = segments.slice(1).every((segment) => segment !== '' && !/^(\.|%2e){1,2}$/i.test(segment));
  if (segments.length < 2 || segments[0] !== '' || !isPlain || /[\\?#{}\s]/.test(path)) {
    throw new ToriiConfigError(
      'path',
      "`path` is written like '/api/server/v1/users', without query and dot segments.",
    );
  }
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new ToriiConfigError('body', `A ${method} has no \`body\`.`);
  }
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) addToQuery(search, name, value);
  return { method, path, search, input: body, body: 'raw', isRepeatable, answer: 'value' };
}

function fillPath({ path, params = {} }: Operation): string {
  return path.replace(/\{([^/}]+)\}/g, (_match, name: string) => {
    const value = params[name];
    // An empty segment or a dot segment would be another operation: users.get('') the list of all.
    if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) {
      throw new ToriiConfigError(name, `\`${name}\` is not an id: it is empty, a dot segment, or no text.`);
    }
    try {
      return encodeURIComponent(value);
    } catch {
      throw new ToriiConfigError(name, `\`${name}\` is not an id: it is not well-formed text.`);
    }
  });
}

function toJson(body: unknown): string {
  try {
    const text = JSON.stringify(body);
    if (text !== undefined) return text;
  } catch {
    // A cycle, or a bigint.
  }
  throw new ToriiConfigError('body', '`body` cannot be written as JSON.');
}

function makeHeaders({ secretKey }: Settings, { headers: given = {} }: RequestOptions, hasBody: boolean): Headers {
  let headers: Headers;
  try {
    headers = new Headers(given);
  } catch {
    // Without the cause, which quotes the value.
    throw new ToriiConfigError('headers', '`headers` holds a name or a value that no header can have.');
  }
  if (headers.has('authorization')) {
    throw new ToriiConfigError('headers', 'The client sets `authorization` itself. Make a client per secret key.');
  }
  headers.set('authorization', `Bearer ${secretKey}`);
  headers.set('accept', 'application/json, application/problem+json');
  if (hasBody) headers.set('content-type', 'application/json');
  return headers;
}
