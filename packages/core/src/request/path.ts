/** A path that can be read in one way only, decoded; or why it cannot. */
export type PathReading = { readonly path: string } | { readonly problem: string };

/**
 * Reads a raw path once, for everybody who decides by path. Routers differ in how they take encoded letters, dot
 * segments, doubled slashes and the like, and a path that two readers take differently is how a guard is walked around.
 * So only a path that every router reads alike has a reading; it is decoded, and compared as text.
 */
export function readPath(raw: string | undefined): PathReading {
  if (raw === undefined || !raw.startsWith('/')) return { problem: 'the path is not known' };
  // RFC 3986 3.3: what may stand in a path as it is. `;` may, but some servers cut parameters off there.
  if (!/^[/A-Za-z0-9._~!$&'()*+,=:@%-]*$/.test(raw))
    return { problem: 'the path holds a character that has to be encoded' };
  if (raw.includes('//')) return { problem: 'the path holds an empty segment' };
  if (/\/\.{1,2}(?:\/|$)/.test(raw)) return { problem: 'the path holds a dot segment' };
  if (!raw.includes('%')) return { path: raw };
  // An encoded character that need not be encoded (`%61` for `a`, `%2e`), or must not hide (`%2f`, `%5c`, `%25`, `%3b`,
  // control characters), is read by some routers as itself and by others not.
  for (const [, hex] of raw.matchAll(/%(.{0,2})/g)) {
    if (hex === undefined || !/^[0-9A-Fa-f]{2}$/.test(hex)) return { problem: 'the path holds a broken escape' };
    if (!isBestEncoded(Number.parseInt(hex, 16))) return { problem: 'the path holds a needless or hidden escape' };
  }
  try {
    return { path: decodeURIComponent(raw) };
  } catch {
    return { problem: 'the path holds bytes that are not UTF-8' };
  }
}

// The printable ASCII characters that a path must encode, and the bytes of everything beyond ASCII.
function isBestEncoded(code: number): boolean {
  return code >= 0x80 || ' "<>[]^`{|}'.includes(String.fromCharCode(code));
}

/** Paths that need no token: `/health`, or `/docs/*` for everything below `/docs/`. */
export type PublicPaths = (path: string | undefined) => boolean;

/**
 * Compiles a list of public paths. Case and a trailing slash count: where a router is more generous than this, a request
 * needs a token that could have done without, never the reverse.
 *
 * @throws Error naming the pattern, for one that could not match or would match everything
 */
export function compilePublicPaths(patterns: readonly string[]): PublicPaths {
  const literals = new Set<string>();
  const subtrees: string[] = [];
  for (const pattern of patterns) {
    const problem = problemOfPublicPath(pattern);
    if (problem !== undefined) throw new Error(`${JSON.stringify(pattern)}: ${problem}`);
    if (pattern.endsWith('/*')) subtrees.push(pattern.slice(0, -1));
    else literals.add(pattern);
  }
  return (raw) => {
    const reading = readPath(raw);
    if ('problem' in reading) return false;
    const { path } = reading;
    return literals.has(path) || subtrees.some((base) => path.length > base.length && path.startsWith(base));
  };
}

/** What is wrong with an entry of a list of public paths. */
export function problemOfPublicPath(pattern: string): string | undefined {
  const base = pattern.endsWith('/*') ? pattern.slice(0, -1) : pattern;
  if (!base.startsWith('/')) return 'a path begins with a slash';
  if (pattern === '/*') return 'it matches every path, so that nothing would be checked';
  if (base.includes('*')) return 'a star stands only at the end, as `/*`, for everything below';
  if (base.includes('%')) return 'write the path decoded, as a person reads it';
  if (base.includes('?') || base.includes('#')) return 'a path has no query and no fragment';
  if (/\p{Surrogate}/u.test(base)) return 'the path holds half a character';
  const reading = readPath(encodeURI(base));
  return 'problem' in reading ? reading.problem : undefined;
}
