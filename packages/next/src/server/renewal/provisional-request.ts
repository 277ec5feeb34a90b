// Torii has not published which request renews an access token. This file alone depends on the assumed one, which the
// emulator answers. It is described in docs/decisions/browser-contract.md.

/** The path of the request, below the issuer. */
export const renewalPath = '/_torii/emulator/access-token';

const method = 'POST';

/** @param session the session cookie, as `name=value` */
export function renewalRequest(session: string, userAgent: string | null): RequestInit {
  const headers = new Headers({ cookie: session, accept: 'application/json', 'accept-encoding': 'identity' });
  // Torii may show users the browsers in which they are signed in.
  if (userAgent !== null) headers.set('user-agent', userAgent);
  return { method, headers };
}

/** The access token in the body of the response, or `undefined` if the body is something else. */
export function readAccessToken(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'accessToken')) return undefined;
    const token: unknown = Reflect.get(answer, 'accessToken');
    return typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
