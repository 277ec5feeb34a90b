import { type Check, createToriiNext, refuse, type ToriiNextOptions } from '@torii/next';

// While it is built, the app has no issuer yet.
const options: Partial<ToriiNextOptions> = JSON.parse(process.env.TORII_OPTIONS ?? '{}');

export const torii = createToriiNext({
  issuer: process.env.TORII_ISSUER ?? 'https://issuer.test',
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN ?? 'https://app.test'],
  publicPaths: ['/welcome'],
  // As an app that adds a header or counts. What it calls is Next's.
  ...(process.env.OWN_FETCH && { fetch: (input, init) => fetch(input, init) }),
  ...options,
});

export const isAdmin: Check = (auth) =>
  auth.organization?.role === 'org:administrator' || refuse('Administrators alone.');
