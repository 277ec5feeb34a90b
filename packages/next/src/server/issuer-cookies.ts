import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

/**
 * Each cookie that the issuer sets gets a second cookie with the same lifetime, the mark. Only marked cookies are sent to
 * the issuer: the names of its cookies are not published, and it must not get the app's own cookies. With `__Host-`, a
 * sibling subdomain cannot plant a mark that would send one of the app's cookies to the issuer.
 */
function markPrefixOf({ secure }: Pick<TokenCookie, 'secure'>): string {
  return secure ? '__Host-torii_issuer.' : 'torii_issuer.';
}

/** The `Cookie` header for the issuer: the marked cookies of a request. `null` if there are none. */
export function issuerCookies(sent: Headers, app: Pick<TokenCookie, 'secure'>): string | null {
  const markPrefix = markPrefixOf(app);
  const cookies = readCookies(sent);
  const marks = new Set(cookies.map(({ name }) => name).filter((name) => name.startsWith(markPrefix)));
  const marked = cookies.filter(({ name }) => marks.has(markPrefix + name) && !tokenCookieNames.includes(name));
  return marked.length > 0 ? marked.map(({ pair }) => pair).join('; ') : null;
}

/**
 * The `Set-Cookie` lines that the app sends for a line of the issuer: the cookie and its mark. None if the name is that of
 * the token cookie, which only the token route may set because it verifies the token, or that of a mark.
 */
export function passCookie(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
  const markPrefix = markPrefixOf(app);
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // `Domain` is the issuer's. Here, browsers would reject the cookie or share it with the app's sibling subdomains.
  const kept = attributes.filter((attribute) => !isNamed(attribute, 'domain'));
  // Browsers reject a `__Host-` cookie without `Path=/` and `Secure`.
  const others = kept.filter((attribute) => !isNamed(attribute, 'path') && !isNamed(attribute, 'secure'));
  const marked = app.secure ? [...others, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.split('=', 1)[0]?.trim().toLowerCase() === name;
}
