/** The `iat` of a token that was not verified, in Unix seconds. 0 if it is missing or more than 15 minutes ahead. */
export function readTokenIssue(token: string, presentMs: number): number {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const issuedAt: unknown = Reflect.get(Object(claims), 'iat');
    return typeof issuedAt === 'number' && issuedAt * 1000 < presentMs + 900_000
      ? Math.max(0, Math.floor(issuedAt))
      : 0;
  } catch {
    return 0;
  }
}
