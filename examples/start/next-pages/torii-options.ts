import type { ToriiNextOptions } from '@torii/next';

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
