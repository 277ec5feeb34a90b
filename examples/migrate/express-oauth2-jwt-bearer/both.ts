import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';

export interface Settings {
  readonly step: 'old' | 'both' | 'torii';
  readonly torii: string;
  /** As in the `iss` claim of its tokens. Auth0's ends with a slash. */
  readonly issuer: string;
}

export function createAppVerifier({ step, torii, issuer }: Settings): Verifier {
  if (step === 'torii') return createVerifier({ issuer: torii });

  const oldVerifier = createJwtVerifier({
    issuer,
    jwks: new URL('.well-known/jwks.json', issuer).href,
    algorithms: ['RS256'],
    audience: 'https://api.example.com',
  });
  return step === 'old' ? oldVerifier : anyVerifier([createVerifier({ issuer: torii }), oldVerifier]);
}
