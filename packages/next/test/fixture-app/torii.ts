import { type Check, createToriiNext, refuse, type ToriiNextOptions } from '@torii/next';

// The test sets the environment variables when it starts the app, not when it builds it.
const options: Partial<ToriiNextOptions> = JSON.parse(process.env.TORII_OPTIONS ?? '{}');

export const torii = createToriiNext({
  issuer: process.env.TORII_ISSUER ?? 'https://issuer.test',
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN ?? 'https://app.test'],
  publicPaths: ['/welcome'],
  // An app's own function, which calls Next's `fetch`.
  ...(process.env.OWN_FETCH && { fetch: (input, init) => fetch(input, init) }),
  ...options,
});

export const isAdmin: Check = (auth) =>
  auth.organization?.role === 'org:administrator' || refuse('Only administrators may do this.');
