import { expect, vi } from 'vitest';
import type { Verifier, VerifierEvent } from '../src/index.ts';
import { torii } from './two-makers.ts';

export const kinds = /^(?:agreed|disagreed|not_observed)$/;

/** A verifier that observes another one, and what it has reported about it. */
export function observe(
  observed: Verifier<object, null>,
  make: typeof torii = torii,
  options: Parameters<typeof torii>[0] = {},
) {
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent): void => {
    if (kinds.test(event.type)) events.push(event);
  };
  const verifier = make({ ...options, observe: observed, onEvent });
  return { verifier, events, reported: (count = 1) => vi.waitFor(() => expect(events).toHaveLength(count)) };
}

export const accepted = (userId: string, environmentId: string | null = 'env_1') => ({
  outcome: 'accepted',
  userId,
  environmentId,
});
export const refused = (reason: string) => ({ outcome: 'refused', reason });
