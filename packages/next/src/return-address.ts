import { returnParameter, withoutTrailingSlash } from './paths.ts';

const appOrigin = 'http://app.invalid';
const maxLength = 2000;

/**
 * Validates the address to return to after signing in: a path of this app, or a URL of one of `origins`. Returns
 * `undefined` for anything else, to prevent open redirects.
 */
export function readReturnAddress(value: unknown, origins: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  // Browsers treat a backslash as a slash and drop tabs and line breaks: `/\evil.test` means `//evil.test`.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, appOrigin)) return undefined;
  const url = new URL(value, appOrigin);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // Resolving a path can produce two leading slashes, and browsers read the text after them as a host:
    // `/.//evil.test`.
    return url.origin === appOrigin && !path.startsWith('//') ? path : undefined;
  }
  // The scheme is checked too, because a `blob:` URL has the origin of the page that created it.
  const plain = /^https?:\/\//i.test(value) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}

/**
 * Returns the address of the sign-in page, with `returnTo` as a query parameter. A `returnTo` that is unsafe to
 * redirect to is left out.
 */
export function signInAddress(signInPath: string, returnTo?: string, origins: readonly string[] = []): string {
  const address = readReturnAddress(returnTo, origins);
  const [path = ''] = address?.split(/[?#]/, 1) ?? [];
  const wouldLoop = withoutTrailingSlash(path) === withoutTrailingSlash(signInPath);
  if (address === undefined || wouldLoop) return signInPath;
  return `${signInPath}?${returnParameter}=${encodeURIComponent(address)}`;
}
