import fc from 'fast-check';

/** What a listener of the app does after it has looked at an event: it may throw, or be an async function that rejects. */
export type ListenerEnd = 'returns' | 'throws' | 'rejects';

// A new error each time would take longer than the event.
const failure = new Error('The listener of the app fails.');

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
  if (end === 'throws') throw failure;
  return end === 'rejects' ? (Promise.reject(failure) as unknown as undefined) : undefined;
}
