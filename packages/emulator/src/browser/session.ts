import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';

export interface SessionOptions {
  /** The issuer URL. Pass an empty string if the page's own server proxies `/_torii/` to the issuer. */
  readonly issuer: string;
}

/** The session of the user of this browser. */
export interface BrowserSession {
  /**
   * Returns a valid access token, or `null` if the user is signed out. Call it before every request: the token is
   * cached in memory and renewed 30 seconds before it expires. Concurrent calls share one request.
   *
   * @throws Error if the issuer cannot be reached or responds with an error, and the cached token has expired
   */
  getToken(): Promise<string | null>;
  /**
   * Navigates to the sign-in page, which redirects to `returnTo` afterwards.
   *
   * @param returnTo a URL of an allowed origin; the current page by default
   */
  signIn(returnTo?: string): void;
  /**
   * Ends the session. The cached token is dropped, but remains valid until it expires.
   *
   * @throws Error if the issuer cannot be reached or responds with an error
   */
  signOut(): Promise<void>;
}

interface HeldToken {
  readonly token: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** A token is renewed this long before it expires, or after half of its lifetime if the lifetime is under a minute. */
const renewBeforeMs = 30_000;
const timeLimitMs = 10_000;

// Declared here, so that users of this module's types do not need the `dom` library of TypeScript.
declare const location: { readonly href: string; assign(url: string): void };

/**
 * Creates a handle to this browser's session with an issuer. Create one per page.
 *
 * @throws TypeError if `issuer` is not a string
 * @example
 * const session = createSession({ issuer: 'http://127.0.0.1:9100' });
 * const token = await session.getToken();
 * if (token === null) session.signIn();
 * else await fetch('/api/notes', { headers: { authorization: `Bearer ${token}` } });
 */
export function createSession({ issuer }: SessionOptions): BrowserSession {
  if (typeof issuer !== 'string') throw new TypeError('createSession: `issuer` is not a string. Pass the issuer URL.');
  const base = issuer.replace(/\/$/, '');
  let held: HeldToken | undefined;
  let renewal: Promise<string | null> | undefined;
  // If this changes while a token is being renewed, the user has signed out, and the new token is discarded.
  let signOutCount = 0;

  async function renew(): Promise<string | null> {
    const begun = { signOutCount, atMs: Date.now() };
    const response = await post(base + provisionalPaths.accessToken);
    const answer = response.status === 401 ? undefined : await readToken(response);
    if (signOutCount !== begun.signOutCount) return null;
    // Compute the times of renewal and expiry from the token's lifetime, not from `exp`: this machine's clock may differ
    // from the issuer's.
    held = answer && {
      token: answer.accessToken,
      renewAtMs: begun.atMs + answer.lifetimeMs - Math.min(renewBeforeMs, answer.lifetimeMs / 2),
      endsAtMs: begun.atMs + answer.lifetimeMs,
    };
    return held?.token ?? null;
  }

  return {
    async getToken() {
      if (held !== undefined && Date.now() < held.renewAtMs) return held.token;
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      try {
        return await renewal;
      } catch (error) {
        if (held !== undefined && Date.now() < held.endsAtMs) return held.token;
        throw error;
      }
    },

    signIn(returnTo = location.href) {
      const query = new URLSearchParams({ [provisionalNames.returnTo]: returnTo });
      location.assign(`${base}${provisionalPaths.signIn}?${query}`);
    },

    async signOut() {
      const response = await post(base + provisionalPaths.signOut);
      if (!response.ok) throw new Error(`Sign-out failed: the issuer responded with ${response.status}.`);
      signOutCount += 1;
      held = undefined;
      renewal = undefined;
    },
  };
}

async function readToken(response: Response): Promise<{ readonly accessToken: string; readonly lifetimeMs: number }> {
  if (!response.ok) throw new Error(`No access token: the issuer responded with ${response.status}.`);
  const { accessToken, expiresInSeconds } = (await response.json()) as Record<string, unknown>;
  if (typeof accessToken !== 'string' || typeof expiresInSeconds !== 'number') {
    throw new Error('No access token: the response is not that of a Torii issuer. Check `issuer`.');
  }
  return { accessToken, lifetimeMs: expiresInSeconds * 1000 };
}

async function post(url: string): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', credentials: 'include', signal: AbortSignal.timeout(timeLimitMs) });
  } catch (cause) {
    throw new Error(`The issuer cannot be reached or does not allow the origin of this page: ${url}`, { cause });
  }
}
