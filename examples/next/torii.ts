import { type Check, createNextAuth } from '@torii/next';

export const torii = createNextAuth({
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  publicPaths: ['/', '/icon.svg'],
});

export const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
