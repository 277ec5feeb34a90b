import type { TokenCookie } from '../token-cookie.ts';
import { cookieHeaderForIssuer, cookieLinesForBrowser, findRoutePath, type Places } from './issuer-cookies.ts';

// The only request headers that are sent to the issuer. A block list would be incomplete: proxies, clouds and
// frameworks trust many headers for the client's address, host or method (spoofing). `Referer` is not listed, because
// it would reveal a page's full URL.
const allowed = new Set([
  ...['accept', 'accept-language', 'user-agent', 'dnt', 'save-data', 'priority', 'upgrade-insecure-requests'],
  ...['content-type', 'content-encoding', 'content-language', 'content-disposition'],
  ...['cache-control', 'pragma', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  ...['range', 'if-range', 'last-event-id', 'prefer'],
  ...['origin', 'access-control-request-method', 'access-control-request-headers', 'sec-gpc', 'sec-purpose'],
  ...['dpop', 'idempotency-key', 'x-csrf-token', 'x-xsrf-token', 'x-requested-with', 'x-request-id'],
  ...['traceparent', 'tracestate'],
  // Torii's own: the publishable key, and the session of an app that keeps no cookies.
  ...['x-api-key', 'x-torii-session-token'],
]);
const allowedPrefixes = ['sec-fetch-', 'sec-ch-'];

// Headers that apply to a single connection. A proxy must not forward them (RFC 9110 7.6.1 and 11.7).
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];
// Headers that are removed from the issuer's responses: they would apply to the app's whole origin, or give
// instructions to a server in front of the app.
const forOrigins = [
  ...['strict-transport-security', 'alt-svc', 'nel', 'report-to', 'reporting-endpoints', 'clear-site-data'],
  ...['service-worker-allowed', 'accept-ch', 'critical-ch', 'origin-agent-cluster', 'public-key-pins', 'expect-ct'],
  ...[
    'use-as-dictionary',
    'set-login',
    'set-cookie2',
    'x-send-file',
    'x-matched-path',
    'edge-control',
    'cache-tag',
    'xkey',
  ],
];
/** The response header with the session of an app that keeps no cookies. The only `X-Torii-…` header that is passed on. */
const sessionTokenHeader = 'x-torii-session-token';
const forServersPrefixes = [
  ...['x-middleware-', 'x-nextjs-', 'x-next-', 'x-invoke-', 'x-torii-', 'next-', 'x-opennext-', 'x-vercel-', 'x-nf-'],
  // Headers that make a web server send a file or another URL instead of the response.
  ...['x-accel-', 'x-sendfile', 'x-lighttpd-', 'x-litespeed-', 'x-reproxy-'],
  // Headers that shared caches follow instead of `Cache-Control`.
  ...['surrogate-', 'netlify-', 'fastly-'],
];
const sharedCacheControl = /(?:^|-)(?:cdn|edge)-cache-control$/;

export interface ResponsePlaces extends Places {
  /** The URL that was requested from the issuer, without its query. */
  readonly url: string;
}

/** Request headers that say who asks. */
const personal = ['cookie', 'authorization', sessionTokenHeader];
const varying = ['Authorization', 'Cookie', 'X-API-Key', 'X-Torii-Session-Token'];

export function headersForIssuer(sent: Headers, app: Pick<TokenCookie, 'secure'>): Headers {
  const hops = namedIn(sent.get('connection'));
  const passed = pick(
    sent,
    (name) => !hops.includes(name) && (allowed.has(name) || startsWithOne(name, allowedPrefixes)),
  );
  // Ask the issuer for an uncompressed response: `fetch` would decompress the response, so compression would be wasted.
  passed.set('accept-encoding', 'identity');
  // Forward only Bearer tokens: if the app uses Basic auth, browsers send its password, which the issuer must not get.
  const authorization = sent.get('authorization');
  if (authorization !== null && /^bearer[ \t]+[^\s,]+$/i.test(authorization))
    passed.set('authorization', authorization);
  // Not two keys, and no secret key. The form of a publishable key is not published.
  if (!/^(?!sk_)[^\s,]+$/.test(sent.get('x-api-key') ?? '')) passed.delete('x-api-key');
  // Of two, one was planted, and which one the issuer reads is not known.
  if (sent.get(sessionTokenHeader)?.includes(',')) passed.delete(sessionTokenHeader);
  const cookies = cookieHeaderForIssuer(sent, app);
  if (cookies !== null) passed.set('cookie', cookies);
  return passed;
}

/** @param sent the headers of the request, as they were sent to the issuer */
export function headersForBrowser(received: Headers, places: ResponsePlaces, sent: Headers): Headers {
  const rewritten = ['content-length', 'content-encoding', 'set-cookie', 'location'];
  const dropped = new Set([...hopByHop, ...rewritten, ...forOrigins, ...namedIn(received.get('connection'))]);
  const isForServers = (name: string) =>
    name !== sessionTokenHeader && (startsWithOne(name, forServersPrefixes) || sharedCacheControl.test(name));
  const passed = pick(received, (name) => !dropped.has(name) && !isForServers(name));
  const cookies = received.getSetCookie();
  for (const line of cookies) {
    for (const each of cookieLinesForBrowser(line, places)) passed.append('set-cookie', each);
  }
  const location = received.get('location');
  if (location !== null) passed.set('location', toAppOrigin(location, places));
  // A shared cache must not give one user's session, or what the issuer told one user, to another.
  const isPersonal = cookies.length > 0 || passed.has(sessionTokenHeader) || personal.some((name) => sent.has(name));
  if (isPersonal || !passed.has('cache-control')) passed.set('cache-control', 'private, no-store');
  // Caches do not store the answers to preflights.
  if (!sent.has('access-control-request-method')) addVary(passed);
  return passed;
}

function addVary(headers: Headers): void {
  const existing = (headers.get('vary') ?? '').toLowerCase().split(/[ \t,]+/);
  if (existing.includes('*')) return;
  for (const name of varying) if (!existing.includes(name.toLowerCase())) headers.append('vary', name);
}

function pick(headers: Headers, isWanted: (name: string) => boolean): Headers {
  const picked = new Headers();
  for (const [name, value] of headers) if (isWanted(name)) picked.append(name, value);
  return picked;
}

function startsWithOne(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function namedIn(connection: string | null): readonly string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

// Keeps other paths and URLs of other origins.
function toAppOrigin(location: string, places: ResponsePlaces): string {
  if (!/^(?:[/\\]|[a-z][a-z0-9+.-]*:)/i.test(location))
    return toRelativePath(findTarget(location, places), places) ?? location;
  const { origin } = new URL(places.upstream);
  const path = location.startsWith(`${origin}/`) ? location.slice(origin.length) : location;
  const found = path.startsWith('/') ? findRoutePath(path, places) : undefined;
  if (found === undefined) return location;
  return (places.hasBasePath ? toRelativePath(found, places) : undefined) ?? found;
}

// Next's option `trailingSlash` adds a slash to the URL in the browser, and a relative path would lead elsewhere from there.
function findTarget(relativePath: string, { upstream, url }: ResponsePlaces): string | undefined {
  if (!URL.canParse(relativePath, url)) return undefined;
  const { href } = new URL(relativePath, url);
  return href.startsWith(`${upstream}/`) ? href.slice(upstream.length) : undefined;
}

/** Returns the path relative to the URL in the browser. It is right with and without `basePath`. */
function toRelativePath(path: string | undefined, { pathname }: Places): string | undefined {
  return path && '../'.repeat(pathname.split('/').length - 2) + path.slice(1);
}
