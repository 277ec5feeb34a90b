import { instantNow } from '@torii/core/internal';
import { expect } from 'vitest';
import type { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from '../src/feed.ts';

/** A reader that remembers what a feed has told it. A text is `<name>:<cut-off>`, and its key is made from the name. */
export interface OpenFeed extends FeedConnection {
  /** What the feed has told, in order. */
  readonly calls: readonly string[];
  /** The latest cut-off of each name, of this snapshot and everything after it. */
  readonly stored: ReadonlyMap<string, number>;
  /** The latest cut-off of each name that was announced here or has arrived. */
  readonly held: ReadonlyMap<string, number>;
  readonly problems: readonly Error[];
  readonly refusals: readonly Error[];
  readonly storeMs: readonly (number | undefined)[];
  /** When the store was asked for each snapshot, as the feed has told it. */
  readonly snapshotsAskedAt: readonly (FeedInstant | undefined)[];
  /** How often the feed was proven to be alive. */
  proofs(): number;
  /** Waits until something is proven that was asked after this call. */
  proof(): Promise<void>;
  announce(name: string, cutOff: number): Promise<void>;
}

export const channel = 'abcdefghij_0123456789_ab';

const open = new Set<FeedConnection>();

/** Closes all feeds of a test. */
export async function closeFeeds(): Promise<void> {
  for (const connection of open) await connection.close();
  open.clear();
}

export function entryOf(name: string, cutOff: number): FeedEntry {
  return { key: Buffer.from(name).toString('hex'), text: `${name}:${cutOff}` };
}

/** With `isKeeping`, the reader writes back what a snapshot lacks, as the engine does. */
export function openFeed(
  feed: RevocationFeed,
  { channel: ownChannel = channel, retentionSeconds = 5_100, silenceMs = 100, isKeeping = false } = {},
): OpenFeed {
  const calls: string[] = [];
  const problems: Error[] = [];
  const refusals: Error[] = [];
  const storeMs: (number | undefined)[] = [];
  const snapshotsAskedAt: (FeedInstant | undefined)[] = [];
  const held = new Map<string, number>();
  let stored = new Map<string, number>();
  let proofs = 0;
  let provenAt: FeedInstant = { wallMs: 0, steadyMs: 0 };
  const reader: FeedReader = {
    issuer: 'https://acme.torii.so',
    environmentId: 'env_1',
    channel: ownChannel,
    retentionSeconds,
    silenceMs,
    snapshotBegins(options) {
      calls.push(options?.reset ? 'begins anew' : 'begins');
      snapshotsAskedAt.push(options?.askedAt);
      stored = new Map();
    },
    received(texts, ms) {
      storeMs.push(ms);
      for (const text of texts) {
        const [name = '', cutOff] = text.split(':');
        calls.push(text);
        for (const map of [stored, held]) map.set(name, Math.max(map.get(name) ?? 0, Number(cutOff)));
      }
    },
    snapshotEnds() {
      calls.push('ends');
      const lacking = [...held].filter(([name, cutOff]) => (stored.get(name) ?? 0) < cutOff);
      if (isKeeping && lacking.length > 0) {
        const entries = lacking.map(([name, cutOff]) => entryOf(name, cutOff));
        connection.write(entries, { timeoutMs: 5_000 }).catch(reader.failed);
      }
    },
    proven(askedAt) {
      proofs++;
      provenAt = askedAt;
    },
    later: (current, ours) => (Number(ours.split(':')[1]) > Number(current.split(':')[1]) ? ours : current),
    now: instantNow,
    failed: (problem) => problems.push(problem as Error),
    refused: (error) => refusals.push(error),
  };
  const connection = feed.open(reader);
  open.add(connection);
  return {
    ...connection,
    calls,
    held,
    problems,
    refusals,
    storeMs,
    snapshotsAskedAt,
    get stored() {
      return stored;
    },
    proofs: () => proofs,
    async proof() {
      const since = instantNow();
      await expect.poll(() => provenAt.steadyMs, { interval: 5 }).toBeGreaterThan(since.steadyMs);
    },
    announce(name, cutOff) {
      held.set(name, Math.max(held.get(name) ?? 0, cutOff));
      return connection.write([entryOf(name, cutOff)], { timeoutMs: 5_000 });
    },
  };
}
