/**
 * The paths that browsers use. They are provisional, because Torii has not published its sign-in paths. No other file
 * contains them, so only this file must change when Torii publishes its paths.
 */
export const provisionalPaths = {
  /** GET: the sign-in page. POST: an email and a password, as a form or as JSON. */
  signIn: '/_torii/v1/sign-in',
  signOut: '/_torii/v1/sign-out',
  accessToken: '/_torii/v1/access-token',
  /** GET: the module `@torii/emulator/browser`, for pages without a bundler. */
  browserModule: '/_torii/browser/session.js',
  /** GET: the page that the link of an invitation opens. POST: accepts the invitation, as a form or as JSON. */
  acceptInvitation: '/_torii/accept-invitation',
  stylesheet: '/_torii/pages.css',
} as const;

export const provisionalNames = {
  /** The session cookie on the issuer's host. Its value is a random secret, not a token. */
  sessionCookie: '__client_session',
  /**
   * The path of the cookie, below the issuer. With `/`, browsers would send the default environment's cookie to all
   * other environments, and to every other server on this host, because cookies are not bound to a port.
   */
  sessionCookiePath: '/_torii',
  returnTo: 'return_to',
  /** The query parameter with the secret of an invitation's link. */
  ticket: 'ticket',
  /** The query parameter that takes an impersonation token to the app's page. */
  impersonationToken: 'impersonation_token',
} as const;
