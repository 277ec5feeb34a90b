import { createRevocations, type FeedReader, type Revocations } from '@torii/revocation';
import { type EntryKind, entryText, kindOf, type Scope } from './entries.ts';

/** Revocations whose entries come from the benchmark, without a store. */
export interface Filled {
  readonly revocations: Revocations;
  /** Passes on entries, as a feed does. */
  receive(texts: readonly string[]): void;
}

export function createFilled(scope: Scope): Filled {
  const readers: FeedReader[] = [];
  const revocations = createRevocations({
    ...scope,
    maxEntries: 2_000_000,
    feed: {
      name: 'benchmark',
      open(reader) {
        readers.push(reader);
        reader.snapshotBegins();
        reader.snapshotEnds();
        return { write: async () => {}, ask: () => reader.proven(reader.now()), close: async () => {} };
      },
    },
  });
  return {
    revocations,
    receive: (texts) => {
      for (const reader of readers) reader.received(texts);
    },
  };
}

/** Fills revocations with entries of the usual mixture, or of one kind. */
export function fill({ receive }: Filled, scope: Scope, entries: number, kind?: EntryKind): void {
  const batch = 1_000;
  for (let from = 0; from < entries; from += batch) {
    const length = Math.min(batch, entries - from);
    receive(Array.from({ length }, (_, index) => entryText(scope, kind ?? kindOf(from + index), from + index)));
  }
}
