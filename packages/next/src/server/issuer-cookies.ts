import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

/**
 * Returns the beginning of the name of a mark. A mark is a cookie that is set for each cookie of the issuer, with the
 * same lifetime. Only cookies that have a mark are sent to the issuer, because the names of the issuer's cookies are
 * not published, and the issuer must not get the app's own cookies.
 *
 * The prefix `__Host-` prevents a sibling subdomain from setting a mark, which would send one of the app's cookies to
 * the issuer.
 */
function markPrefixOf({ secure }: Pick<TokenCookie, 'secure'>): string {
  return secure ? '__Host-torii_issuer.' : 'torii_issuer.';
}

export function cookieHeaderForIssuer(sent: Headers, app: Pick<TokenCookie, 'secure'>): string | null {
  const markPrefix = markPrefixOf(app);
  const cookies = readCookies(sent);
  const marks = new Set(cookies.map(({ name }) => name).filter((name) => name.startsWith(markPrefix)));
  const marked = cookies.filter(({ name }) => marks.has(markPrefix + name) && !tokenCookieNames.includes(name));
  return marked.length > 0 ? marked.map(({ pair }) => pair).join('; ') : null;
}

/**
 * Converts a `Set-Cookie` line of the issuer to lines for the browser: the cookie, and a second cookie that marks it as
 * the issuer's (see `markPrefixOf`). Returns no lines if the issuer sets a mark itself, or the token cookie: only the
 * token route may set the token cookie, because it verifies the token.
 */
export function cookieLinesForBrowser(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
  const markPrefix = markPrefixOf(app);
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // `Domain` names the issuer's domain. On the app's host, browsers would reject the cookie, or share it with the app's
  // sibling subdomains.
  const kept = attributes.filter((attribute) => !isNamed(attribute, 'domain'));
  // Browsers reject a `__Host-` cookie without `Path=/` and `Secure`, so the mark always gets both.
  const others = kept.filter((attribute) => !isNamed(attribute, 'path') && !isNamed(attribute, 'secure'));
  const marked = app.secure ? [...others, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.split('=', 1)[0]?.trim().toLowerCase() === name;
}
