import { assertOption } from '@torii/core/adapter';
import { addToQuery, splitInput } from './fields.ts';
import type { Operation, RequestOptions } from './operation.ts';
import { type Limits, readCallOptions, type Settings } from './options.ts';

export interface PreparedRequest extends Limits {
  readonly path: string;
  readonly url: string;
  readonly init: RequestInit;
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

export function operationFor({ method, path, query = {}, body, ...rest }: ApiRequest): Operation {
  // Refuse `..` and `%2e%2e` (path traversal): URL parsers resolve them, so another operation would be called.
  const isBad = /^(?!\/)|\/(\.|%2e){0,2}(\/|$)|[\\?#{}\s]/i.test(path);
  assertOption('path', !isBad, "must be a plain path such as '/api/server/v1/users'");
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) addToQuery(search, name, value);
  const isRepeatable = rest.isRepeatable ?? !/^P(OST|ATCH)$/.test(method);
  return { method, path, search, body: 'raw', input: body, isRepeatable, answer: 'value' };
}

function fillPath({ path, pathParams: params = {} }: Operation): string {
  return path.replace(/\{([^/}]+)\}/g, (_match, name: string) => {
    const id = params[name];
    // Refuse ids that are empty, `.` or `..`. They would call another operation: `users.get('')` would list all users.
    assertOption(name, typeof id === 'string' && !/^\.{0,2}$|\p{Surrogate}/u.test(id), 'is not a valid id');
    return encodeURIComponent(id);
  });
}
