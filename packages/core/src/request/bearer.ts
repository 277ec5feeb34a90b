import { ToriiAuthError } from '../errors.ts';
import { refusal } from '../events.ts';
import type { RequestView } from './request-view.ts';

export interface TokenPlaces {
  readonly header: string;
  /** `undefined` if the header contains the token alone. */
  readonly scheme: TokenScheme | undefined;
  readonly cookie: string | undefined;
  readonly origins: readonly string[];
  /** Applies only to a header without a scheme. */
  readonly allowNonBrowsers?: boolean;
}

/** An authentication scheme (RFC 9110 11.1). */
export interface TokenScheme {
  readonly name: string;
  /** Matches the scheme, in upper or lower case, and one space or tab after it. */
  readonly prefix: RegExp;
}

export const bearerScheme: TokenScheme = { name: 'Bearer', prefix: /^bearer[ \t]/i };

/** @param name a `token` of RFC 9110 5.6.2 */
export function schemeNamed(name: string): TokenScheme {
  return { name, prefix: new RegExp(`^${name.replace(/[$*+.^|]/g, '\\$&')}[ \\t]`, 'i') };
}

// Never reads the query string, which ends up in logs (RFC 6750 5.3).
export function bearerToken(request: RequestView, places: TokenPlaces, isKnown?: (token: string) => boolean): string {
  const values = request.headerValues(places.header);
  if (values.length > 1) throw malformed('The request has more than one header of this name.', places.header);
  const value = values[0];
  if (value !== undefined && value !== '') {
    if (places.scheme !== undefined) return tokenAfter(places.scheme, value, places.header, isKnown);
    const token = bareToken(value, places.header, isKnown);
    if (isFromOwnPages(request, places.origins) || (places.allowNonBrowsers && !isFromBrowser(request))) return token;
    const problem = 'A token in this header counts only if a page of the app sent the request.';
    throw refusal('token_missing', problem, { hint: originHint });
  }
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
const otherScheme = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t]|$)/;
// The pattern allows no dots, so that a token is not taken for a scheme.
const schemeBefore = /^[A-Za-z][0-9A-Za-z_-]*[ \t]/;

// A proxy adds the header to every request with the user's cookie, also to those that pages of other sites send (CSRF).
const originHint =
  'Add the origin of the page to `origins`. For callers without a browser, set `allowNonBrowsers: true`';

const bareHint = "If the header contains the token alone, write `scheme: 'none'`";
const schemeHint = "If the header contains `Bearer <token>`, leave `scheme: 'none'` out";

// To match a whole token takes longer than to find it among the known ones, which are all well-formed.
function tokenAfter(
  { name, prefix }: TokenScheme,
  value: string,
  header: string,
  isKnown?: (token: string) => boolean,
): string {
  const trimmed = trim(value);
  if (prefix.test(trimmed)) {
    const token = trim(trimmed.slice(name.length + 1));
    if (isKnown?.(token) || token68.test(token)) return token;
  }
  const sent = otherScheme.exec(trimmed)?.[0];
  if (sent !== undefined && sent.toLowerCase() !== name.toLowerCase() && !/[\r\n]/.test(value)) {
    throw refusal(
      'scheme_unsupported',
      `The token was not sent as \`${name} <token>\`.`,
      header !== 'authorization' && token68.test(trimmed) ? { hint: bareHint } : {},
    );
  }
  throw malformed(`The header is not \`${name} <token>\` with a single token.`, header);
}

function bareToken(value: string, header: string, isKnown?: (token: string) => boolean): string {
  const token = trim(value);
  if (isKnown?.(token) || token68.test(token)) return token;
  if (schemeBefore.test(token) && !/[\r\n]/.test(value)) {
    throw refusal(
      'scheme_unsupported',
      `The token was not sent alone, but after a scheme such as \`Bearer\`. Header: ${header}.`,
      { hint: schemeHint },
    );
  }
  throw malformed('The header is not a single token.', header);
}

function malformed(message: string, header: string): ToriiAuthError {
  return new ToriiAuthError('header_malformed', `${message} Header: ${header}.`);
}

// Loops instead of `/[ \t]+$/`, which would take quadratic time on a long run of spaces (ReDoS).
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
 * CSRF protection: whether a token may be used that the browser, or a proxy, adds to every request. Unless the method is GET,
 * HEAD or OPTIONS, `Origin` or `Sec-Fetch-Site` must prove that a page of the app sent the request. Also use it before setting or
 * clearing a token cookie.
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

// Browsers send `Origin` with every request of another site that is not GET or HEAD, and with WebSocket handshakes (Fetch 3.2).
function isFromBrowser(request: RequestView): boolean {
  return ['origin', 'sec-fetch-site'].some((name) => request.headerValues(name).length > 0);
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  if (host === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === originHost;
}
