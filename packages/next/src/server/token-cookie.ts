import { ToriiRequestError } from '@torii/core';

export interface TokenCookie {
  readonly name: string;
  readonly secure: boolean;
}

export const tokenCookieNames: readonly string[] = ['__Host-torii_token', 'torii_token'];

/** The size limit for the cookie's value, name and attributes. Browsers may drop a larger cookie (RFC 6265 6.1). */
const maxCookieBytes = 4096;

// Decides from `origins` whether the cookie is `Secure`, not from `X-Forwarded-Proto`, which can be forged. The name
// prefix `__Host-` stops sibling subdomains from setting the cookie.
export function chooseTokenCookie(origins: readonly string[], production: boolean): TokenCookie {
  const secure = production || origins.every((origin) => origin.startsWith('https:'));
  return { name: secure ? '__Host-torii_token' : 'torii_token', secure };
}

export function writeTokenCookie(cookie: TokenCookie, token: string, lifetimeSeconds: number): string {
  const line = write(cookie, token, lifetimeSeconds);
  if (line.length > maxCookieBytes) {
    throw new ToriiRequestError(
      `The token is too large for a cookie: ${line.length} bytes with name and attributes, but browsers store only ${maxCookieBytes}. Remove claims from the token template.`,
    );
  }
  return line;
}

export function hasCookie(headers: Headers, wanted: string): boolean {
  return readCookies(headers).some(({ name }) => name === wanted);
}

export function readCookies(headers: Headers): readonly { readonly name: string; readonly pair: string }[] {
  const pairs = (headers.get('cookie') ?? '').split(';').map(trimBlanks);
  return pairs.filter((pair) => pair !== '').map((pair) => ({ name: trimBlanks(pair.split('=', 1)[0] ?? ''), pair }));
}

// Not `trim()`, which also removes other spaces, such as U+00A0. Browsers do not: a sibling subdomain can set a cookie
// whose name is such a space and `__Host-…`. Not by a pattern, which would take quadratic time (ReDoS).
export function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

export function clearTokenCookie(cookie: TokenCookie): string {
  return write(cookie, '', 0);
}

function write({ name, secure }: TokenCookie, value: string, maxAge: number): string {
  return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
