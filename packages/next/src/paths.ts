/** Where the token route is, unless an app says otherwise. Known to the server and to the browser. */
export const defaultTokenPath = '/api/torii/token';

/** What the issuer's browser code asks for, on an app that passes it on. */
export const issuerPaths: readonly string[] = ['/_torii/*'];

/** The parameter that tells the sign-in page where to go back to. */
export const returnParameter = 'return_to';

/** One page of an app, whichever way its `trailingSlash` has it. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
