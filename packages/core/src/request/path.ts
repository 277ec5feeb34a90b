/** The decoded path, or the reason why a path is ambiguous. */
export type PathReading = { readonly path: string } | { readonly problem: string };

/** Decodes a path. Refuses one that routers could read in different ways, because it could bypass a guard. */
export function readPath(raw: string | undefined): PathReading {
  if (raw === undefined || !raw.startsWith('/')) return { problem: 'the path is not known' };
  // Allow the characters of RFC 3986 3.3 except `;`, because some servers remove `;` and the text after it.
  if (!/^[/A-Za-z0-9._~!$&'()*+,=:@%-]*$/.test(raw))
    return { problem: 'the path contains a character that is not allowed' };
  if (raw.includes('//')) return { problem: 'the path contains an empty segment' };
  if (/\/\.{1,2}(?:\/|$)/.test(raw)) return { problem: 'the path contains a dot segment' };
  if (!raw.includes('%')) return { path: raw };
  // Refuse escapes that only some routers decode: needless (`%61`, `%2e`) or dangerous ones (`%2f`, `%5c`, `%25`, `%3b`). A
  // malformed escape reads as NaN or as a control character.
  for (const [, hex = ''] of raw.matchAll(/%(.{0,2})/g)) {
    if (!mustBeEncoded(Number.parseInt(hex, 16)))
      return { problem: 'the path contains a percent escape that is malformed or ambiguous' };
  }
  try {
    return { path: decodeURIComponent(raw) };
  } catch {
    return { problem: 'the path contains bytes that are not UTF-8' };
  }
}

function mustBeEncoded(code: number): boolean {
  return code >= 0x80 || ' "<>[]^`{|}'.includes(String.fromCharCode(code));
}

/** Returns `true` if a path is public. An unknown or ambiguous path is never public. */
export type PublicPaths = (path: string | undefined) => boolean;

/**
 * Compiles patterns of public paths: an exact path, or `/docs/*` for everything below `/docs/`. Case and a trailing slash
 * matter. Use `readPublicPaths`, which refuses patterns that `problemOfPublicPath` finds wrong.
 */
export function compilePublicPaths(patterns: readonly string[]): PublicPaths {
  const literals = new Set<string>();
  const subtrees: string[] = [];
  for (const pattern of patterns) {
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

export function problemOfPublicPath(pattern: string): string | undefined {
  const base = pattern.endsWith('/*') ? pattern.slice(0, -1) : pattern;
  if (!base.startsWith('/')) return 'a path must begin with a slash';
  if (pattern === '/*') return 'it would match every path';
  if (base.includes('*')) return 'a star is allowed only at the end, as `/*`';
  if (/\/(?::[a-z]{2}\w*|\{[a-z]\w*\})(?:\/|$)/i.test(base)) return 'a path has no parameters. Write `/*`';
  if (/[%?#]/.test(base)) return 'a path must not have percent escapes, a query or a fragment';
  if (/\p{Surrogate}/u.test(base)) return 'the path is not valid Unicode';
  const reading = readPath(encodeURI(base));
  return 'problem' in reading ? reading.problem : undefined;
}
