import { issuerCookies, passCookie } from './issuer-cookies.ts';
import type { TokenCookie } from './token-cookie.ts';

// Whatever else a client writes stays here. Issuers and the servers in front of them believe headers of ever new names to be
// a proxy's word on an address, a host or a method, and this app passes on from its own address, which they may trust.
// `Referer` would tell of the app's pages what browsers tell no other host, `Cookie` and `Authorization` have rules below.
const passedOn = new Set([
  ...['accept', 'accept-language', 'user-agent', 'dnt', 'save-data', 'priority', 'upgrade-insecure-requests'],
  ...['content-type', 'content-encoding', 'content-language', 'content-disposition'],
  ...['cache-control', 'pragma', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  ...['range', 'if-range', 'last-event-id', 'prefer'],
  ...['origin', 'access-control-request-method', 'access-control-request-headers', 'sec-gpc', 'sec-purpose'],
  ...['dpop', 'idempotency-key', 'x-csrf-token', 'x-xsrf-token', 'x-requested-with', 'x-request-id'],
  ...['traceparent', 'tracestate'],
]);
const passedPrefixes = ['sec-fetch-', 'sec-ch-'];

// RFC 9110 7.6.1: what concerns one connection alone. `Keep-Alive` and `Proxy-Connection` are older habits.
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];
// What speaks for a whole origin, which here is the app's, or to a server in front of it.
const forOrigins = [
  ...['strict-transport-security', 'alt-svc', 'nel', 'report-to', 'reporting-endpoints', 'clear-site-data'],
  ...['service-worker-allowed', 'accept-ch', 'origin-agent-cluster', 'x-sendfile'],
];
const forServers = ['x-middleware-', 'x-nextjs-', 'x-next-', 'x-invoke-', 'x-torii-', 'next-', 'x-accel-'];

/** The headers of a request that the issuer gets to see. */
export function requestHeaders(sent: Headers, app: Pick<TokenCookie, 'secure'>): Headers {
  const hops = namedIn(sent.get('connection'));
  const passed = pick(
    sent,
    (name) => !hops.includes(name) && (passedOn.has(name) || startsWithOne(name, passedPrefixes)),
  );
  // What comes back is passed on as it is, and not unpacked on the way.
  passed.set('accept-encoding', 'identity');
  // A token is Torii's. The password of an app behind `Basic`, which browsers send with everything, is the app's.
  const authorization = sent.get('authorization');
  if (authorization !== null && /^bearer[ \t]/i.test(authorization)) passed.set('authorization', authorization);
  const cookies = issuerCookies(sent, app);
  if (cookies !== null) passed.set('cookie', cookies);
  return passed;
}

/** The headers of the issuer's answer that the browser gets to see. */
export function responseHeaders(received: Headers, upstream: string, app: Pick<TokenCookie, 'secure'>): Headers {
  const rewritten = ['content-length', 'content-encoding', 'set-cookie', 'location'];
  const dropped = new Set([...hopByHop, ...rewritten, ...forOrigins, ...namedIn(received.get('connection'))]);
  const passed = pick(received, (name) => !dropped.has(name) && !startsWithOne(name, forServers));
  // Each cookie in a line of its own: a comma in an `Expires` makes one of two.
  for (const line of received.getSetCookie()) {
    for (const each of passCookie(line, app)) passed.append('set-cookie', each);
  }
  const location = received.get('location');
  if (location !== null) passed.set('location', withoutUpstream(location, upstream));
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

/** What leads to the issuer's own pages below `/_torii/` stays with us. */
function withoutUpstream(location: string, upstream: string): string {
  return location.startsWith(`${upstream}/_torii/`) ? location.slice(upstream.length) : location;
}
