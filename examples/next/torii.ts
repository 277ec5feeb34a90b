import { type Check, createToriiNext } from '@torii/next';
import { options } from './revocations';

export const torii = createToriiNext({
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  publicPaths: ['/', '/icon.svg'],
  ...options,
});

export const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
