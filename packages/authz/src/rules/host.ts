// Converts only A to Z to lower case, as DNS does (RFC 4343). `toLowerCase()` also turns the Kelvin sign (U+212A) into
// `k`, so a token for another subdomain could match.
export function toLowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function normalizeHost(host: string): string | undefined {
  const name = toLowerCaseAscii(host)
    .replace(/:[0-9]{1,5}$/, '')
    .replace(/\.$/, '');
  return name.length <= 253 && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name) ? name : undefined;
}

export function subdomainOf(host: string, baseDomains: readonly string[]): string | undefined {
  const name = normalizeHost(host);
  if (name === undefined) return undefined;
  if (baseDomains.includes(name)) return undefined;
  const base = baseDomains.find((domain) => name.endsWith(`.${domain}`));
  return base === undefined ? undefined : name.slice(0, -base.length - 1);
}

export function problemOfBaseDomain(domain: string): string | undefined {
  if (normalizeHost(domain) !== domain) return 'is not a domain in lower case, without a scheme and a port';
  if (/(?:^|\.)[0-9]+$/.test(domain)) return 'is an IP address, which has no subdomains';
  return undefined;
}
