import { Problem } from '../http/problem.ts';

/** Only looked at to see whether a path leads away from it. */
const anywhere = 'http://issuer.invalid';

/**
 * Where to go after signing in: a path of this origin, or a URL of one of the origins. Undefined where nothing is asked for.
 *
 * @throws Problem where it leads anywhere else
 */
export function parseReturnTarget(value: string | undefined, origins: readonly string[]): string | undefined {
  if (value === undefined || value === '') return undefined;
  const target = findTarget(value, origins);
  if (target === undefined) {
    throw new Problem(
      400,
      'return_refused',
      'The address to return to is neither a path of this site nor a URL of an allowed origin.',
    );
  }
  return target;
}

function findTarget(value: string, origins: readonly string[]): string | undefined {
  // Browsers read a backslash as a slash, and drop tabs and line ends: `/\evil.example` is `//evil.example`.
  if (/[\\\p{Cc}]/u.test(value) || !URL.canParse(value, anywhere)) return undefined;
  const url = new URL(value, anywhere);
  if (value.startsWith('/')) {
    const path = url.pathname + url.search + url.hash;
    // A path may come to begin with two slashes only when it is resolved: `/.//evil.example`.
    return url.origin === anywhere && !path.startsWith('//') ? path : undefined;
  }
  // A blob: URL has the origin of whoever made it.
  const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return plain && origins.includes(url.origin) ? url.href : undefined;
}
