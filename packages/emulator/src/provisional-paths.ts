/**
 * The paths that Torii has not published, and those that only the emulator has. No other file contains them, so only this
 * file must change when Torii publishes its own.
 */
export const provisionalPaths = {
  /** POST with the session cookie or the session token: a new access token. */
  accessToken: '/_torii/emulator/access-token',
  /** GET: the sign-in page. POST: its form. Torii has no page that redirects; apps show Torii's components. */
  signIn: '/_torii/emulator/sign-in',
  /** POST: the form of the page for signed-in users. */
  signOut: '/_torii/emulator/sign-out',
  /** GET: the module `@torii/emulator/browser`, for pages without a bundler. */
  browserModule: '/_torii/browser/session.js',
  /** GET: the page that the link of an invitation opens. POST: accepts the invitation, as a form or as JSON. */
  acceptInvitation: '/_torii/accept-invitation',
} as const;

export const provisionalNames = {
  /**
   * The path of the session cookie, below the issuer. With `/`, browsers would send the default environment's cookie to
   * all other environments, and to every other server on this host, because cookies are not bound to a port.
   */
  sessionCookiePath: '/_torii',
  /** The value of the hint cookie. */
  hint: '1',
  returnTo: 'return_to',
  /** Query parameters of links to another page. Unlike a path, they are right with and without a trailing slash. */
  signIn: 'sign_in',
  signOut: 'sign_out',
  /** The query parameter with the secret of an invitation's link. */
  ticket: 'ticket',
  /** The query parameter that takes an impersonation token to the app's page. */
  impersonationToken: 'impersonation_token',
} as const;
