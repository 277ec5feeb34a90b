import { Problem } from '../http/problem.ts';

/** The base for resolving a path. If the result has another origin, the path leads to another site. */
const placeholderOrigin = 'http://issuer.invalid';

/**
 * Validates the URL to redirect to after sign-in or sign-out: a path of this origin, or a URL of one of `origins`.
 *
 * @throws Problem `return_refused` for any other URL, which would make this an open redirect
 */
export function parseReturnTarget(value: string | undefined, origins: readonly string[]): string | undefined {
  if (value === undefined || value === '') return undefined;
  const target = findTarget(value, origins);
  if (target === undefined) {
    throw new Problem(
      400,
      'return_refused',
      'The URL to return to is not allowed. Use a path of this site, or a URL whose origin is in allowedOrigins.',
    );
  }
  return target;
}

function findTarget(value: string, origins: readonly string[]): string | undefined {
  // Browsers treat `\` as `/` and remove tabs and line breaks, so `/\evil.example` means `//evil.example`.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, placeholderOrigin)) return undefined;
  const url = new URL(value, placeholderOrigin);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // Open redirect: `/.//evil.example` resolves to `//evil.example`, which browsers treat as another host. So refuse
    // a resolved path that begins with two slashes.
    return url.origin === placeholderOrigin && !path.startsWith('//') ? path : undefined;
  }
  // The origin of a blob: URL is that of its creator, so the protocol must be checked too.
  const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}
