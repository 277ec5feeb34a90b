/** A to Z alone, as DNS has it (RFC 4343): to other rules the Kelvin sign is a `k`, and a stranger's subdomain yours. */
export function toLowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The host of a request as names, without port and trailing dot, in lower case; undefined for what is no such host. */
function nameOf(host: string): string | undefined {
  const name = toLowerCaseAscii(host)
    .replace(/:[0-9]{1,5}$/, '')
    .replace(/\.$/, '');
  return name.length <= 253 && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name) ? name : undefined;
}

/**
 * What stands in front of a base domain: of `acme.example.com`, `acme`. Undefined for the base domain itself, an address,
 * another domain, and where no host is known.
 *
 * @param baseDomains The longest first, so that `eu.example.com` is asked before `example.com`.
 */
export function subdomainOf(host: string | undefined, baseDomains: readonly string[]): string | undefined {
  const name = host === undefined ? undefined : nameOf(host);
  if (name === undefined) return undefined;
  if (baseDomains.includes(name)) return undefined;
  const base = baseDomains.find((domain) => name.endsWith(`.${domain}`));
  return base === undefined ? undefined : name.slice(0, -base.length - 1);
}

/** Why a base domain cannot be one, or undefined. */
export function problemOfBaseDomain(domain: string): string | undefined {
  if (nameOf(domain) !== domain) return 'is not a domain, in lower case and without a port';
  // The last label of an IPv4 address is a number, that of a name is not.
  if (/(?:^|\.)[0-9]+$/.test(domain)) return 'is an address, which has no subdomains';
  return undefined;
}
