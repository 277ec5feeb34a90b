import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier, type StrictJwtOptions } from '@torii/core/jwt';

export interface Settings {
  /** `old`, `both` or `torii`. */
  readonly step: string;
  readonly torii: string;
  /** As in the `iss` claim of its tokens. Auth0's ends with a slash. */
  readonly issuer: string;
}

export function createAppVerifier({ step, torii, issuer }: Settings): Verifier {
  const publicPaths = ['/health'];
  const old: StrictJwtOptions = {
    issuer,
    jwks: new URL('.well-known/jwks.json', issuer).href,
    algorithms: ['RS256'],
    audience: 'https://api.example.com',
  };
  switch (step) {
    case 'old':
      return createJwtVerifier({ ...old, publicPaths });
    case 'both':
      return anyVerifier([createVerifier({ issuer: torii }), createJwtVerifier(old)], { publicPaths });
    case 'torii':
      return createVerifier({ issuer: torii, publicPaths });
    default:
      throw new Error(`The step must be old, both or torii. Found: ${step}`);
  }
}
