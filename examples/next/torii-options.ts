import type { ToriiNextOptions } from '@torii/next';
import { options as revocationOptions } from './revocations';

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  publicPaths: ['/', '/icon.svg'],
  ...revocationOptions,
};
