import { returnParameter, withoutTrailingSlash } from './paths.ts';

const appOrigin = 'http://app.invalid';
const maxLength = 2000;

/** Returns the address if it is a path of the app or a URL of one of `origins`; else `undefined` (open redirect). */
export function readReturnAddress(value: unknown, origins: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  // Refuse backslashes and control characters. Browsers read `/\evil.test` as `//evil.test`, a URL of another host, and
  // drop tabs and line breaks.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, appOrigin)) return undefined;
  const url = new URL(value, appOrigin);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // Refuse `/.//evil.test`: it resolves to the path `//evil.test`, which browsers read as a URL of another host.
    return url.origin === appOrigin && !path.startsWith('//') ? path : undefined;
  }
  // Accept only http and https: a `blob:` URL has the origin of the page that created it, which may be allowed.
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
