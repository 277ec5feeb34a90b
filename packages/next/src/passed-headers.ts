import { readCookies, tokenCookieNames } from './token-cookie.ts';

// RFC 9110 7.6.1: what concerns one connection alone. `Keep-Alive` and `Proxy-Connection` are older habits.
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
// Those that `fetch` writes itself, and what clients write in the hope that somebody takes it for a proxy's word.
const ours = [
  ...['host', 'content-length', 'accept-encoding', 'expect', 'cookie', 'forwarded', 'true-client-ip', 'x-client-ip'],
  ...['x-real-ip', 'x-cluster-client-ip', 'cf-connecting-ip', 'fastly-client-ip', 'x-rewrite-url'],
  ...['x-http-method', 'x-http-method-override', 'x-method-override'],
];
const ownPrefixes = ['x-middleware-', 'x-nextjs-', 'x-next-', 'x-invoke-', 'x-torii-', 'next-'];
const proxyPrefixes = ['x-forwarded-', 'x-original-'];

// What speaks for a whole origin, which here is the app's, or to a server in front of it.
const forOrigins = [
  ...['strict-transport-security', 'alt-svc', 'nel', 'report-to', 'reporting-endpoints', 'clear-site-data'],
  ...['service-worker-allowed', 'accept-ch', 'origin-agent-cluster', 'x-sendfile'],
];
const serverPrefixes = ['x-accel-'];

/**
 * A cookie of the issuer's gets one beside it, with the same life and path, that says so: Torii has published no names, and
 * the app's own cookies are none of the issuer's business.
 */
const markPrefix = 'torii_issuer.';

/** The headers of a request that the issuer gets to see. */
export function requestHeaders(sent: Headers): Headers {
  const passed = without(sent, [...ours, ...namedIn(sent.get('connection'))], [...ownPrefixes, ...proxyPrefixes]);
  // What comes back is passed on as it is, and not unpacked on the way.
  passed.set('accept-encoding', 'identity');
  const cookies = readCookies(sent);
  const marks = new Set(cookies.map(({ name }) => name).filter((name) => name.startsWith(markPrefix)));
  const theirs = cookies.filter(({ name }) => marks.has(markPrefix + name) && !tokenCookieNames.includes(name));
  if (theirs.length > 0) passed.set('cookie', theirs.map(({ pair }) => pair).join('; '));
  return passed;
}

/** The headers of the issuer's answer that the browser gets to see. */
export function responseHeaders(received: Headers, upstream: string): Headers {
  const rewritten = ['content-length', 'content-encoding', 'set-cookie', 'location'];
  const dropped = [...rewritten, ...forOrigins, ...namedIn(received.get('connection'))];
  const passed = without(received, dropped, [...ownPrefixes, ...serverPrefixes]);
  // Each cookie in a line of its own: a comma in an `Expires` makes one of two.
  for (const line of received.getSetCookie()) for (const each of passCookie(line)) passed.append('set-cookie', each);
  const location = received.get('location');
  if (location !== null) passed.set('location', withoutUpstream(location, upstream));
  if (!passed.has('cache-control')) passed.set('cache-control', 'private, no-store');
  return passed;
}

/** The issuer's cookie as this app's own, and its mark. Never the token cookie: only the token route verifies what it sets. */
function passCookie(line: string): readonly string[] {
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  // `Domain` names the issuer's host, from which browsers would not take it here, or one of which ours is a part.
  const kept = attributes.filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute));
  if (name === '' || !pair.includes('=') || tokenCookieNames.includes(name)) return [];
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...kept].join(';')];
}

function without(headers: Headers, names: readonly string[], prefixes: readonly string[]): Headers {
  const dropped = new Set([...hopByHop, ...names]);
  const passed = new Headers();
  for (const [name, value] of headers) {
    if (!dropped.has(name) && !prefixes.some((prefix) => name.startsWith(prefix))) passed.append(name, value);
  }
  return passed;
}

function namedIn(connection: string | null): readonly string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** What leads to the issuer's own pages below `/_torii/` stays with us. */
function withoutUpstream(location: string, upstream: string): string {
  return location.startsWith(`${upstream}/_torii/`) ? location.slice(upstream.length) : location;
}
