export const defaultTokenPath = '/api/torii/token';

export const issuerPaths: readonly string[] = ['/_torii/*'];

export const returnParameter = 'return_to';

/** In Next, `/a` and `/a/` are the same page, whatever its option `trailingSlash` is. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
