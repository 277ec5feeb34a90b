import fc from 'fast-check';

/** What a listener of the app does after it has looked at an event: it may throw, or be an async function that rejects. */
export type ListenerEnd = 'returns' | 'throws' | 'rejects';

export const listenerEnds: fc.Arbitrary<ListenerEnd> = fc.constantFrom(
  'returns',
  'returns',
  'returns',
  'returns',
  'throws',
  'rejects',
);

/** Ends a listener. The product must ignore all of it. */
export function endListener(end: ListenerEnd): undefined {
  const error = new Error('The listener of the app fails.');
  if (end === 'throws') throw error;
  return end === 'rejects' ? (Promise.reject(error) as unknown as undefined) : undefined;
}
