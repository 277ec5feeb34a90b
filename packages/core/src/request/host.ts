/** A host that a request names. */
export interface NamedHost {
  readonly host: string;
  /** The scheme, which decides the default port. `undefined` if it is not known. */
  readonly scheme: string | undefined;
}

// A DNS name or an IP address, and a port. Not the other characters of RFC 3986 3.2.2: programs read `a@b`, `a%2eb` or `a,b`
// in different ways.
const pattern = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i;

/** Returns a host in lower case, or `undefined` if it is malformed. */
export function readHost(text: unknown): string | undefined {
  // 253 characters of DNS, a final dot and a port.
  if (typeof text !== 'string' || text.length > 260 || !pattern.test(text)) return undefined;
  return URL.canParse(`http://${text}`) ? text.toLowerCase() : undefined;
}

/** Reads the host of a request target. `undefined` if the target is a path or `*`, which name none. */
export function hostOfTarget(target: string | undefined): NamedHost | undefined {
  if (target === undefined || target.startsWith('/') || target === '*') return undefined;
  const [, scheme, host = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(target) ?? [];
  return { host, scheme };
}

/** Returns the first host, or `undefined` if a host is malformed or differs from the first. */
export function agreedHost(named: readonly NamedHost[]): string | undefined {
  const first = readHost(named[0]?.host);
  return first !== undefined && named.every(({ host, scheme }) => isSameHost(first, readHost(host), scheme))
    ? first
    : undefined;
}

// The default port may be left out. If the scheme is not known, no port is the default one.
function isSameHost(a: string, b: string | undefined, scheme: string | undefined): boolean {
  const schemes = scheme !== undefined && /^(?:http|ws)s?$/i.test(scheme) ? [scheme] : ['http', 'https'];
  return b !== undefined && schemes.every((each) => new URL(`${each}://${a}`).host === new URL(`${each}://${b}`).host);
}
