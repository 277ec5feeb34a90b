import { createToriiNext } from '@torii/next';
import { revocations } from '../revocations';

export const torii = createToriiNext({
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  publicPaths: ['/', '/icon.svg', '/api/webhooks'],
  revocations,
  // Page loads and forms need no detour through the sign-in page after the token cookie has expired.
  renewInProxy: true,
});
