import type { RevocationFeed } from '@torii/revocation';

/** Calls `onReceived` after the reader was given entries of the store. */
export function watchFeed(feed: RevocationFeed, onReceived: (texts: readonly string[]) => void): RevocationFeed {
  return {
    name: feed.name,
    open: (reader) =>
      feed.open({
        issuer: reader.issuer,
        environmentId: reader.environmentId,
        channel: reader.channel,
        retentionSeconds: reader.retentionSeconds,
        silenceMs: reader.silenceMs,
        snapshotBegins: (options) => reader.snapshotBegins(options),
        received(texts, storeMs) {
          reader.received(texts, storeMs);
          onReceived(texts);
        },
        snapshotEnds: () => reader.snapshotEnds(),
        proven: (askedAt) => reader.proven(askedAt),
        now: () => reader.now(),
        failed: (problem) => reader.failed(problem),
        refused: (error) => reader.refused(error),
      }),
  };
}

/** Whether an entry is signed: `v1:KEY ID:MAC:JSON`. Servers without signing keys read it too. */
export function isSigned(text: string): boolean {
  return /^v\d+:[^:]/.test(text);
}
