import { returnParameter, withoutTrailingSlash } from './paths.ts';

// Only there to see whether a path leads away from it.
const here = 'http://app.invalid';
const maxLength = 2000;

/**
 * Reads where somebody wants to go after signing in: a path of this app, or a URL of one of the origins. Undefined for
 * anything else. This is where an open redirect would be.
 */
export function readReturnAddress(value: unknown, origins: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  // Browsers read a backslash as a slash, and drop tabs and line breaks: `/\evil.test` is `//evil.test`.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, here)) return undefined;
  const url = new URL(value, here);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // A path may come to begin with two slashes only when it is resolved: `/.//evil.test`.
    return url.origin === here && !path.startsWith('//') ? path : undefined;
  }
  // `//evil.test` and `evil` are no absolute URLs; a blob: URL has the origin of whoever made it.
  const plain = /^https?:\/\//i.test(value) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}

/** The address of the sign-in page that leads back to where somebody was. One that leads nowhere safe is left out. */
export function signInAddress(signInPath: string, returnTo?: string, origins: readonly string[] = []): string {
  const address = readReturnAddress(returnTo, origins);
  // Signing in to get to the sign-in page leads nowhere.
  const [path = ''] = address?.split(/[?#]/, 1) ?? [];
  if (address === undefined || withoutTrailingSlash(path) === withoutTrailingSlash(signInPath)) return signInPath;
  return `${signInPath}?${returnParameter}=${encodeURIComponent(address)}`;
}
