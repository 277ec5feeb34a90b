/**
 * What browsers and an issuer agree on. Torii has not published its own: all of it is chosen here, and nowhere else, so
 * that it can be put right in one place.
 */
export const provisionalPaths = {
  /** GET: the page. POST: an email and a password, as a form or as JSON. */
  signIn: '/_torii/v1/sign-in',
  /** POST: ends the session. */
  signOut: '/_torii/v1/sign-out',
  /** POST: a fresh access token for the session that the cookie shows. */
  accessToken: '/_torii/v1/access-token',
  /** GET: what `@torii/emulator/browser` is, for pages without a bundler. */
  browserModule: '/_torii/browser/session.js',
  /** GET: how the pages look. */
  stylesheet: '/_torii/pages.css',
} as const;

export const provisionalNames = {
  /** The cookie on the issuer's host. Opaque: it holds no token and says nothing about the user. */
  sessionCookie: '__client_session',
  /**
   * Where the cookie goes, below the issuer. Not to `/`: the default environment's would come along to all others, which
   * are paths below it; and cookies ignore ports, so that every server of this machine would get it.
   */
  sessionCookiePath: '/_torii',
  /** The parameter that says where to go after signing in or out. */
  returnTo: 'return_to',
} as const;
