import { ToriiAuthError } from '../errors.ts';
import type { RequestView } from './request-view.ts';

export interface TokenPlaces {
  readonly header: string;
  readonly cookie: string | undefined;
  readonly origins: readonly string[];
}

// Never reads the query string, which ends up in logs (RFC 6750 5.3).
export function bearerToken(request: RequestView, places: TokenPlaces, isKnown?: (token: string) => boolean): string {
  const values = request.headerValues(places.header);
  if (values.length > 1) throw malformed('The request has more than one header of this name.', places.header);
  const value = values[0];
  if (value !== undefined && value !== '') return tokenFromHeader(value, places.header, isKnown);
  const hasHeader = value !== undefined || request.headerValues('authorization').length > 0;
  if (places.cookie !== undefined && !hasHeader) {
    const token = tokenFromCookie(request, places.cookie);
    if (token !== undefined && isFromOwnPages(request, places.origins)) return token;
  }
  throw missingToken();
}

export function missingToken(): ToriiAuthError {
  return new ToriiAuthError('token_missing', 'No token was sent.');
}

// RFC 9110 11.2. In linear time (no ReDoS): adjacent parts never match the same character.
const token68 = /^[A-Za-z0-9._~+/-]+=*$/;
const bearer = /^bearer[ \t]/i;
const scheme = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t]|$)/;

// To match a whole token takes longer than to find it among the known ones, which are all well-formed.
function tokenFromHeader(value: string, header: string, isKnown?: (token: string) => boolean): string {
  const trimmed = trim(value);
  if (bearer.test(trimmed)) {
    const token = trim(trimmed.slice('bearer '.length));
    if (isKnown?.(token) || token68.test(token)) return token;
  }
  const named = scheme.exec(trimmed)?.[0];
  if (named !== undefined && named.toLowerCase() !== 'bearer' && !/[\r\n]/.test(value)) {
    throw new ToriiAuthError('scheme_unsupported', 'The token was not sent as `Bearer <token>`.');
  }
  throw malformed('The header is not `Bearer <token>` with a single token.', header);
}

function malformed(message: string, header: string): ToriiAuthError {
  return new ToriiAuthError('header_malformed', `${message} Header: ${header}.`);
}

// Not by a pattern: `/[ \t]+$/` would take quadratic time on a long run of spaces (ReDoS).
function trim(value: string): string {
  let [start, end] = [0, value.length];
  // Both loops end at the ends of the text, where `charCodeAt` returns NaN.
  while (isBlank(value.charCodeAt(start))) start++;
  while (isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

// Refuses two cookies of the same name: a sibling subdomain can set the second one (cookie tossing).
export function tokenFromCookie(request: RequestView, name: string): string | undefined {
  let found: string | undefined;
  for (const line of request.headerValues('cookie')) {
    for (const pair of line.split(';')) {
      const equals = pair.indexOf('=');
      if (equals === -1 || trim(pair.slice(0, equals)) !== name) continue;
      if (found !== undefined) throw malformed('The request has two cookies of the same name.', 'cookie');
      found = trim(pair.slice(equals + 1));
    }
  }
  return found === '' ? undefined : found;
}

/**
 * CSRF protection: whether a cookie of this request may be used. Unless the method is GET, HEAD or OPTIONS, `Origin` or
 * `Sec-Fetch-Site` must prove that a page of the app sent it. Also use it before setting or clearing a token cookie.
 */
export function isFromOwnPages(request: RequestView, origins: readonly string[]): boolean {
  // A WebSocket handshake is a GET, but must be checked: the page that opens the WebSocket can then send and read messages
  // as the user.
  const isUpgrade = request.headerValues('upgrade').length > 0;
  if (!isUpgrade && /^(?:GET|HEAD|OPTIONS)$/.test(request.method ?? '')) return true;
  const sent = request.headerValues('origin');
  const site = request.headerValues('sec-fetch-site');
  if (sent.length > 1 || site.length > 1) return false;
  const origin = sent[0];
  if (origin === undefined) return site[0] === 'same-origin';
  if (origins.includes(origin)) return true;
  return isOriginOf(origin, request.host) && (site[0] === undefined || site[0] === 'same-origin');
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  if (host === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === originHost;
}
