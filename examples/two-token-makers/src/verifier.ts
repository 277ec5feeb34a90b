import { anyVerifier, type Check, createVerifier, type Verifier } from '@torii/core';
import { createJwtVerifier, type StrictJwtOptions } from '@torii/core/jwt';
import type { Callers } from './callers.ts';

/** The steps of the move, in order. */
export const steps = ['observe', 'both', 'torii'] as const;
export type Step = (typeof steps)[number];

export interface MoveOptions {
  readonly step: Step;
  /** Your issuer URL of Torii. */
  readonly torii: string;
  readonly provider: ProviderOptions;
  readonly callers: Callers;
}

export interface ProviderOptions {
  /** The provider's issuer, as in the `iss` claim of its tokens, with or without a trailing slash. */
  readonly issuer: string;
  readonly jwks: string;
  /** The origin of your app, as in the claim `azp` of Clerk's tokens. */
  readonly origin: string;
}

export function createAppVerifier({ step, torii, provider, callers }: MoveOptions): Verifier<object, never> {
  const toriiVerifier = createVerifier({ issuer: torii, onEvent: callers.listenerFor('torii') });
  if (step === 'torii') return toriiVerifier;

  const options = { ...providerOptions(provider), onEvent: callers.listenerFor('provider') };
  // Without `onEvent`, so that no token is counted twice.
  const silentTorii = createVerifier({ issuer: torii });
  const silentList = anyVerifier([silentTorii, createJwtVerifier(providerOptions(provider))]);

  // Only the provider's verifier decides. `disagreed` reports requests for which the next step would decide differently.
  if (step === 'observe') return createJwtVerifier({ ...options, observe: silentList });
  if (step !== 'both') throw new Error(`The step must be one of ${steps.join(', ')}. Found: ${String(step)}`);
  // Tokens of both are accepted. `disagreed` reports requests that would be refused without the provider.
  return anyVerifier([toriiVerifier, createJwtVerifier(options)], { observe: silentTorii });
}

function providerOptions({ issuer, jwks, origin }: ProviderOptions): StrictJwtOptions {
  // Clerk writes the origin of the page into `azp`, and `sts: 'pending'` if the user has not finished signing in.
  const isForThisApp: Check = ({ raw }) => raw['azp'] === origin && raw['sts'] !== 'pending';
  return {
    issuer,
    jwks,
    algorithms: ['RS256'],
    cookie: '__session',
    origins: [origin],
    checks: [isForThisApp],
  };
}
