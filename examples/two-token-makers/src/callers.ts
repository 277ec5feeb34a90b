import type { VerifierEventListener } from '@torii/core';

export type Maker = 'torii' | 'provider';

/** Counts the valid tokens of each issuer, for your metrics. Checks run after the event `verified`, so they may still refuse a request. */
export class Callers {
  readonly verified: Record<Maker, number> = { torii: 0, provider: 0 };
  readonly observed: Record<'agreed' | 'disagreed' | 'not_observed', number> = {
    agreed: 0,
    disagreed: 0,
    not_observed: 0,
  };

  /** @param maker The issuer of the tokens that the verifier accepts. */
  listenerFor(maker: Maker): VerifierEventListener {
    return ({ type }) => {
      if (type === 'verified') this.verified[maker]++;
      else if (type === 'agreed' || type === 'disagreed' || type === 'not_observed') this.observed[type]++;
    };
  }
}
