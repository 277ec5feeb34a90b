import { assertOption } from '@torii/core/adapter';
import { addToQuery, splitInput } from './fields.ts';
import type { Operation, RequestOptions } from './operation.ts';
import { type Limits, readCallOptions, type Settings } from './options.ts';

/** A request as it goes out, and the limits of its call. */
export interface PreparedRequest extends Limits {
  readonly path: string;
  readonly url: string;
  readonly init: RequestInit;
}

/** An operation that this package has no method for. */
export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
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
  const limits = readCallOptions(options, settings);
  const { query, body } = splitInput(operation);
  const path = fillPath(operation);
  const search = String(operation.search ?? query);
  const headers = new Headers(options.headers);
  headers.set('authorization', `Bearer ${settings.secretKey}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  return {
    ...limits,
    path,
    url: settings.apiUrl + path + (search && `?${search}`),
    init: { method: operation.method, headers, body: body === undefined ? null : JSON.stringify(body) },
  };
}

/**
 * The operation that a request of the caller's own stands for.
 *
 * @throws ToriiConfigError naming what is wrong
 */
export function operationFor({ method, path, query = {}, body, ...rest }: ApiRequest): Operation {
  // A dot segment, encoded or not, is taken out by every URL parser, and leads to another operation than it seems.
  const isBad = /^(?!\/)|\/(\.|%2e){0,2}(\/|$)|[\\?#{}\s]/i.test(path);
  assertOption('path', !isBad, "is not a path like '/api/server/v1/users'");
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) addToQuery(search, name, value);
  const isRepeatable = rest.isRepeatable ?? !/^P(OST|ATCH)$/.test(method);
  return { method, path, search, body: 'raw', input: body, isRepeatable, answer: 'value' };
}

function fillPath({ path, pathParams: params = {} }: Operation): string {
  return path.replace(/\{([^/}]+)\}/g, (_match, name: string) => {
    const id = params[name];
    // An empty segment or a dot segment would be another operation: users.get('') the list of all.
    assertOption(name, typeof id === 'string' && !/^\.{0,2}$|\p{Surrogate}/u.test(id), 'is not an id');
    return encodeURIComponent(id);
  });
}
