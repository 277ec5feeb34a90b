/** When a token was issued, in Unix seconds, as it says itself. 0 if it does not say so, or not believably. */
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
