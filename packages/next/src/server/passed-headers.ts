import { cookieHeaderForIssuer, cookieLinesForBrowser } from './issuer-cookies.ts';
import type { TokenCookie } from './token-cookie.ts';

// The only request headers sent to the issuer. A block list would miss some of the headers that proxies, clouds and
// frameworks trust for the client's address, host or method (spoofing). `Referer` would reveal a page's full URL.
const allowed = new Set([
  ...['accept', 'accept-language', 'user-agent', 'dnt', 'save-data', 'priority', 'upgrade-insecure-requests'],
  ...['content-type', 'content-encoding', 'content-language', 'content-disposition'],
  ...['cache-control', 'pragma', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  ...['range', 'if-range', 'last-event-id', 'prefer'],
  ...['origin', 'access-control-request-method', 'access-control-request-headers', 'sec-gpc', 'sec-purpose'],
  ...['dpop', 'idempotency-key', 'x-csrf-token', 'x-xsrf-token', 'x-requested-with', 'x-request-id'],
  ...['traceparent', 'tracestate'],
]);
const allowedPrefixes = ['sec-fetch-', 'sec-ch-'];

// Headers for a single connection, which a proxy must not forward (RFC 9110 7.6.1 and 11.7).
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];
// Removed from the issuer's responses: they would apply to the app's whole origin, or instruct a server in front of it.
const forOrigins = [
  ...['strict-transport-security', 'alt-svc', 'nel', 'report-to', 'reporting-endpoints', 'clear-site-data'],
  ...['service-worker-allowed', 'accept-ch', 'origin-agent-cluster', 'x-sendfile'],
];
const forServersPrefixes = ['x-middleware-', 'x-nextjs-', 'x-next-', 'x-invoke-', 'x-torii-', 'next-', 'x-accel-'];

export function headersForIssuer(sent: Headers, app: Pick<TokenCookie, 'secure'>): Headers {
  const hops = namedIn(sent.get('connection'));
  const passed = pick(
    sent,
    (name) => !hops.includes(name) && (allowed.has(name) || startsWithOne(name, allowedPrefixes)),
  );
  // Ask for an uncompressed response: `fetch` would decompress it before it is forwarded.
  passed.set('accept-encoding', 'identity');
  // Forward only Bearer tokens. Browsers send an app's Basic auth password too, and the issuer must not get it.
  const authorization = sent.get('authorization');
  if (authorization !== null && /^bearer[ \t]/i.test(authorization)) passed.set('authorization', authorization);
  const cookies = cookieHeaderForIssuer(sent, app);
  if (cookies !== null) passed.set('cookie', cookies);
  return passed;
}

export function headersForBrowser(received: Headers, upstream: string, app: Pick<TokenCookie, 'secure'>): Headers {
  const rewritten = ['content-length', 'content-encoding', 'set-cookie', 'location'];
  const dropped = new Set([...hopByHop, ...rewritten, ...forOrigins, ...namedIn(received.get('connection'))]);
  const passed = pick(received, (name) => !dropped.has(name) && !startsWithOne(name, forServersPrefixes));
  // `get('set-cookie')` would join the lines with commas, which also occur in `Expires`.
  for (const line of received.getSetCookie()) {
    for (const each of cookieLinesForBrowser(line, app)) passed.append('set-cookie', each);
  }
  const location = received.get('location');
  if (location !== null) passed.set('location', toAppOrigin(location, upstream));
  if (!passed.has('cache-control')) passed.set('cache-control', 'private, no-store');
  return passed;
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

function toAppOrigin(location: string, upstream: string): string {
  return location.startsWith(`${upstream}/_torii/`) ? location.slice(upstream.length) : location;
}
