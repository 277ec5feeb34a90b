/** The paths below the issuer that browsers and apps use, as Torii's public client reference has them. */
export const publishedPaths = {
  /** GET: who is signed in. Always 200. */
  client: '/_torii/client',
  /** GET: what the environment allows. */
  environment: '/_torii/environment',
  /** POST `{ email, password }`: an access token. */
  login: '/_torii/auth/login',
  signUp: '/_torii/auth/signup',
  logout: '/_torii/auth/logout',
  /** POST with a bearer token and `?template=NAME`: a token for a third party. */
  templateToken: '/_torii/auth/session/token',
  establish: '/_torii/auth/session/establish',
  impersonate: '/_torii/auth/session/impersonate',
  /** GET: the sessions of the user. DELETE `/{id}` below it: ends one. */
  sessions: '/_torii/users/me/sessions',
  /** GET: the organizations of the user. POST `/{id}/switch` below it: a token for that organization. */
  organizations: '/_torii/organizations',
} as const;

/** The names of the published contract: cookies, headers and query parameters. */
export const publishedNames = {
  /** The session cookie on the issuer's host. Its value is a random secret, not a token. */
  sessionCookie: '__client_session',
  /** A cookie that is set and cleared together with the session cookie. It grants nothing. */
  hintCookie: '__client_session_hint',
  /** The publishable key, which selects the environment. */
  apiKeyHeader: 'X-API-Key',
  /** The secret of the session for apps without cookies, in requests and in responses. */
  sessionTokenHeader: 'X-Torii-Session-Token',
  /** `?_is_native=1`: the app has no cookies. */
  nativeParameter: '_is_native',
  templateParameter: 'template',
} as const;
