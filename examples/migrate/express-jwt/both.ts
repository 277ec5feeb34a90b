import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';

export interface Settings {
  readonly step: 'old' | 'both' | 'torii';
  readonly torii: string;
  readonly issuer: string;
  readonly jwksUri: string;
}

export function createAppVerifier({ step, torii, issuer, jwksUri }: Settings): Verifier {
  if (step === 'torii') return createVerifier({ issuer: torii });

  const oldVerifier = createJwtVerifier({
    issuer,
    jwks: jwksUri,
    algorithms: ['RS256'],
    audience: 'https://api.example.com',
  });
  return step === 'old' ? oldVerifier : anyVerifier([createVerifier({ issuer: torii }), oldVerifier]);
}
