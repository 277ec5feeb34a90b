import { isPlainObject } from '../logs/found-value.ts';
import { isObject, propertyOf, textOf } from './properties.ts';
import type { HeadersLike } from './request-parts.ts';

export const nothing: readonly string[] = [];
// An iterator can be read once only.
export function copyIfIterable(headers: HeadersLike): HeadersLike {
  return isIterable(headers) && !isHeaders(headers) ? [...headers] : headers;
}

// Whether an object that has no `headers` can be headers. It cannot if it has values of other types, as an event or a context
// of a framework has, or if it is query parameters: a token is never read from the query (RFC 6750 5.3).
export function isHeaderList(value: object): value is HeadersLike {
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  if (typeof tag === 'string' && /URLSearchParams|FormData/.test(tag)) return false;
  if (isHeaders(value as HeadersLike)) return true;
  if (Array.isArray(value)) return value.every((entry) => Array.isArray(entry));
  const values: readonly unknown[] = Object.values(value);
  return values.every(isHeaderValue) && (values.length > 0 || isPlainObject(value));
}

function isHeaderValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isTextOrNumber);
  return value === undefined || value === null || isTextOrNumber(value);
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

export function rawValues(raw: readonly unknown[], wanted: string): readonly string[] {
  const found: unknown[] = [];
  for (let i = 1; i < raw.length; i += 2) if (isNamed(raw[i - 1], wanted)) found.push(raw[i]);
  return listOfAll(found);
}

function isNamed(name: unknown, wanted: string): boolean {
  return typeof name === 'string' && name.length === wanted.length && name.toLowerCase() === wanted;
}

export function valuesOf(headers: HeadersLike, wanted: string): readonly string[] {
  if (isHeaders(headers)) {
    if (wanted.startsWith(':')) return nothing; // `get` throws for the pseudo-headers of HTTP/2.
    return listOf(headers.get(wanted));
  }
  const found: unknown[] = [];
  if (isIterable(headers)) {
    for (const [name, value] of headers) if (isNamed(name, wanted)) found.push(value);
  } else {
    for (const name of Object.keys(headers)) if (isNamed(name, wanted)) found.push(headers[name]);
  }
  return listOfAll(found);
}

function listOfAll(values: readonly unknown[]): readonly string[] {
  return values.length === 1 ? listOf(values[0]) : values.flatMap(listOf);
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === undefined || value === null) return nothing;
  // CloudFront shows Lambda functions each value as `{ key, value }`.
  return (Array.isArray(value) ? value : [value]).map(
    (item) => (isObject(item) && textOf(item, 'value')) || String(item),
  );
}

// Not `instanceof`: node-fetch, undici and GraphQL Yoga have separate classes. A Map has no `append`.
export function isHeaders(headers: HeadersLike): headers is Headers {
  return typeof propertyOf(headers, 'append') === 'function' && typeof propertyOf(headers, 'get') === 'function';
}

export function isIterable(headers: HeadersLike): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
