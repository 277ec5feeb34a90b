/**
 * The user's session in the browser. The object that Torii's `useAuth()` returns and the one that `createSession()` of
 * `@torii/emulator/browser` returns both have this shape. It may be a new object with each render.
 */
export interface ToriiSession {
  /**
   * Whether `getToken` can tell who is signed in. While it is `false`, nothing is asked and nothing is decided.
   *
   * @default true
   */
  readonly isLoaded?: boolean | undefined;
  /**
   * Whether the user is signed in. While it is `true`, a `getToken` that returns `null` counts as an error, not as a
   * sign-out.
   */
  readonly isSignedIn?: boolean | undefined;
  /**
   * Returns a valid access token, or `null` if the user is signed out. A rejected promise says neither: the token cookie
   * stays as it is. With `skipCache`, the last token was revoked, so it must return a new one. A provider without this option is
   * asked again when the page is loaded.
   */
  getToken(options?: TokenRequest): Promise<string | null>;
  /** Ends the session at Torii. Call `endSession` instead, which also clears the token cookie. */
  signOut(): Promise<unknown>;
  /** Opens Torii's sign-in page, which returns to the current page. Providers show a component instead. */
  signIn?(): unknown;
  /**
   * Makes another organization the active one at Torii. After that, `getToken` must return a token for it. Call
   * `changeOrganization` instead, which also stores that token.
   */
  switchOrganization?(organizationId: string): Promise<unknown>;
}

export interface TokenRequest {
  /** Whether to get a new token, even if the last one has not expired. */
  readonly skipCache?: boolean;
}

export type GetToken = (options?: TokenRequest) => Promise<string | null>;

export interface TokenRoute {
  /**
   * The path of the token route, without Next's `basePath`.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string | undefined;
}

/** Asks for a token. Throws if the session says `null` although the user may be signed in. */
export async function readToken(
  current: () => Pick<ToriiSession, 'getToken' | 'isLoaded' | 'isSignedIn'>,
  request?: TokenRequest,
): Promise<string | null> {
  const token = await current().getToken(request);
  // Read the session again: it may have begun to load while `getToken` was running.
  const { isLoaded = true, isSignedIn } = current();
  if (token !== null || (isLoaded && isSignedIn !== true)) return token;
  throw new Error('`getToken` returned null although the session is loading or has a signed-in user.');
}
