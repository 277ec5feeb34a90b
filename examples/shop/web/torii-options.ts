import type { ToriiNextOptions } from '@torii/next';
import { renewInProxy } from '@torii/next/renewal';
import { revocations } from '../revocations';

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  publicPaths: ['/', '/icon.svg', '/api/webhooks'],
  revocations,
  // Page loads and forms need no detour through the sign-in page after the token cookie has expired.
  renewInProxy,
};
