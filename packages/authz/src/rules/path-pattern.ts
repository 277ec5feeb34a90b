import { segmentsOf } from '../policy/permission.ts';

/** What a pattern found in a path. */
export interface PathMatch {
  /** What stands where the pattern has its `:name`; undefined where it has none. */
  readonly slug: string | undefined;
  /** What follows the pattern, without a slash in front or behind: `sales/invoices`; empty at the pattern's own end. */
  readonly resource: string;
}

/** Finds tenant and resource in a path that has been read, see core's `readPath`. Undefined: the pattern does not match. */
export type PathPattern = (path: string) => PathMatch | undefined;

/**
 * Compiles `/api/v1/:company/*`: literal segments, at most one of which is a name, and `/*` for the rest.
 *
 * @throws Error saying what is wrong
 */
export function compilePathPattern(pattern: string): PathPattern {
  if (!pattern.startsWith('/') || !pattern.endsWith('/*')) throw new Error('it begins with `/` and ends with `/*`');
  const expected = segmentsOf(pattern.slice(1, -2));
  if (!expected.every((segment) => /^(?::[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9._~!$&'()+,=@-]+)$/.test(segment))) {
    throw new Error('a segment is a literal, or a name such as `:company`');
  }
  if (expected.some((segment) => segment === '.' || segment === '..')) throw new Error('it holds a dot segment');
  const slugAt = expected.findIndex(isName);
  if (slugAt !== expected.findLastIndex(isName)) throw new Error('it holds more than one name');
  return (path) => {
    // One slash at the end leads to the same route, in Express and in Koa's router.
    const segments = segmentsOf(path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined));
    if (segments.length < expected.length) return undefined;
    if (expected.some((segment, index) => index !== slugAt && segments[index] !== segment)) return undefined;
    return { slug: segments[slugAt], resource: segments.slice(expected.length).join('/') };
  };
}

function isName(segment: string): boolean {
  return segment.startsWith(':');
}
