import { readCookies, type TokenCookie, tokenCookieNames } from './token-cookie.ts';

// For each cookie `x` that the issuer sets, the app also sets a cookie `torii_issuer.x`, called its mark. Only cookies
// with a mark are sent to the issuer, so that it does not get the app's own cookies. The prefix `__Host-` stops sibling
// subdomains from setting marks.
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

// Returns the `Set-Cookie` lines for a cookie of the issuer and for its mark (a cookie that records that the issuer set
// it). Returns none if the issuer's cookie is named like a mark or the token cookie: only the token route may set the
// token cookie, because that route verifies the token.
export function cookieLinesForBrowser(line: string, app: Pick<TokenCookie, 'secure'>): readonly string[] {
  const markPrefix = markPrefixOf(app);
  const [pair = '', ...attributes] = line.split(';');
  const name = pair.split('=', 1)[0]?.trim() ?? '';
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // Remove the `Domain` that the issuer set: browsers would reject the cookie, or send it to sibling subdomains too.
  const kept = attributes.filter((attribute) => !isNamed(attribute, 'domain'));
  // Set `Path=/` and `Secure` on the second cookie: browsers reject a cookie named `__Host-…` without them.
  const others = kept.filter((attribute) => !isNamed(attribute, 'path') && !isNamed(attribute, 'secure'));
  const marked = app.secure ? [...others, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

function isNamed(attribute: string, name: string): boolean {
  return attribute.split('=', 1)[0]?.trim().toLowerCase() === name;
}
