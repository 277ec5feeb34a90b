import { isHeaders, nothing, rawValues, valuesOf } from './headers.ts';
import { eventCookies, eventMethod } from './lambda-event.ts';
import { isObject, objectIn, propertyOf } from './properties.ts';
import type { HeadersLike, RequestParts } from './request-parts.ts';

export function hasHeaders(request: object): request is RequestParts {
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

// Wrappers that have no `headers`: `raw` in Hono's `c.req`, `req` in its context and in Next's, `request` in those of
// SvelteKit, Remix and Astro. Only a Fetch request, or one of Node, is taken from them.
export function wrappedParts(wrapper: object, depth = 0): RequestParts | undefined {
  for (const name of ['raw', 'req', 'request']) {
    const request = propertyOf(wrapper, name);
    if (!isObject(request)) continue;
    if (hasHeaders(request)) return isHeaders(request.headers) || hasDistinct(request) ? request : undefined;
    const inner = depth < 2 ? wrappedParts(request, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  // A load balancer of AWS sends all values of each header to a Lambda function, or the last value of each, or both. API Gateway
  // sends `null` if there are no headers.
  const headers = headersIn(wrapper, 'multiValueHeaders') ?? (eventMethod(wrapper) === undefined ? undefined : {});
  return headers === undefined ? undefined : { ...wrapper, headers };
}

/** `request` is what the headers belong to, if that is known. */
export function headerReader(headers: HeadersLike, request: object | undefined): (name: string) => readonly string[] {
  return (name) => {
    const wanted = name.toLowerCase();
    const values = valuesOf(headers, wanted);
    if (request !== undefined && values.length === 0 && wanted === 'cookie') return eventCookies(request);
    if (request === undefined || values.length !== 1) return values;
    // Use the value in `headers`, because middleware may have changed it on purpose. Exception: if the client sent the header
    // several times, use all values, because Node's `headers` keeps only one of them for some headers.
    const sent = distinctValues(request, wanted);
    return sent.length > 1 ? sent : values;
  };
}

// Reads `rawHeaders` first, because the first access to Node's `headersDistinct` is slow.
function distinctValues(request: object, name: string): readonly string[] {
  const source = nodeRequest(request) ?? request;
  const raw = propertyOf(source, 'rawHeaders');
  const sent = Array.isArray(raw) ? rawValues(raw, name) : nothing;
  // Skip an inherited `headersDistinct`: it is Node's and repeats `rawHeaders`. An adapter sets an own property, which may
  // list more values.
  if (sent.length > 0 && !Object.hasOwn(source, 'headersDistinct')) return sent;
  const distinct = propertyOf(source, 'headersDistinct') ?? propertyOf(source, 'multiValueHeaders');
  const told = isObject(distinct) ? valuesOf(distinct as HeadersLike, name) : nothing;
  return told.length > sent.length ? told : sent;
}

// Where frameworks keep Node's request: Koa and the adapters, Fastify, hapi, h3, and servers that make a Fetch request of it.
const places = [['req'], ['raw'], ['raw', 'req'], ['node', 'req'], ['runtime', 'node', 'req']];

export function nodeRequest(request: Partial<Record<'req' | 'raw' | 'node' | 'runtime', unknown>>): object | undefined {
  // Most requests have none of these. Properties whose names are written out are read faster.
  if ((request.req ?? request.raw ?? request.node ?? request.runtime) === undefined) return undefined;
  for (const place of places) {
    let found: object | undefined = request;
    for (const name of place) found = objectIn(found, name);
    if (found !== undefined && hasDistinct(found)) return found;
  }
  return undefined;
}

function hasDistinct(request: object): boolean {
  return 'rawHeaders' in request || 'headersDistinct' in request;
}
