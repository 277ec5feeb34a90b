import { segmentsOf } from '../policy/permission.ts';

export interface PathMatch {
  readonly slug: string | undefined;
  readonly resource: string;
}

/** Matches a path that was decoded by `readPath` of `@torii/core`. Returns `undefined` if the path does not match. */
export type PathPattern = (path: string) => PathMatch | undefined;

export function compilePathPattern(pattern: string): PathPattern {
  if (!pattern.startsWith('/') || !pattern.endsWith('/*')) {
    throw new Error('the pattern must start with `/` and end with `/*`');
  }
  const expected = segmentsOf(pattern.slice(1, -2));
  if (!expected.every((segment) => /^(?::[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9._~!$&'()+,=@-]+)$/.test(segment))) {
    throw new Error('each segment must be literal text or a name such as `:company`');
  }
  if (expected.some((segment) => segment === '.' || segment === '..'))
    throw new Error('the pattern contains a dot segment');
  const slugAt = expected.findIndex(isName);
  if (slugAt !== expected.findLastIndex(isName)) throw new Error('the pattern contains more than one name');
  return (path) => {
    // Ignore a final slash: Express and Koa's router treat `/a` and `/a/` as the same route.
    const segments = segmentsOf(path.slice(1, path.endsWith('/') ? -1 : undefined));
    if (segments.length < expected.length) return undefined;
    if (expected.some((segment, index) => index !== slugAt && segments[index] !== segment)) return undefined;
    return { slug: segments[slugAt], resource: segments.slice(expected.length).join('/') };
  };
}

function isName(segment: string): boolean {
  return segment.startsWith(':');
}
