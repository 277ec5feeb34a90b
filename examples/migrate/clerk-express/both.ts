import { anyVerifier, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';

export interface Settings {
  readonly step: 'old' | 'both' | 'torii';
  readonly torii: string;
  /** The Frontend API URL of your instance, such as https://clerk.example.com. */
  readonly clerk: string;
}

export function createAppVerifier({ step, torii, clerk }: Settings): Verifier {
  const origins = ['https://app.example.com'];
  if (step === 'torii') return createVerifier({ issuer: torii });

  const clerkVerifier = createJwtVerifier({
    issuer: clerk,
    jwks: `${clerk}/.well-known/jwks.json`,
    algorithms: ['RS256'],
    cookie: '__session',
    origins,
    checks: [({ raw }) => origins.includes(String(raw['azp'])) && raw['sts'] !== 'pending'],
  });
  return step === 'old' ? clerkVerifier : anyVerifier([createVerifier({ issuer: torii }), clerkVerifier]);
}
