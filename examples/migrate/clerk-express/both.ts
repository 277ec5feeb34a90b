import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier, type StrictJwtOptions } from '@torii/core/jwt';

export interface Settings {
  /** `old`, `both` or `torii`. */
  readonly step: string;
  readonly torii: string;
  /** The Frontend API URL of your instance, such as https://clerk.example.com. */
  readonly clerk: string;
}

export function createAppVerifier({ step, torii, clerk }: Settings): Verifier {
  const publicPaths = ['/health'];
  const origins = ['https://app.example.com'];
  const old: StrictJwtOptions = {
    issuer: clerk,
    jwks: `${clerk}/.well-known/jwks.json`,
    algorithms: ['RS256'],
    cookie: '__session',
    origins,
    checks: [({ raw }) => origins.includes(String(raw['azp'])) && raw['sts'] !== 'pending'],
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
