import { hasCookie, readCookies, type TokenCookie, tokenCookieNames } from '../token-cookie.ts';
import { attributeName, attributesWithout, isExpired, pairOf, pathOf, readName, readValue } from './set-cookie-line.ts';

/** Where the app and the issuer are, as far as it matters for cookies and redirects of the issuer. */
export interface Places extends Pick<TokenCookie, 'secure'> {
  /** The issuer's URL without a trailing slash. */
  readonly upstream: string;
  /** The path that the browser asked for, without Next's `basePath`. */
  readonly pathname: string;
  /** Whether Next has a `basePath`. Browsers may find the route below it, or without it through a rewrite. */
  readonly hasBasePath: boolean;
}

// For each cookie `x` that the issuer sets, the app also sets a cookie `torii_issuer.x`, called its mark. Only cookies
// with a mark are sent to the issuer, so that it does not get the app's own cookies. The prefix `__Host-` stops sibling
// subdomains from setting marks.
export function markPrefixOf({ secure }: Pick<TokenCookie, 'secure'>): string {
  return secure ? '__Host-torii_issuer.' : 'torii_issuer.';
}

// Sends no cookie whose name comes twice. One of the two may be the app's own, or was planted by a sibling subdomain to
// sign the user in as someone else (login CSRF).
export function cookieHeaderForIssuer(sent: Headers, app: Pick<TokenCookie, 'secure'>): string | null {
  const markPrefix = markPrefixOf(app);
  const cookies = readCookies(sent);
  const counts = new Map<string, number>();
  for (const { name } of cookies) counts.set(name, (counts.get(name) ?? 0) + 1);
  const marked = cookies.filter(
    ({ name }) => counts.has(markPrefix + name) && counts.get(name) === 1 && !tokenCookieNames.includes(name),
  );
  return marked.length > 0 ? marked.map(({ pair }) => pair).join('; ') : null;
}

// Returns the `Set-Cookie` lines for a cookie of the issuer and for its mark (a cookie that records that the issuer set
// it). Returns none if the issuer's cookie is named like a mark or the token cookie: only the token route may set the
// token cookie, because that route verifies the token.
export function cookieLinesForBrowser(line: string, places: Places): readonly string[] {
  if (hidesCookie(line)) return [];
  const markPrefix = markPrefixOf(places);
  const [pair, name] = [pairOf(line), readName(line)];
  if (name === '' || !pair.includes('=')) return [];
  if (tokenCookieNames.includes(name) || name.startsWith(markPrefix)) return [];
  // Remove the `Domain` that the issuer set: browsers would reject the cookie, or send it to sibling subdomains too.
  const ownHost = attributesWithout(line, ['domain']);
  // Browsers reject a cookie named `__Host-…`, `__Secure-…` or `__Http-…` without `Secure`.
  const isPrefixed = /^__(?:host|secure|http)-/i.test(name);
  const fitting = places.secure || isPrefixed ? ownHost : ownHost.flatMap(forPlainHttp);
  const kept = fitting.map((attribute) => withPathOfApp(attribute, places));
  // Set `Path=/` and `Secure` on the mark: browsers reject a cookie named `__Host-…` without them.
  const others = kept.filter((attribute) => !['path', 'secure'].includes(attributeName(attribute)));
  const marked = places.secure ? [...others, ' Path=/', ' Secure'] : kept;
  return [[pair, ...kept].join(';'), [`${markPrefix}${name}=1`, ...marked].join(';')];
}

/**
 * Whether the line removes a cookie that the browser did not send. If the browser has the cookie by now, the user has signed in
 * after the request, for example in another tab, and its answer must not sign the user out.
 */
export function dropsUnsentCookie(line: string, sent: Headers, pathname: string): boolean {
  if (!isExpired(line) || hasCookie(sent, readName(line))) return false;
  // A cookie at another path is not sent, but the browser may have it.
  const path = pathOf(line) ?? '/';
  return path === '/' || pathname === path || pathname.startsWith(`${path}/`);
}

// Whether Next would split the line into several cookies, of which only the first would have been checked here. It splits
// at each comma that is followed by a name and `=`, in quotes too, but not at those of `Expires`. The second cookie
// may be the token cookie, or be of someone who could choose the value of the first.
function hidesCookie(line: string): boolean {
  return /,[^=;,]*=/.test(line);
}

// Over http, some browsers reject `Secure`, on loopback too, and all reject `SameSite=None` or `Partitioned` without it.
// Torii sets these attributes for pages of other sites, but here its cookies belong to the app's own site.
function forPlainHttp(attribute: string): readonly string[] {
  const name = attributeName(attribute);
  if (name === 'secure' || name === 'partitioned') return [];
  return name === 'samesite' && readValue(attribute).toLowerCase() === 'none' ? [' SameSite=Lax'] : [attribute];
}

function withPathOfApp(attribute: string, places: Places): string {
  if (attributeName(attribute) !== 'path') return attribute;
  const path = readValue(attribute);
  const found = findRoutePath(path, places);
  if (found === undefined) return path === issuerPathOf(places) ? ' Path=/' : attribute;
  if (places.hasBasePath) return ' Path=/';
  return found === path ? attribute : ` Path=${found}`;
}

/** Returns the path of the route, without `basePath`, for a path of the issuer; `undefined` if it is not below `/_torii`. */
export function findRoutePath(path: string, places: Places): string | undefined {
  const base = issuerPathOf(places);
  const below = path.startsWith(base) ? path.slice(base.length) : path;
  return /^\/_torii(?![^/?#])/.test(below) ? below : undefined;
}

/** The path of the issuer's URL, without a trailing slash. Several environments may share a host. */
function issuerPathOf({ upstream }: Places): string {
  return new URL(upstream).pathname.replace(/\/$/, '');
}
