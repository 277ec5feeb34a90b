import { anyVerifier } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';
import type { ToriiNextOptions } from '@torii/next';

const origins = [process.env.APP_ORIGIN ?? ''];
const clerk = process.env.CLERK_ISSUER; // https://clerk.example.com. Remove the variable in the last step

const clerkVerifier = () =>
  createJwtVerifier({
    issuer: String(clerk),
    jwks: `${clerk}/.well-known/jwks.json`,
    algorithms: ['RS256'],
    cookie: '__session',
    origins,
    checks: [({ raw }) => origins.includes(String(raw['azp'])) && raw['sts'] !== 'pending'],
  });

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins,
  ...(clerk === undefined ? {} : { verifier: (torii) => anyVerifier([torii, clerkVerifier()]) }),
};
