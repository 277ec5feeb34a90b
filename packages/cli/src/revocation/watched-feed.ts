import type { FeedReader, RevocationFeed } from '@torii/revocation';

/** Calls `onReceived` after the reader was given entries of the store. */
export function watchFeed(feed: RevocationFeed, onReceived: (texts: readonly string[]) => void): RevocationFeed {
  return { name: feed.name, open: (reader) => feed.open(watchReader(reader, onReceived)) };
}

function watchReader(reader: FeedReader, onReceived: (texts: readonly string[]) => void): FeedReader {
  const received: FeedReader['received'] = (texts, storeMs) => {
    reader.received(texts, storeMs);
    onReceived(texts);
  };
  // Passes on every other method, with the reader as `this`.
  return new Proxy(reader, {
    get(target, name) {
      if (name === 'received') return received;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Whether an entry is signed: `v1:KEY ID:MAC:JSON`. Servers without signing keys read it too. */
export function isSigned(text: string): boolean {
  return /^v\d+:[^:]/.test(text);
}
