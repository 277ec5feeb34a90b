import type { Entry } from '../src/entries/entry.ts';
import { EntryText } from '../src/entries/entry-text.ts';
import { Signatures } from '../src/entries/signatures.ts';
import {
  createRevocations,
  type FeedEntry,
  type FeedReader,
  type RevocationEvent,
  type RevocationFeed,
  type RevocationOptions,
} from '../src/index.ts';
import { environmentId, issuer } from './tokens.ts';

/** A feed that a test drives. */
class FakeFeed implements RevocationFeed {
  readonly name = 'fake';
  /** What `write` does. */
  onWrite: (entries: readonly FeedEntry[]) => Promise<void> = async () => {};
  /** What `ask` does. */
  onAsk: () => unknown = () => {};
  readonly written: FeedEntry[] = [];
  asks = 0;
  isOpen = false;
  askAfterMs: number | undefined;
  #reader: FeedReader | undefined;

  get reader(): FeedReader {
    if (this.#reader === undefined) throw new Error('not opened');
    return this.#reader;
  }

  open(reader: FeedReader) {
    this.#reader = reader;
    this.isOpen = true;
    const feed = this;
    return {
      get askAfterMs() {
        return feed.askAfterMs;
      },
      write: async (entries: readonly FeedEntry[]) => {
        await this.onWrite(entries);
        this.written.push(...entries);
      },
      ask: () => {
        this.asks += 1;
        return this.onAsk();
      },
      close: async () => {
        this.isOpen = false;
      },
    };
  }

  /** Passes everything that the store holds, and a proof. */
  snapshot(texts: readonly string[] = [], options: { readonly reset?: boolean; readonly storeMs?: number } = {}): void {
    const askedAt = this.reader.now();
    this.reader.snapshotBegins(options);
    this.reader.received(texts, options.storeMs);
    this.reader.snapshotEnds();
    this.reader.proven(askedAt);
  }

  prove(): void {
    this.reader.proven(this.reader.now());
  }
}

export function start(options: Partial<RevocationOptions> = {}) {
  const feed = new FakeFeed();
  const events: RevocationEvent[] = [];
  const onEvent = (event: RevocationEvent): void => {
    events.push(event);
  };
  const revocations = createRevocations({ issuer, environmentId, feed, onEvent, ...options });
  const eventsOf = <Type extends RevocationEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<RevocationEvent, { type: Type }> => event.type === type);
  return { revocations, feed, events, eventsOf };
}

/** An entry as text. By default, it revokes a user. */
export function textOf(
  entry: Partial<Entry> & Pick<Entry, 'before'>,
  { signingKeys = [], environment = environmentId }: { signingKeys?: readonly string[]; environment?: string } = {},
): string {
  const text = new EntryText(issuer, environment, new Signatures(signingKeys));
  return text.write({ kind: 'user', id: 'ada', organizationId: undefined, ...entry });
}

export const signingKey = (letter: string): string => letter.repeat(32);
