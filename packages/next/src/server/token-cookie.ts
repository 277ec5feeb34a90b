import { ToriiRequestError } from '@torii/core';

/** The cookie that carries the token, and how it is set. */
export interface TokenCookie {
  readonly name: string;
  readonly secure: boolean;
}

/** The names that it has in one environment or another. */
export const tokenCookieNames: readonly string[] = ['__Host-torii_token', 'torii_token'];

/** What browsers keep of a cookie, its name and attributes included (RFC 6265 6.1). */
const maxCookieBytes = 4096;

/**
 * One name for one app, decided by its configuration and by nothing in a request. The prefix `__Host-` keeps sibling
 * subdomains from planting a cookie of that name; browsers accept it over https, and on loopback.
 */
export function chooseTokenCookie(origins: readonly string[], production: boolean): TokenCookie {
  const secure = production || origins.every((origin) => origin.startsWith('https:'));
  return { name: secure ? '__Host-torii_token' : 'torii_token', secure };
}

/**
 * A `Set-Cookie` header that ends when the token ends.
 *
 * @throws ToriiRequestError for a token that browsers would drop without a word
 */
export function writeTokenCookie(cookie: TokenCookie, token: string, lifetimeSeconds: number): string {
  const line = write(cookie, token, lifetimeSeconds);
  if (line.length > maxCookieBytes) {
    throw new ToriiRequestError(
      `The token is too large for a cookie: ${line.length} bytes with its name and attributes, of which browsers keep ${maxCookieBytes}. Have its template carry fewer claims.`,
    );
  }
  return line;
}

export function hasCookie(headers: Headers, wanted: string): boolean {
  return readCookies(headers).some(({ name }) => name === wanted);
}

/** The pairs of a Cookie header, as they stand in it. */
export function readCookies(headers: Headers): readonly { readonly name: string; readonly pair: string }[] {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair !== '').map((pair) => ({ name: pair.split('=', 1)[0]?.trimEnd() ?? '', pair }));
}

export function clearTokenCookie(cookie: TokenCookie): string {
  return write(cookie, '', 0);
}

function write({ name, secure }: TokenCookie, value: string, maxAge: number): string {
  return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
