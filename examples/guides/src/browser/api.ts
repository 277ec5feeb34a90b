/** The shape of what Torii's `useAuth()` and the emulator's `createSession()` return. */
export interface Session {
  getToken(options?: { readonly skipCache?: boolean }): Promise<string | null>;
}

/**
 * Returns a function that calls the API of `apiUrl` with the user's token. Create one per page.
 *
 * @param signIn called if the user must sign in: without a token, or if the API refuses a renewed token too
 */
export function createApi(apiUrl: string, session: Session, signIn: () => void) {
  let renewal: Promise<string | null> | undefined;

  return async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, apiUrl);
    if (url.origin !== new URL(apiUrl).origin) throw new Error(`The token is for ${apiUrl}, not for ${url.origin}.`);
    let token = await session.getToken();
    let mayRenew = token !== null;
    for (let attempt = 1; ; attempt++) {
      const headers = new Headers(init.headers);
      if (token !== null) headers.set('Authorization', `Bearer ${token}`);
      const response = await fetch(url, { ...init, headers });
      const reason = await readReason(response);

      if (response.status === 401 && mayRenew && token !== null) {
        mayRenew = false; // renew at most once per call
        token = await renew(token, reason);
        if (token !== null) continue;
      }
      const waitSeconds = Number(response.headers.get('Retry-After') ?? 5);
      if (response.status === 503 && reason !== undefined && attempt < 3 && waitSeconds <= 30) {
        await pause(waitSeconds);
        continue;
      }
      if (response.status === 401 && (token === null || isSignInReason(reason))) signIn();
      return response;
    }
  };

  /** Calls that are refused at the same time share one renewal. */
  async function renew(refused: string, reason: string | undefined): Promise<string | null> {
    const current = await session.getToken();
    if (current !== refused) return current;
    renewal ??= renewNow(reason).finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function renewNow(reason: string | undefined): Promise<string | null> {
    // A revocation covers all tokens issued in the same second. Wait, so that the new token is not refused too.
    if (reason === 'token_revoked') await pause(1);
    return session.getToken({ skipCache: true });
  }
}

/** The `reason` of a refusal, or undefined for other responses. Leaves the body to the caller. */
async function readReason(response: Response): Promise<string | undefined> {
  if (response.status !== 401 && response.status !== 503) return undefined;
  try {
    return (await response.clone().json()).error.reason;
  } catch {
    return undefined; // not a refusal by the guard: for example the error page of a load balancer
  }
}

// For other reasons, such as `issuer_refused`, a new sign-in does not help: the page would redirect in an endless loop.
function isSignInReason(reason: string | undefined): boolean {
  return reason === 'token_missing' || reason === 'token_expired' || reason === 'token_revoked';
}

/** Waits up to one second longer than asked, so that many browsers do not retry at the same moment. */
function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (seconds + Math.random()) * 1000));
}
