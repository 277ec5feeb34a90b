import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

/**
 * A cookie of the issuer's gets one beside it, with the same life, that says so: Torii has published no names, and the app's
 * own cookies are none of the issuer's business. `__Host-` keeps sibling subdomains from planting one for a cookie of the app.
 */
function markPrefixOf({ secure }: Pick<TokenCookie, 'secure'>): string {
  return secure ? '__Host-torii_issuer.' : 'torii_issuer.';
}

/** Those cookies of a request that the issuer has set here; null where there are none. */
export function issuerCookies(sent: Headers, app: Pick<TokenCookie, 'secure'>): string | null {
  const markPrefix = markPrefixOf(app);
  const cookies = readCookies(sent);
  const marks = new Set(cookies.map(({ name }) => name).filter((name) => name.startsWith(markPrefix)));
  const theirs = cookies.filter(({ name }) => marks.has(markPrefix + name) && !tokenCookieNames.includes(name));
  return theirs.length > 0 ? theirs.map(({ pair }) => pair).join('; ') : null;
}

/**
 * The issuer's cookie as this app's own, and its mark. Neither the token cookie, since only the token route verifies what it
 * sets, nor a mark of its own making.
 */
export function passCookie(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
  const markPrefix = markPrefixOf(app);
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // `Domain` names the issuer's host, from which browsers would not take it here, or one of which ours is a part.
  const kept = attributes.filter((attribute) => !isNamed(attribute, 'domain'));
  // Without these two, browsers drop what is named `__Host-`.
  const free = kept.filter((attribute) => !isNamed(attribute, 'path') && !isNamed(attribute, 'secure'));
  const marked = app.secure ? [...free, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.split('=', 1)[0]?.trim().toLowerCase() === name;
}
