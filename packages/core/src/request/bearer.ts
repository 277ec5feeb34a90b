import { ToriiAuthError } from '../errors.ts';
import type { RequestView } from './request-view.ts';

/** Where a request may carry its token. */
export interface TokenPlaces {
  /** The header's name, in lower case. */
  readonly header: string;
  /** A cookie's name. Undefined: no cookie is ever read. */
  readonly cookie: string | undefined;
  /** Origins, such as `https://app.example.com`, whose pages may send the cookie with an unsafe method. */
  readonly origins: readonly string[];
}

/**
 * The token of a request, unverified: from the header, or from the cookie where one is configured and the header is not
 * there at all. The query string is never looked at: it ends up in logs and in `Referer` (RFC 6750 5.3).
 *
 * @throws ToriiAuthError `token_missing`, `scheme_unsupported` or `header_malformed`
 */
export function bearerToken(request: RequestView, places: TokenPlaces): string {
  const [value, second] = request.headerValues(places.header);
  if (second !== undefined) throw malformed('The request has the header twice.', places.header);
  if (value !== undefined && value !== '') return tokenFromHeader(value, places.header);
  const hasHeader = value !== undefined || request.headerValues('authorization').length > 0;
  if (places.cookie !== undefined && !hasHeader) {
    const token = tokenFromCookie(request, places.cookie);
    if (token !== undefined && isFromOwnPages(request, places.origins)) return token;
  }
  throw new ToriiAuthError('token_missing', 'No token was sent.');
}

// `Bearer`, any case, spaces or tabs, one token68 (RFC 9110 11.2), and nothing behind it. No two parts of the pattern
// can match the same character, so that it reads each character once.
const bearer = /^bearer[ \t]+([A-Za-z0-9._~+/-]+=*)$/i;
const scheme = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t]|$)/;

function tokenFromHeader(value: string, header: string): string {
  const trimmed = trim(value);
  const token = bearer.exec(trimmed)?.[1];
  if (token !== undefined) return token;
  const named = scheme.exec(trimmed)?.[0];
  if (named !== undefined && named.toLowerCase() !== 'bearer' && !/[\r\n]/.test(value)) {
    throw new ToriiAuthError('scheme_unsupported', 'The token was not sent as `Bearer <token>`.');
  }
  throw malformed('The header is not `Bearer <token>` with one token.', header);
}

function malformed(message: string, header: string): ToriiAuthError {
  return new ToriiAuthError('header_malformed', `${message} Header: ${header}.`);
}

// By hand: `/[ \t]+$/` starts over at each blank of a long run, which costs the square of its length.
function trim(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

// Two cookies of one name are refused: a sibling subdomain can plant the second, and which one wins is a matter of order.
function tokenFromCookie(request: RequestView, name: string): string | undefined {
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
 * True where a browser cannot have been made to send this request by another site. A cookie goes along by itself, so an
 * unsafe or unknown method counts only when `Origin` or `Sec-Fetch-Site` prove that one of the app's own pages sent it.
 * For a server that sets or clears such a cookie, which another site must not make it do either.
 *
 * @param origins Origins, such as `https://app.example.com`, that are the app's own besides the request's host.
 */
export function isFromOwnPages(request: RequestView, origins: readonly string[]): boolean {
  // A WebSocket's handshake is a GET, but what follows can be read and written by the page that asked for it.
  const isUpgrade = request.headerValues('upgrade').length > 0;
  if (!isUpgrade && (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'))
    return true;
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
  // Through URL, so that a Host header which spells out the default port, or has capitals, is still the same host.
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === originHost;
}
