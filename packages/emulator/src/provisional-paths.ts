/**
 * The paths that browsers use. Torii has not published its own: they are chosen here, and nowhere else, so that they can
 * be put right in one place.
 */
export const provisionalPaths = {
  signIn: '/_torii/v1/sign-in',
} as const;
