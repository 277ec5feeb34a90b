import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier, type StrictJwtOptions } from '@torii/core/jwt';

export interface Settings {
  readonly step: 'old' | 'both' | 'torii';
  readonly torii: string;
  readonly issuer: string;
  readonly jwksUri: string;
}

export function createAppVerifier({ step, torii, issuer, jwksUri }: Settings): Verifier {
  const publicPaths = ['/health'];
  const old: StrictJwtOptions = {
    issuer,
    jwks: jwksUri,
    algorithms: ['RS256'],
    audience: 'https://api.example.com',
    cookie: 'access_token',
  };
  if (step === 'old') return createJwtVerifier({ ...old, publicPaths });
  if (step === 'torii') return createVerifier({ issuer: torii, publicPaths });
  return anyVerifier([createVerifier({ issuer: torii }), createJwtVerifier(old)], { publicPaths });
}
