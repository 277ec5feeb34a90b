import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

// A mark is a cookie that is set with each cookie of the issuer. Only marked cookies are sent to the issuer, so that it
// never gets the app's own. `__Host-` prevents a sibling subdomain from setting a mark.
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

// The issuer must not set marks, or the token cookie: only the token route may, because it verifies the token.
export function cookieLinesForBrowser(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
  const markPrefix = markPrefixOf(app);
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // Browsers would reject a cookie with the issuer's `Domain`, or share it with the app's sibling subdomains.
  const kept = attributes.filter((attribute) => !isNamed(attribute, 'domain'));
  // Browsers reject a `__Host-` cookie without `Path=/` and `Secure`.
  const others = kept.filter((attribute) => !isNamed(attribute, 'path') && !isNamed(attribute, 'secure'));
  const marked = app.secure ? [...others, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.split('=', 1)[0]?.trim().toLowerCase() === name;
}
