import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';

export interface SessionOptions {
  /** The issuer URL. Empty where the page's own server passes `/_torii/` on to the issuer. */
  readonly issuer: string;
}

/** The session of the person in front of this browser. */
export interface BrowserSession {
  /**
   * An access token that is good for a while yet, or null where nobody is signed in. Ask before every request: it is kept
   * in memory, and renewed shortly before it ends.
   *
   * @throws Error where the issuer cannot be reached, or fails, and there is no token left
   */
  getToken(): Promise<string | null>;
  /** Leaves for the sign-in page, which leads back here, or to another URL of an allowed origin. */
  signIn(returnTo?: string): void;
  /**
   * Ends the session.
   *
   * @throws Error where the issuer cannot be reached, or fails
   */
  signOut(): Promise<void>;
}

interface HeldToken {
  readonly token: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** A token is renewed this long before it ends, or half-way through a shorter life. */
const renewBeforeMs = 30_000;
const timeLimitMs = 10_000;

// Named here, so that nobody needs the types of a browser to use this file's.
declare const location: { readonly href: string; assign(url: string): void };

/**
 * The session that this browser has with an issuer. Make one for each page.
 *
 * @example
 * const session = createSession({ issuer: 'http://127.0.0.1:9100' });
 * const token = await session.getToken();
 * if (token === null) session.signIn();
 * else await fetch('/api/notes', { headers: { authorization: `Bearer ${token}` } });
 */
export function createSession({ issuer }: SessionOptions): BrowserSession {
  if (typeof issuer !== 'string') throw new TypeError('createSession: issuer must be the issuer URL.');
  const base = issuer.replace(/\/$/, '');
  let held: HeldToken | undefined;
  let renewal: Promise<string | null> | undefined;
  // Counts sign-outs, so that a renewal that was under way does not bring a token back.
  let epoch = 0;

  async function renew(): Promise<string | null> {
    const begun = { epoch, atMs: Date.now() };
    const response = await post(base + provisionalPaths.accessToken);
    const answer = response.status === 401 ? undefined : await readToken(response);
    if (epoch !== begun.epoch) return null;
    // By how long it lasts, not by when it ends: this machine's clock may differ from the issuer's.
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
      // One for all who ask at once.
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
      if (!response.ok) throw new Error(`Signing out failed: the issuer answered ${response.status}.`);
      epoch += 1;
      held = undefined;
      renewal = undefined;
    },
  };
}

async function readToken(response: Response): Promise<{ readonly accessToken: string; readonly lifetimeMs: number }> {
  if (!response.ok) throw new Error(`No access token: the issuer answered ${response.status}.`);
  const { accessToken, expiresInSeconds } = (await response.json()) as Record<string, unknown>;
  if (typeof accessToken !== 'string' || typeof expiresInSeconds !== 'number') {
    throw new Error('No access token: this is not the answer of an issuer.');
  }
  return { accessToken, lifetimeMs: expiresInSeconds * 1000 };
}

async function post(url: string): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', credentials: 'include', signal: AbortSignal.timeout(timeLimitMs) });
  } catch (cause) {
    throw new Error(`The issuer cannot be reached, or does not allow this page's origin: ${url}`, { cause });
  }
}
