export const defaultTokenPath = '/api/torii/token';

export const returnParameter = 'return_to';

export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
