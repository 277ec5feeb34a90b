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
// Those that `fetch` writes itself, and what the request was like on its way to this app.
const ours = ['host', 'content-length', 'accept-encoding', 'expect', 'cookie', 'forwarded', 'x-forwarded-host'];
const ownPrefixes = ['x-middleware-', 'x-nextjs-', 'x-invoke-', 'x-torii-', 'next-'];

/** The headers of a request that the issuer gets to see. */
export function requestHeaders(sent: Headers, tokenCookie: string): Headers {
  const dropped = new Set([...hopByHop, ...namedIn(sent.get('connection')), ...ours]);
  const passed = new Headers();
  for (const [name, value] of sent) {
    if (!dropped.has(name) && !ownPrefixes.some((prefix) => name.startsWith(prefix))) passed.append(name, value);
  }
  // What comes back is passed on as it is, and not unpacked on the way.
  passed.set('accept-encoding', 'identity');
  const cookies = (sent.get('cookie') ?? '').split(';').filter((pair) => pair.split('=', 1)[0]?.trim() !== tokenCookie);
  const others = cookies.join(';').trim();
  if (others !== '') passed.set('cookie', others);
  return passed;
}

/** The headers of the issuer's answer that the browser gets to see. */
export function responseHeaders(received: Headers, upstream: string): Headers {
  const dropped = new Set([...hopByHop, ...namedIn(received.get('connection'))]);
  for (const name of ['content-length', 'content-encoding', 'set-cookie', 'location']) dropped.add(name);
  const passed = new Headers();
  for (const [name, value] of received) if (!dropped.has(name)) passed.append(name, value);
  // Each cookie in a line of its own: a comma in an `Expires` makes one of two.
  for (const line of received.getSetCookie()) passed.append('set-cookie', line);
  const location = received.get('location');
  if (location !== null) passed.set('location', withoutUpstream(location, upstream));
  if (!passed.has('cache-control')) passed.set('cache-control', 'private, no-store');
  return passed;
}

function namedIn(connection: string | null): readonly string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** What leads to the issuer's own pages below `/_torii/` stays with us. */
function withoutUpstream(location: string, upstream: string): string {
  return location.startsWith(`${upstream}/_torii/`) ? location.slice(upstream.length) : location;
}
