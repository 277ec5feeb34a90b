import fc from 'fast-check';
import { spans } from './fleet.ts';

/** Which calls of a store a fault meets. */
export type Met = 'reads' | 'writes' | 'all';

interface Lasting {
  readonly atMs: number;
  readonly forMs: number;
}

interface Chance {
  readonly percent: number;
  /** The highest number of calls that the fault affects. */
  readonly most: number;
  readonly meets: Met;
}

/** What goes wrong in a store. Times are in milliseconds since the world began. */
export type StoreFault =
  /** The command waits before it is carried out (`beforeMs`, as in the queue of a client), or its answer does. */
  | (Lasting & Chance & { readonly kind: 'slow'; readonly beforeMs: number; readonly afterMs: number })
  /** The call is rejected. `isDone`: after the command was carried out. */
  | (Lasting & Chance & { readonly kind: 'fails'; readonly isDone: boolean })
  /** Errors are hidden, as Keyv does: a read returns `undefined`, a write does nothing. */
  | (Lasting & Chance & { readonly kind: 'hides' })
  /** A read returns a value that its caller never wrote: the number of one of `foreignValues`. */
  | (Lasting & Chance & { readonly kind: 'garbles'; readonly as: number })
  /** The store stands still. Then it carries out all that has arrived meanwhile. */
  | (Lasting & { readonly kind: 'freezes' })
  /** Reads are answered by a replica that is behind. */
  | (Lasting & { readonly kind: 'lags'; readonly byMs: number })
  | (Lasting & { readonly kind: 'ignores TTLs' })
  /** Entries that are written during the fault live only for a part of their TTL. */
  | (Lasting & { readonly kind: 'expires early'; readonly percent: number })
  | { readonly kind: 'flush'; readonly atMs: number }
  /** The last writes and deletions are undone, whenever they were. */
  | { readonly kind: 'loses its last writes'; readonly atMs: number; readonly count: number }
  /** A failover to a replica that is behind: the last writes and deletions are undone. */
  | { readonly kind: 'rolls back'; readonly atMs: number; readonly byMs: number };

export const foreignValues: readonly unknown[] = [
  'text',
  17,
  true,
  {},
  { state: 'handled' },
  { state: 'claimed', until: Number.MAX_SAFE_INTEGER },
  ['x'],
  { state: 'done', until: Number.MAX_SAFE_INTEGER },
];

export interface StoreFaultBounds {
  readonly atMs: fc.Arbitrary<number>;
  readonly longestMs: number;
  /** Delays around the limits of the product. */
  readonly delaysMs: fc.Arbitrary<number>;
}

export function storeFaults({ atMs, longestMs, delaysMs }: StoreFaultBounds): fc.Arbitrary<StoreFault> {
  const lasting = { atMs, forMs: spans(longestMs) };
  const chance = {
    percent: fc.constantFrom(100, 100, 50, 20),
    most: fc.constantFrom(1_000_000, 1_000_000, 1, 2, 3),
    meets: fc.constantFrom<Met>('all', 'reads', 'writes'),
  };
  const none = fc.constant(0);
  const kind = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: kind('slow'), ...lasting, ...chance, beforeMs: none, afterMs: delaysMs }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: kind('slow'), ...lasting, ...chance, beforeMs: delaysMs, afterMs: none }),
    },
    { weight: 3, arbitrary: fc.record({ kind: kind('fails'), ...lasting, ...chance, isDone: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: kind('hides'), ...lasting, ...chance }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('garbles'),
        ...lasting,
        ...chance,
        as: fc.nat({ max: foreignValues.length - 1 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind('freezes'), ...lasting }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('lags'), ...lasting, byMs: spans(60_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('ignores TTLs'), ...lasting }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kind('expires early'), ...lasting, percent: fc.constantFrom(1, 50, 99) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind('flush'), atMs }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: kind('loses its last writes'), atMs, count: fc.constantFrom(1, 1, 2, 3) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: kind('rolls back'), atMs, byMs: spans(60_000) }) },
  );
}
