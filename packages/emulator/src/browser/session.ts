import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';
import { publishedNames, publishedPaths } from '../published-paths.ts';

export interface SessionOptions {
  /** The issuer URL. Pass an empty string if the page's own server proxies `/_torii/` to the issuer. */
  readonly issuer: string;
  /**
   * The publishable key of the environment, `pk_test_…`. It is sent with every request, and selects the environment if
   * the issuer is an origin that several environments share.
   */
  readonly publishableKey?: string;
}

/** Who is signed in in this browser. */
export interface ClientState {
  /** Whether the browser has a session that has not ended. Otherwise, `user` and `session` are `null`. */
  readonly authenticated: boolean;
  readonly user: { readonly id: string; readonly email: string | null; readonly [field: string]: unknown } | null;
  readonly session: {
    readonly id: string;
    readonly status: string;
    readonly activeOrganizationId: string | null;
    readonly [field: string]: unknown;
  } | null;
  /** The organizations of the user, each with the role of the user in it. */
  readonly organizations: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly [field: string]: unknown;
  }[];
}

/** The session of the user of this browser. */
export interface BrowserSession {
  /**
   * Asks the issuer who is signed in, their session and their organizations.
   *
   * @throws Error if the issuer cannot be reached or responds with an error
   */
  getState(): Promise<ClientState>;
  /**
   * Returns a valid access token, or `null` if the user is signed out. Call it before every request: the token is
   * cached in memory and renewed 30 seconds before it expires. Concurrent calls share one request. With `skipCache`, the token is
   * renewed now: for a request that was refused because the token was revoked.
   *
   * @throws Error if the issuer cannot be reached or responds with an error, and the cached token has expired
   */
  getToken(options?: { readonly skipCache?: boolean }): Promise<string | null>;
  /**
   * Makes an organization the active one. The session's tokens are for this organization from now on: the returned one,
   * and those of `getToken()`. The earlier token remains valid until it expires.
   *
   * @throws Error if the user is not a member, or if the issuer cannot be reached or responds with an error
   */
  switchOrganization(organizationId: string): Promise<string>;
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
 * @throws TypeError if `issuer` is not a string, or `publishableKey` is neither a string nor left out
 * @example
 * const session = createSession({ issuer: 'http://127.0.0.1:9100' });
 * const token = await session.getToken();
 * if (token === null) session.signIn();
 * else await fetch('/api/notes', { headers: { authorization: `Bearer ${token}` } });
 */
export function createSession({ issuer, publishableKey }: SessionOptions): BrowserSession {
  if (typeof issuer !== 'string') throw new TypeError('createSession: `issuer` is not a string. Pass the issuer URL.');
  if (publishableKey !== undefined && typeof publishableKey !== 'string') {
    throw new TypeError('createSession: `publishableKey` is not a string. Pass pk_test_…, or leave it out.');
  }
  const base = issuer.replace(/\/$/, '');
  const headers: Readonly<Record<string, string>> =
    publishableKey === undefined ? {} : { [publishedNames.apiKeyHeader]: publishableKey };
  const send = (method: 'GET' | 'POST', path: string) => request(base + path, method, headers);

  let held: HeldToken | undefined;
  let renewal: Promise<string | null> | undefined;
  // Settles when all switches and sign-outs have ended.
  let lastChange: Promise<unknown> = Promise.resolve();
  // Grows with every sign-out and switch. A token that was requested before one of them is discarded.
  let changeCount = 0;

  function hold(answer: TokenAnswer, begunAtMs: number): string {
    // Compute the times of renewal and expiry from the token's lifetime, not from `exp`: this machine's clock may differ
    // from the issuer's.
    held = {
      token: answer.accessToken,
      renewAtMs: begunAtMs + answer.lifetimeMs - Math.min(renewBeforeMs, answer.lifetimeMs / 2),
      endsAtMs: begunAtMs + answer.lifetimeMs,
    };
    return held.token;
  }

  async function renew(): Promise<string | null> {
    const begun = { changeCount, atMs: Date.now() };
    const response = await send('POST', provisionalPaths.accessToken);
    const answer = response.status === 401 ? undefined : await readToken(response);
    // A switch or a sign-out in the meantime has already set or cleared the token.
    if (changeCount !== begun.changeCount) return held?.token ?? null;
    if (answer !== undefined) return hold(answer, begun.atMs);
    held = undefined;
    return null;
  }

  /** Makes changes one after another: otherwise a token could arrive after the sign-out, or of two switches the earlier. */
  function inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = lastChange.then(change);
    lastChange = result.catch(() => undefined);
    return result;
  }

  function drop(): void {
    changeCount += 1;
    held = undefined;
    renewal = undefined;
  }

  return {
    async getState() {
      return readState(await send('GET', publishedPaths.client));
    },

    async getToken({ skipCache = false } = {}) {
      if (!skipCache && held !== undefined && Date.now() < held.renewAtMs) return held.token;
      renewal ??= renew();
      const current = renewal;
      try {
        return await current;
      } catch (error) {
        if (!skipCache && held !== undefined && Date.now() < held.endsAtMs) return held.token;
        throw error;
      } finally {
        if (renewal === current) renewal = undefined;
      }
    },

    switchOrganization: (organizationId) =>
      inTurn(async () => {
        const begunAtMs = Date.now();
        const path = `${publishedPaths.organizations}/${encodeURIComponent(organizationId)}/switch`;
        const answer = await readToken(await send('POST', path));
        drop();
        return hold(answer, begunAtMs);
      }),

    signIn(returnTo = location.href) {
      const query = new URLSearchParams({ [provisionalNames.returnTo]: returnTo });
      location.assign(`${base}${provisionalPaths.signIn}?${query}`);
    },

    signOut: () =>
      inTurn(async () => {
        const response = await send('POST', publishedPaths.logout);
        if (!response.ok) throw new Error(`Sign-out failed: the issuer responded with ${response.status}.`);
        await response.body?.cancel();
        drop();
      }),
  };
}

interface TokenAnswer {
  readonly accessToken: string;
  readonly lifetimeMs: number;
}

async function readToken(response: Response): Promise<TokenAnswer> {
  if (!response.ok) throw new Error(`No access token: the issuer responded with ${response.status}.`);
  const { accessToken, expiresInSeconds } = (await response.json()) as Record<string, unknown>;
  if (typeof accessToken !== 'string' || typeof expiresInSeconds !== 'number') {
    throw new Error('No access token: the response is not that of a Torii issuer. Check `issuer`.');
  }
  return { accessToken, lifetimeMs: expiresInSeconds * 1000 };
}

async function readState(response: Response): Promise<ClientState> {
  if (!response.ok) throw new Error(`The issuer responded with ${response.status}.`);
  const state = (await response.json()) as ClientState;
  if (typeof state?.authenticated !== 'boolean') {
    throw new Error('The response is not that of a Torii issuer. Check `issuer`.');
  }
  return state;
}

async function request(
  url: string,
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      credentials: 'include',
      signal: AbortSignal.timeout(timeLimitMs),
    });
    // The body of an error is not read. Until it is read or canceled, browsers count the request as running.
    if (!response.ok) await response.body?.cancel();
    return response;
  } catch (cause) {
    throw new Error(`The issuer cannot be reached or does not allow the origin of this page: ${url}`, { cause });
  }
}
