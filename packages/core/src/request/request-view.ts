import { ToriiConfigError } from '../errors.ts';
import { describeValue } from '../logs/found-value.ts';
import { hasHeaders, headerReader, nodeRequest, wrappedParts } from './framework-request.ts';
import { copyIfIterable, isHeaderList, isHeaders, isIterable, nothing, valuesOf } from './headers.ts';
import { agreedHost, hostOfTarget, type NamedHost, readHost } from './host.ts';
import { isObject, propertyOf, textOf } from './properties.ts';
import type { HeadersLike, RequestLike, RequestParts } from './request-parts.ts';
import { locate, methodOf } from './target.ts';

/** The parts of a request that Torii uses to find the token and to run checks. */
export interface RequestView {
  /** The HTTP method as it was sent. `undefined` if only headers are known. */
  readonly method: string | undefined;
  /**
   * The host in lower case, with its port if one was sent. `undefined` if it is missing or malformed, was sent twice, or if
   * `Host`, `:authority` and an absolute URL name different hosts.
   */
  readonly host: string | undefined;
  /** The path as it was sent: encoded, mount paths included, without the query. */
  readonly path: string | undefined;
  /** Every value of a header, in order: one item for each time the header was sent. The case of `name` does not matter. */
  headerValues(name: string): readonly string[];
}

export const unknownRequest: RequestView = {
  method: undefined,
  host: undefined,
  path: undefined,
  headerValues: () => nothing,
};

/** @throws ToriiConfigError if `request` is neither a request nor headers. `option` is its name in the message. */
export function viewOf(request: RequestLike, option = 'request'): RequestView {
  const view = quickViewOf(request, option);
  assertRequest(view, option);
  // Copy it now, because the app can change the request while a check waits.
  void view.path;
  return view;
}

/**
 * Like `viewOf`, without the checks of `assertRequest`, and the path is found when it is read: both would take longer than
 * reading a token from the cache.
 */
export function quickViewOf(request: RequestLike, option = 'request'): RequestView {
  if (!isObject(request)) throw wrongRequest(request, option);
  const parts = hasHeaders(request) ? request : wrappedParts(request);
  const headers = copyIfIterable(parts === undefined ? (request as HeadersLike) : parts.headers);
  // A token is never read from query parameters (RFC 6750 5.3).
  if (isIterable(headers) && !isHeaderList(headers)) throw wrongRequest(headers, option);
  if (parts !== undefined) {
    const method = methodOf(parts);
    // A Fetch `Response` has headers too, but is not a request.
    if (method === undefined && typeof propertyOf(request, 'status') === 'number') throw wrongRequest(request, option);
    return new View(method, headers, parts);
  }
  if (propertyOf(request, 'headers') !== null && !isHeaderList(headers)) throw wrongRequest(request, option);
  return new View(undefined, headers, undefined);
}

/** @throws ToriiConfigError if the `headers` of the request are a promise, or a whole request */
export function assertRequest(view: RequestView, option = 'request'): void {
  const { headers } = View.partsOf(view);
  // The Headers of Next have a property `headers`.
  if (!isObject(headers) || isHeaders(headers)) return;
  const nested = propertyOf(headers, 'headers');
  // A promise (`headers()` of Next), or a whole request in place of its headers.
  const isWrong = typeof propertyOf(headers, 'then') === 'function' || (isObject(nested) && !Array.isArray(nested));
  if (isWrong) throw wrongRequest(headers, option);
}

/** A copy for code that runs later, when the app may have changed the request. It has the same view. */
export function copyRequest(view: RequestView): RequestParts {
  const headers = View.headersOf(view);
  const parts = View.partsOf(view);
  const source = nodeRequest(parts) ?? parts;
  const rawHeaders = propertyOf(source, 'rawHeaders');
  // Node's getter is inherited, and has the same values as `rawHeaders`.
  const distinct = Object.hasOwn(source, 'headersDistinct')
    ? propertyOf(source, 'headersDistinct')
    : propertyOf(source, 'multiValueHeaders');
  return {
    method: view.method,
    url: view.path,
    host: view.host ?? null,
    headers: isIterable(headers) ? [...headers] : { ...cookieHeader(view), ...headers },
    ...(Array.isArray(rawHeaders) && { rawHeaders: [...rawHeaders] }),
    ...(isObject(distinct) && { headersDistinct: { ...distinct } }),
  };
}

// An event of AWS Lambda can have the cookies in a list.
function cookieHeader(view: RequestView): { readonly cookie?: readonly string[] } {
  const cookie = view.headerValues('cookie');
  return cookie.length > 0 && valuesOf(View.headersOf(view), 'cookie').length === 0 ? { cookie } : {};
}

function wrongRequest(found: unknown, option: string): ToriiConfigError {
  const remedy =
    typeof found === 'string'
      ? 'For a token, call `verify`'
      : 'Pass the request of your framework, a Fetch Request, or headers';
  return new ToriiConfigError(
    option,
    `\`${option}\` must be a request or its headers. Found: ${describeValue(found)}. ${remedy}.`,
  );
}

class View implements RequestView {
  readonly method: string | undefined;
  readonly headerValues: RequestView['headerValues'];
  readonly #headers: HeadersLike;
  readonly #parts: RequestParts | undefined;
  // `null` until they are read, because most requests do not need them.
  #path: string | undefined | null = null;
  #host: string | undefined | null = null;

  constructor(method: string | undefined, headers: HeadersLike, parts: RequestParts | undefined) {
    this.method = method;
    this.headerValues = headerReader(headers, parts);
    this.#headers = headers;
    this.#parts = parts;
  }

  static partsOf(view: RequestView): Partial<RequestParts> {
    return (#parts in view && view.#parts) || {};
  }

  static headersOf(view: RequestView): HeadersLike {
    return #headers in view ? view.#headers : {};
  }

  get path(): string | undefined {
    if (this.#path === null) this.#path = this.#parts && locate(this.#parts);
    return this.#path;
  }

  get host(): string | undefined {
    if (this.#host === null) this.#host = trustedHost(this.#parts ?? {}, this.headerValues);
    return this.#host;
  }
}

function trustedHost(request: Partial<RequestParts>, headerValues: RequestView['headerValues']): string | undefined {
  // Read `host` only if it is an own property: Express 4 inherits a `host` getter that drops the port.
  const given = Object.hasOwn(request, 'host') ? request.host : undefined;
  return given === undefined ? namedHost(request, headerValues) : readHost(given);
}

// Host spoofing: a request can name different hosts in `Host`, `:authority` (HTTP/2) and an absolute target (RFC 9112 3.2.2).
// Programs read different ones of these, so the checks could see another host than the app. Node's `headers` keeps only the
// first of two Host headers.
function namedHost(request: Partial<RequestParts>, headerValues: RequestView['headerValues']): string | undefined {
  const [hosts, authorities] = [headerValues('host'), headerValues(':authority')];
  if (hosts.length > 1 || authorities.length > 1) return undefined;
  const authority = textOf(request, 'authority');
  const named = [...hosts, ...authorities, ...(authority === undefined ? [] : [authority])];
  const targets = targetsOf(request);
  // If only the URL names a host, use it for a Fetch request only: no framework shows an app the host of Node's request target.
  if (named.length === 0 && !(isObject(request.headers) && isHeaders(request.headers))) return undefined;
  if (named.length === 1 && targets.length === 0) return readHost(named[0]);
  const [scheme] = headerValues(':scheme');
  return agreedHost([...named.map((host) => ({ host, scheme })), ...targets]);
}

function targetsOf(request: object): readonly NamedHost[] {
  return [request, propertyOf(request, 'req'), nodeRequest(request)]
    .filter(isObject)
    .flatMap((source) => [textOf(source, 'url'), textOf(source, 'originalUrl')])
    .flatMap((target) => hostOfTarget(target) ?? []);
}
