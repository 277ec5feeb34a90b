/** Headers as a plain object in any case, a Fetch `Headers`, or anything that yields `[name, value]`. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/**
 * A request as an adapter describes it, or as Node's `IncomingMessage`, Express, Koa and Fetch have it. Whatever is
 * left out is unknown, and where a rule needs it, unknown refuses.
 */
export interface RequestParts {
  readonly method?: string | undefined;
  /** The path and query that the server sees (Node), or the whole URL (Fetch). */
  readonly url?: string | undefined;
  /** The path and query before a router cut its mount point off `url`. */
  readonly originalUrl?: string | undefined;
  /** The raw path, mount points included, where there is no `url`. */
  readonly path?: string | undefined;
  /** The host with its port that the framework trusts. Left out, it is the `Host` header or the host of a Fetch URL. */
  readonly host?: string | undefined;
  readonly headers: HeadersLike;
  /** Node's view of repeated headers, which tells two Authorization headers from one. Looked at where `rawHeaders` do not tell. */
  readonly headersDistinct?: { readonly [name: string]: readonly string[] | undefined } | undefined;
  /**
   * Names and values in turn, as Node has them: they tell two Authorization headers from one. Leave these out, and `req` and
   * `headersDistinct`, and of two headers the one that `headers` kept counts.
   */
  readonly rawHeaders?: readonly string[] | undefined;
  /** Node's own request, to be asked for its `rawHeaders`. */
  readonly req?: object | undefined;
}

/** What `authenticate` and `check` take: a request, or its headers alone. */
export type RequestLike = RequestParts | HeadersLike;

/** A request as Torii sees it: all that bearer tokens and checks may look at. */
export interface RequestView {
  /** Upper case, as sent. Undefined where only headers are known. */
  readonly method: string | undefined;
  /** With its port, where it has one. */
  readonly host: string | undefined;
  /** As it was sent, encoded and without the query; mount points included. */
  readonly path: string | undefined;
  /** Every value of a header, in order; one item for each time that it was sent. The name's case does not matter. */
  headerValues(name: string): readonly string[];
}

const nothing: readonly string[] = [];

/** A request of which nothing is known. */
export const unknownRequest: RequestView = {
  method: undefined,
  host: undefined,
  path: undefined,
  headerValues: () => nothing,
};

/** One reading of whatever a server has in hand. */
export function viewOf(request: RequestLike): RequestView {
  if (!isObject(request)) return unknownRequest;
  if (!hasHeaders(request)) {
    const headerValues = headerReader(request, undefined);
    return { method: undefined, host: onlyOne(headerValues('host')), path: undefined, headerValues };
  }
  const headerValues = headerReader(request.headers, distinctHeaders(request));
  const target = locate(request);
  // A `host` that somebody wrote into the description, not the getter of a framework: that of Express 4 lacks the port.
  // HTTP/2 has no Host header, and Node shows what it has instead as `authority`.
  const given = Object.hasOwn(request, 'host') ? textOf(request, 'host') : undefined;
  const host = given ?? target.host ?? onlyOne(headerValues('host')) ?? textOf(request, 'authority');
  return { method: textOf(request, 'method'), host, path: target.path, headerValues };
}

function hasHeaders(request: object): request is RequestParts {
  return isObject(propertyOf(request, 'headers'));
}

// Koa's context keeps Node's request, and with it the raw list, in `req`. Asked before the distinct headers, of which Node makes
// a list for every header of a request when they are first looked at.
function distinctHeaders(request: object): (name: string) => readonly string[] {
  const req = propertyOf(request, 'req');
  const source = isObject(req) && ('rawHeaders' in req || 'headersDistinct' in req) ? req : request;
  const raw = propertyOf(source, 'rawHeaders');
  return (name) => {
    const sent = Array.isArray(raw) ? rawValues(raw, name) : nothing;
    // An own property is no getter of Node's: somebody wrote down what is distinct, and may know more.
    if (sent.length > 0 && !Object.hasOwn(source, 'headersDistinct')) return sent;
    const distinct = propertyOf(source, 'headersDistinct');
    const told = isObject(distinct) && Object.hasOwn(distinct, name) ? listOf(Reflect.get(distinct, name)) : nothing;
    return told.length > sent.length ? told : sent;
  };
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
  // A copy of what can perhaps be iterated once only, such as `headers.entries()`: it is asked for one header after another.
  const source = isIterable(headers) && !isHeaders(headers) ? [...headers] : headers;
  return (name) => {
    const wanted = name.toLowerCase();
    const values = valuesOf(source, wanted);
    // `headers` says whether the header counts, since a middleware may have removed or replaced it; the distinct
    // headers say whether it came twice, which `headers` hides.
    const sent = values.length === 1 ? distinct?.(wanted) : undefined;
    return sent !== undefined && sent.length > 1 ? sent : values;
  };
}

function valuesOf(headers: HeadersLike, wanted: string): readonly string[] {
  if (isHeaders(headers)) {
    const value = headers.get(wanted);
    return value === null ? nothing : [value];
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
  return (Array.isArray(value) ? value : [value]).map(String);
}

interface Target {
  readonly path: string | undefined;
  readonly host: string | undefined;
}

// A URL that cannot be read leaves the path unknown: nothing is public then, and path checks refuse.
function locate(request: RequestParts): Target {
  const original = textOf(request, 'originalUrl');
  const url = textOf(request, 'url') ?? original;
  if (url !== undefined && original !== undefined) {
    return { path: mountedPath(request, original, url), host: undefined };
  }
  if (url !== undefined && isHeaders(request.headers) && !url.startsWith('/') && URL.canParse(url)) {
    const { pathname, host } = new URL(url);
    return { path: pathname, host };
  }
  return { path: pathOf(url ?? textOf(request, 'path')), host: undefined };
}

// The path that was sent, where the router's is the rest of it behind Express's mount point, `baseUrl`. koa-mount leaves its
// own behind when it is done, which proves nothing. Where a middleware rewrote the URL, the router goes by another path than the one that was sent: unknown.
function mountedPath(request: RequestParts, original: string, url: string): string | undefined {
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

// Not from Object.prototype, where a pollution elsewhere in the app would speak for every request.
function propertyOf(source: object, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(source, name) ? undefined : Reflect.get(source, name);
}

function textOf(source: object, name: string): string | undefined {
  const value = propertyOf(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function onlyOne(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isHeaders(headers: HeadersLike): headers is Headers {
  return typeof Headers === 'function' && headers instanceof Headers;
}

function isIterable(headers: HeadersLike): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
