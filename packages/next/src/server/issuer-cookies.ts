import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

/**
 * Each cookie that the issuer sets gets a second cookie with the same lifetime, the mark. Only marked cookies are sent to
 * the issuer: the names of its cookies are not published, and it must not get the app's own cookies. With `__Host-`, a
 * sibling subdomain cannot plant a mark that would send one of the app's cookies to the issuer.
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
 * Turns a `Set-Cookie` line of the issuer into lines for the browser: the cookie and its mark. The issuer cannot set marks
 * itself, nor the token cookie, because only the token route verifies tokens.
 */
export function cookieLinesForBrowser(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
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
