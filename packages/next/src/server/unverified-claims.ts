const maxLength = 16 * 1024;

/** The claims of a token that is not verified, and may be expired or forged. `undefined` if it is not a JWT. */
export function readUnverifiedClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const [, payload = '', ...rest] = token.split('.');
    if (token.length > maxLength || rest.length !== 1) return undefined;
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    return Object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}
