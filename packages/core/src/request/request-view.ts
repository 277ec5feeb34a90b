import { ToriiConfigError } from '../errors.ts';
import { describeValue, isPlainObject } from '../logs/found-value.ts';
import { agreedHost, hostOfTarget, type NamedHost, readHost } from './host.ts';

/** Headers: a plain object with names in any case, a Fetch `Headers`, or an iterable of `[name, value]` pairs. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** A request of Node, Express, Koa or Fetch, or a description of one by a framework adapter. Missing fields are unknown. */
export interface RequestParts {
  readonly method?: string | undefined;
  /** The path and query (Node), or the whole URL (Fetch). */
  readonly url?: string | undefined;
  /** The path and query before a router removed its mount path from `url`. */
  readonly originalUrl?: string | undefined;
  /** The raw path, mount paths included. Used only if there is no `url`. */
  readonly path?: string | undefined;
  /**
   * The host and port that a trusted proxy forwarded. It replaces the host that the request itself names: `Host`, `:authority`
   * or an absolute URL. `null`: the host is unknown.
   */
  readonly host?: string | null | undefined;
  readonly headers: HeadersLike;
  /**
   * Node's `headersDistinct`: for each header, by lowercase name, the list of its values. Like `rawHeaders`, it shows that a
   * header was sent twice. Whichever of the two lists more values of a header is used.
   */
  readonly headersDistinct?: { readonly [name: string]: readonly string[] | undefined } | undefined;
  /** Node's `rawHeaders`: names and values in turn. Needed to notice a second `Authorization`: Node's `headers` omits it. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** Node's request object, if the framework wraps it. `rawHeaders` and `headersDistinct` are then read from it. */
  readonly req?: object | undefined;
}

/** A request, or only its headers. */
export type RequestLike = RequestParts | HeadersLike;

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

const nothing: readonly string[] = [];
const upperZ = 0x5a;

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
  return view;
}

/** Like `viewOf`, without the checks of `assertRequest`: they would take longer than reading a token from the cache. */
export function quickViewOf(request: RequestLike, option = 'request'): RequestView {
  if (!isObject(request)) throw wrongRequest(request, option);
  const parts = hasHeaders(request) ? request : wrappedParts(request);
  const headers = copyIfIterable(parts === undefined ? (request as HeadersLike) : parts.headers);
  // A token is never read from query parameters (RFC 6750 5.3).
  if (isIterable(headers) && !isHeaderList(headers)) throw wrongRequest(headers, option);
  if (parts !== undefined) {
    const method = methodOf(parts);
    // A response.
    if (method === undefined && typeof propertyOf(request, 'status') === 'number') throw wrongRequest(request, option);
    return new View(method, locate(parts), headerReader(headers, distinctHeaders(parts)), parts);
  }
  if (propertyOf(request, 'headers') !== null && !isHeaderList(headers)) throw wrongRequest(request, option);
  return new View(undefined, undefined, headerReader(headers, undefined), {});
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

// An iterator can be read once only.
function copyIfIterable(headers: HeadersLike): HeadersLike {
  return isIterable(headers) && !isHeaders(headers) ? [...headers] : headers;
}

function wrongRequest(found: unknown, option: string): ToriiConfigError {
  const remedy =
    typeof found === 'string'
      ? 'For a token that comes without a request, call `verify`'
      : 'Pass the request of your framework, a Fetch Request, or the headers of one';
  return new ToriiConfigError(
    option,
    `\`${option}\` must be a request or its headers. Found: ${describeValue(found)}. ${remedy}.`,
  );
}

// Whether an object that has no `headers` can be headers. It cannot if it has values of other types, as an event or a context
// of a framework has, or if it is query parameters: a token is never read from the query (RFC 6750 5.3).
function isHeaderList(value: object): value is HeadersLike {
  if (/URLSearchParams|FormData/.test(Object.prototype.toString.call(value))) return false;
  if (isHeaders(value as HeadersLike)) return true;
  if (Array.isArray(value)) return value.every((entry) => Array.isArray(entry));
  const values: readonly unknown[] = Object.values(value);
  return values.every(isHeaderValue) && (values.length > 0 || isPlainObject(value));
}

function isHeaderValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => /string|number/.test(typeof item));
  return value === undefined || value === null || /string|number/.test(typeof value);
}

class View implements RequestView {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headerValues: RequestView['headerValues'];
  readonly #parts: Partial<RequestParts>;
  #host: { readonly known: string | undefined } | undefined;

  constructor(
    method: string | undefined,
    path: string | undefined,
    headerValues: RequestView['headerValues'],
    parts: Partial<RequestParts>,
  ) {
    this.method = method;
    this.path = path;
    this.headerValues = headerValues;
    this.#parts = parts;
  }

  static partsOf(view: RequestView): Partial<RequestParts> {
    return view instanceof View ? view.#parts : {};
  }

  // Determined only when it is read, because most requests do not need it.
  get host(): string | undefined {
    this.#host ??= { known: trustedHost(this.#parts, this.headerValues) };
    return this.#host.known;
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

function hasHeaders(request: object): request is RequestParts {
  return headersIn(request, 'headers') !== undefined;
}

// In an object of lists, such as Node's `headersDistinct`, this is a header that the client named so, and not a field.
function headersIn(request: object, name: 'headers' | 'multiValueHeaders'): HeadersLike | undefined {
  const found = propertyOf(request, name);
  if (!isObject(found)) return undefined;
  return Array.isArray(found) && found.length > 0 && isObjectOfLists(request) ? undefined : (found as HeadersLike);
}

function isObjectOfLists(value: object): boolean {
  const lists: readonly unknown[] = Object.values(value).filter((each) => each !== undefined);
  const items = lists.flatMap((list) => (Array.isArray(list) ? list : [undefined]));
  return lists.length > 1 && items.every((item) => typeof item === 'string');
}

// Wrappers without `headers` of their own: `raw` in Hono's `c.req`, `req` in its context and in Next's, `request` in those of
// SvelteKit, Remix and Astro. Only a Fetch request, or one of Node, is taken from them.
function wrappedParts(wrapper: object, depth = 0): RequestParts | undefined {
  for (const name of ['raw', 'req', 'request']) {
    const request = propertyOf(wrapper, name);
    if (!isObject(request)) continue;
    if (hasHeaders(request)) return isHeaders(request.headers) || hasDistinct(request) ? request : undefined;
    const inner = depth < 2 ? wrappedParts(request, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  // A load balancer of AWS sends all values of each header to a Lambda function, or the last value of each, or both.
  const headers = headersIn(wrapper, 'multiValueHeaders');
  return headers === undefined ? undefined : { ...wrapper, headers };
}

// Reads `rawHeaders` first, because the first access to Node's `headersDistinct` is slow.
function distinctHeaders(request: object): (name: string) => readonly string[] {
  return (name) => {
    const source = nodeRequest(request) ?? request;
    const raw = propertyOf(source, 'rawHeaders');
    const sent = Array.isArray(raw) ? rawValues(raw, name) : nothing;
    // Skip an inherited `headersDistinct`: it is Node's and repeats `rawHeaders`. An adapter sets an own property, which may
    // list more values.
    if (sent.length > 0 && !Object.hasOwn(source, 'headersDistinct')) return sent;
    const distinct = propertyOf(source, 'headersDistinct') ?? propertyOf(source, 'multiValueHeaders');
    const told = isObject(distinct) ? valuesOf(distinct as HeadersLike, name) : nothing;
    return told.length > sent.length ? told : sent;
  };
}

// Where frameworks keep Node's request: Koa and the adapters, Fastify, hapi, h3, and servers that make a Fetch request of it.
const places = [['req'], ['raw'], ['raw', 'req'], ['node', 'req'], ['runtime', 'node', 'req']];

function nodeRequest(request: object): object | undefined {
  for (const place of places) {
    let found: object | undefined = request;
    for (const name of place) found = objectIn(found, name);
    if (found !== undefined && hasDistinct(found)) return found;
  }
  return undefined;
}

function objectIn(source: object | undefined, name: string): object | undefined {
  const found = source && propertyOf(source, name);
  return isObject(found) ? found : undefined;
}

function hasDistinct(request: object): boolean {
  return 'rawHeaders' in request || 'headersDistinct' in request;
}

function rawValues(raw: readonly unknown[], wanted: string): readonly string[] {
  const values: string[] = [];
  for (let i = 1; i < raw.length; i += 2) if (isNamed(raw[i - 1], wanted)) values.push(...listOf(raw[i]));
  return values;
}

function isNamed(name: unknown, wanted: string): boolean {
  return typeof name === 'string' && name.length === wanted.length && name.toLowerCase() === wanted;
}

function headerReader(
  headers: HeadersLike,
  distinct: ((name: string) => readonly string[]) | undefined,
): (name: string) => readonly string[] {
  return (name) => {
    const wanted = name.toLowerCase();
    const values = valuesOf(headers, wanted);
    // Use the value in `headers`, because middleware may have changed it on purpose. Exception: if the client sent the header
    // several times, use all values, because Node's `headers` keeps only one of them for some headers.
    const sent = values.length === 1 ? distinct?.(wanted) : undefined;
    return sent !== undefined && sent.length > 1 ? sent : values;
  };
}

function valuesOf(headers: HeadersLike, wanted: string): readonly string[] {
  if (isHeaders(headers)) {
    if (wanted.startsWith(':')) return nothing; // `get` throws for the pseudo-headers of HTTP/2.
    return listOf(headers.get(wanted));
  }
  const values: string[] = [];
  if (isIterable(headers)) {
    for (const [name, value] of headers) if (isNamed(name, wanted)) values.push(...listOf(value));
  } else {
    for (const name of Object.keys(headers)) if (isNamed(name, wanted)) values.push(...listOf(headers[name]));
  }
  return values;
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === undefined || value === null) return nothing;
  // CloudFront shows Lambda functions each value as `{ key, value }`.
  return (Array.isArray(value) ? value : [value]).map(
    (item) => (isObject(item) && textOf(item, 'value')) || String(item),
  );
}

// hapi writes the method in lower case, so a check would not recognize `DELETE`. Not the method as it was sent if that is
// another one: hapi can route a request by a method that the app has set.
function methodOf(parts: RequestParts): string | undefined {
  const method = textOf(parts, 'method');
  if (method === undefined || method.charCodeAt(0) <= upperZ) return method;
  const sent = textOf(nodeRequest(parts) ?? parts, 'method') ?? method;
  return sent.toLowerCase() === method ? sent : method;
}

function locate(request: RequestParts): string | undefined {
  const original = textOf(request, 'originalUrl');
  const url = textOf(request, 'url') ?? original;
  if (url === undefined) return uncutPath(request, pathOf(textOf(request, 'path')));
  if (original !== undefined) return mountedPath(request, original, url);
  // An adapter for connect may pass the `url` from which connect has cut the mount path.
  const inner = objectIn(request, 'req') ?? objectIn(request, 'raw');
  const sent = inner && textOf(inner, 'originalUrl');
  if (sent !== undefined) return mountedPath(request, sent, url) ?? mountedPath(inner ?? {}, sent, url);
  return fetchUrlOf(request, url)?.pathname ?? pathOf(url);
}

// An event of h3 has a `path` from which h3 has cut the mount path, and contains the request that was sent. A Node request in
// `req` proves nothing: adapters for routers pass one with a cut `url`, and the whole path.
function uncutPath(event: object, path: string | undefined): string | undefined {
  const node = objectIn(objectIn(event, 'node'), 'req');
  const target = node && (textOf(node, 'originalUrl') ?? textOf(node, 'url'));
  if (target !== undefined && pathOf(target) !== path) return undefined;
  const fetched = objectIn(event, 'req');
  if (fetched === undefined || !hasHeaders(fetched) || !isHeaders(fetched.headers)) return path;
  return fetchUrlOf(fetched, textOf(fetched, 'url') ?? '')?.pathname === path ? path : undefined;
}

function fetchUrlOf(request: RequestParts, url: string): URL | undefined {
  return isHeaders(request.headers) && !url.startsWith('/') && URL.canParse(url) ? new URL(url) : undefined;
}

// Returns the path as it was sent, or `undefined` if middleware rewrote `url`, because the router then uses another path.
// The `mountPath` of koa-mount is not used, because it can be stale.
function mountedPath(request: object, original: string, url: string): string | undefined {
  const mount = textOf(request, 'baseUrl') ?? '';
  const [sent, routed] = [pathOf(original), pathOf(url)];
  if (sent === undefined || routed === undefined) return undefined;
  return mount + routed === sent || (routed === '/' && mount === sent) ? sent : undefined;
}

function pathOf(target: string | undefined): string | undefined {
  if (target === undefined || !target.startsWith('/')) return undefined;
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

// Ignores properties that are inherited from `Object.prototype` (prototype pollution).
function propertyOf(source: object, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(source, name) ? undefined : Reflect.get(source, name);
}

function textOf(source: object, name: string): string | undefined {
  const value = propertyOf(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// Not `instanceof`: node-fetch, undici and GraphQL Yoga have classes of their own. A Map has no `append`.
function isHeaders(headers: HeadersLike): headers is Headers {
  return typeof propertyOf(headers, 'append') === 'function' && typeof propertyOf(headers, 'get') === 'function';
}

function isIterable(headers: HeadersLike): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
