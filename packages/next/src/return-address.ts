import { withBasePath } from './base-path.ts';
import { returnParameter, withoutTrailingSlash } from './paths.ts';

const appOrigin = 'http://app.invalid';
const maxLength = 2000;

/**
 * Returns the address if it is safe to redirect to: a path of the app or a URL of one of `origins`. Returns `undefined`
 * for any other address (open redirect).
 */
export function readReturnAddress(value: unknown, origins: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  // Refuse backslashes and control characters. Browsers read `/\evil.test` as `//evil.test`, a URL of another host, and
  // ignore tabs and line breaks, which could hide the second slash.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, appOrigin)) return undefined;
  const url = new URL(value, appOrigin);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // Refuse `/.//evil.test`: it resolves to the path `//evil.test`, which browsers read as a URL of another host.
    return url.origin === appOrigin && !path.startsWith('//') ? path : undefined;
  }
  // Accept only http and https: `blob:https://app.example.com/…` has the origin of the page that created it, and that
  // origin may be one of `origins`.
  const plain = /^https?:\/\//i.test(value) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}

/**
 * @param returnTo as browsers see it: with Next's `basePath`
 * @returns a path without `basePath`
 */
export function signInAddress(signInPath: string, returnTo?: string, origins: readonly string[] = []): string {
  const address = readReturnAddress(returnTo, origins);
  const [path = ''] = address?.split(/[?#]/, 1) ?? [];
  const wouldLoop = withoutTrailingSlash(path) === withoutTrailingSlash(withBasePath(signInPath));
  if (address === undefined || wouldLoop) return signInPath;
  return `${signInPath}?${returnParameter}=${encodeURIComponent(address)}`;
}
