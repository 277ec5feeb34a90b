export const defaultTokenPath = '/api/torii/token';

/** The paths that the issuer's browser code requests when the app proxies the issuer. */
export const issuerPaths: readonly string[] = ['/_torii/*'];

/** The query parameter that tells the sign-in page where to return to. */
export const returnParameter = 'return_to';

/** One form for `/a` and `/a/`, which are the same page whatever Next's `trailingSlash` is. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
