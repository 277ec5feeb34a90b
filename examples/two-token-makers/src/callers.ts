import type { VerifierEventListener } from '@torii/core';

export type Maker = 'torii' | 'provider';

/** Counts valid tokens, for your metrics: who still comes with one of the provider. Checks run after this. */
export class Callers {
  readonly verified: Record<Maker, number> = { torii: 0, provider: 0 };
  readonly observed: Record<'agreed' | 'disagreed' | 'not_observed', number> = {
    agreed: 0,
    disagreed: 0,
    not_observed: 0,
  };

  /** @param maker Who issued the tokens of the verifier. */
  listenerFor(maker: Maker): VerifierEventListener {
    return ({ type }) => {
      if (type === 'verified') this.verified[maker]++;
      else if (type === 'agreed' || type === 'disagreed' || type === 'not_observed') this.observed[type]++;
    };
  }
}
