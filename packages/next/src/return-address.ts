import { returnParameter, withoutTrailingSlash } from './paths.ts';

const appOrigin = 'http://app.invalid';
const maxLength = 2000;

/** Returns `undefined` for any other origin, to prevent open redirects. */
export function readReturnAddress(value: unknown, origins: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  // Browsers treat a backslash as a slash and drop tabs and line breaks: `/\evil.test` means `//evil.test`.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, appOrigin)) return undefined;
  const url = new URL(value, appOrigin);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // `/.//evil.test` resolves to a path with two leading slashes, and browsers read the text after them as a host.
    return url.origin === appOrigin && !path.startsWith('//') ? path : undefined;
  }
  // A `blob:` URL has the origin of the page that created it.
  const plain = /^https?:\/\//i.test(value) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}

export function signInAddress(signInPath: string, returnTo?: string, origins: readonly string[] = []): string {
  const address = readReturnAddress(returnTo, origins);
  const [path = ''] = address?.split(/[?#]/, 1) ?? [];
  const wouldLoop = withoutTrailingSlash(path) === withoutTrailingSlash(signInPath);
  if (address === undefined || wouldLoop) return signInPath;
  return `${signInPath}?${returnParameter}=${encodeURIComponent(address)}`;
}
