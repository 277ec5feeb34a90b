// With `renewInProxy`, browsers send Torii's session cookie to every path of the app, so that the proxy sees it. Its mark
// then holds a hash of its value, called the seal. Without it, a sibling subdomain could plant another session cookie at a
// path where the browser sends only that one, and the proxy would sign the user in as someone else (login CSRF).

import { readCookies, type TokenCookie } from '../token-cookie.ts';
import { markPrefixOf } from './issuer-cookies.ts';
import { atPath, expired, pathOf, readName, readValue, withValue } from './set-cookie-line.ts';

export const sessionCookieName = '__client_session';

/** The value of a mark that the issuer route sets without `renewInProxy`. */
const plainMark = '1';
/** The largest cookie that browsers store. */
const maxLength = 4096;
// A cookie's value (RFC 6265 4.1.1).
const cookieValue = /^"?[!#-+\--:<-[\]-~]+"?$/;

export interface SealedSession {
  /** The cookie, as `name=value`. */
  readonly pair: string;
  /** A hash of its value. */
  readonly seal: string;
}

/** The request's session cookie, if the issuer route set it: exactly one, with exactly one mark, which holds its hash. */
export async function findSession(
  headers: Headers,
  app: Pick<TokenCookie, 'secure'>,
): Promise<SealedSession | undefined> {
  const cookies = readCookies(headers);
  const [session, ...others] = cookies.filter(({ name }) => name === sessionCookieName);
  const [mark, ...otherMarks] = cookies.filter(({ name }) => name === markName(app));
  if (session === undefined || mark === undefined || others.length > 0 || otherMarks.length > 0) return undefined;
  const value = readValue(session.pair);
  if (value.length > maxLength || !cookieValue.test(value)) return undefined;
  const seal = await sealOf(value);
  return readValue(mark.pair) === seal ? { pair: `${sessionCookieName}=${value}`, seal } : undefined;
}

/**
 * Takes the session cookie out of `headers` if its mark holds the hash of another. A sibling subdomain can make browsers
 * drop the session cookie, by setting many cookies, and then set its own, which the old mark must not let through.
 *
 * @param sent the headers of the request
 */
export async function dropForeignSession(
  headers: Headers,
  sent: Headers,
  app: Pick<TokenCookie, 'secure'>,
): Promise<void> {
  const cookies = readCookies(headers);
  const session = cookies.find(({ name }) => name === sessionCookieName);
  const mark = readCookies(sent).find(({ name }) => name === markName(app));
  if (session === undefined || mark === undefined || readValue(mark.pair) === plainMark) return;
  if (readValue(mark.pair) === (await sealOf(readValue(session.pair)))) return;
  const others = cookies.filter((cookie) => cookie !== session);
  if (others.length > 0) headers.set('cookie', others.map(({ pair }) => pair).join('; '));
  else headers.delete('cookie');
}

/**
 * Rewrites the `Set-Cookie` lines of the issuer route for the session cookie and its mark. If they move to another path,
 * the browser is told to drop the cookie at the old path: two cookies of one name would not be sent to Torii at all.
 *
 * @param sent the headers of the request, to see at which path the browser has the cookie
 */
export async function placeSession(
  lines: readonly string[],
  sent: Headers,
  { secure, renewInProxy }: Pick<TokenCookie, 'secure'> & { readonly renewInProxy: boolean },
): Promise<readonly string[]> {
  const mark = markName({ secure });
  const hasSealed = readCookies(sent).some(({ name, pair }) => name === mark && readValue(pair) !== plainMark);
  const placed: string[] = [];
  let seal = plainMark;
  for (const line of lines) {
    const name = readName(line);
    const path = pathOf(line);
    if (name === sessionCookieName) seal = await sealOf(readValue(line));
    if (name !== sessionCookieName && name !== mark) placed.push(line);
    else if (renewInProxy) {
      if (path !== undefined && path !== '/') placed.push(expired(line, path));
      // The line of a mark follows that of its cookie.
      placed.push(atPath(name === mark ? withValue(line, seal) : line, '/'));
    } else {
      if (hasSealed && path !== '/') placed.push(expired(line, '/'));
      placed.push(line);
    }
  }
  return placed;
}

function markName(app: Pick<TokenCookie, 'secure'>): string {
  return markPrefixOf(app) + sessionCookieName;
}

async function sealOf(value: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
