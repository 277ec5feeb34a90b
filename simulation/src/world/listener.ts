import fc from 'fast-check';

/** How a listener of the app ends. Its errors must not change anything. */
export type ListenerEnd = 'returns' | 'throws' | 'rejects';

export const listenerEnds: fc.Arbitrary<ListenerEnd> = fc.constantFrom(
  'returns',
  'returns',
  'returns',
  'returns',
  'throws',
  'rejects',
);

export function endListener(end: ListenerEnd): unknown {
  if (end === 'returns') return undefined;
  const error = new Error('the listener of the app fails');
  if (end === 'throws') throw error;
  return Promise.reject(error);
}
