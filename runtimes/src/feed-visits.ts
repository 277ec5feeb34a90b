// Requests that share a Worker and its revocations. Each one ends before a read of the store that it does not wait for, and
// workerd cancels that read.
import { randomUUID } from 'node:crypto';
import type { JSONWebKeySet } from '@torii/core';
import { writeEntry } from './entry.ts';
import { issuer, mint, nowSeconds } from './issuer.ts';
import type { LocalServer } from './local-server.ts';
import { atMost, countEqual, type Story } from './visits.ts';
import type { Workerd } from './workerd.ts';

export interface FeedVisit {
  readonly store: string;
  readonly issuer: string;
  readonly keys: JSONWebKeySet;
  readonly token: string;
  readonly clockAheadMs: number;
  /** Whether the Worker responds before the token is verified. */
  readonly leave: boolean;
}

interface FeedVisitor {
  /** Sends `count` concurrent requests of a user. Returns the counted results. */
  come(user: string, count: number, afterSeconds?: number): Promise<string>;
  /** Sends a request that ends while it waits for the store. */
  leave(user: string, afterSeconds?: number): Promise<void>;
  /** Revokes a user in the store, as another server does. */
  revoke(user: string): void;
  setDown(isDown: boolean): void;
  reads(): number;
}

/** `everyMs` of `pollFeed` by default. */
const everySeconds = 5;

// On a slow machine, each read takes so long that a request that waits for it asks once more: twice as many reads are fine.
export const feedStories: readonly Story<FeedVisitor>[] = [
  {
    name: '50 concurrent requests before the first snapshot',
    expected: '50 token_revoked; at most 2',
    async tell({ come, revoke, reads }) {
      revoke('ada');
      return `${await come('ada', 50)}; ${atMost(2, reads())}`;
    },
  },
  {
    name: 'the first request ends during its read, then 50 requests',
    expected: '50 token_revoked; at most 2',
    async tell({ come, leave, revoke, reads }) {
      revoke('ada');
      await leave('ada');
      return `${await come('ada', 50)}; ${atMost(2, reads())}`;
    },
  },
  {
    name: 'a request each second, and a revocation after the first',
    expected: `1 ada; 1 token_revoked within ${3 * everySeconds} s; 1 bob`,
    async tell({ come, revoke }) {
      const first = await come('ada', 1);
      revoke('ada');
      for (let s = 1; s <= 10 * everySeconds; s++) {
        const outcome = await come('ada', 1, s);
        if (outcome === '1 ada') continue;
        const when = s <= 3 * everySeconds ? `within ${3 * everySeconds} s` : `after ${s} s`;
        return `${first}; ${outcome} ${when}; ${await come('bob', 1, s)}`;
      }
      return `${first}; never refused`;
    },
  },
  {
    name: '50 concurrent requests a minute after the last one, and a revocation between',
    expected: '1 ada; 50 token_revoked; at most 4',
    async tell({ come, revoke, reads }) {
      const first = await come('ada', 1);
      revoke('ada');
      return `${first}; ${await come('ada', 50, 60)}; ${atMost(4, reads())}`;
    },
  },
  {
    name: 'the request that asks the store after a minute ends, then 50 requests',
    expected: '1 ada; 50 token_revoked; at most 4',
    async tell({ come, leave, revoke, reads }) {
      const first = await come('ada', 1);
      revoke('ada');
      await leave('ada', 60);
      return `${first}; ${await come('ada', 50, 60)}; ${atMost(4, reads())}`;
    },
  },
  {
    name: 'the store goes down, and comes back',
    expected:
      '1 token_revoked, 1 bob; 20 token_revoked, 20 bob; 20 token_revoked, 20 revocations_unavailable; 1 token_revoked, 1 bob',
    async tell({ come, revoke, setDown }) {
      revoke('ada');
      const both = async (count: number, s: number) => `${await come('ada', count, s)}, ${await come('bob', count, s)}`;
      const told = [await both(1, 0)];
      setDown(true);
      told.push(await both(20, 200), await both(20, 310));
      setDown(false);
      told.push(await both(1, 320));
      return told.join('; ');
    },
  },
];

/** Runs a story in a separate Worker, with a store to itself. */
export async function tellFeedStory(
  story: Story<FeedVisitor>,
  runtime: Workerd,
  { origin, key, stores }: LocalServer,
): Promise<string> {
  const path = `/store/slow/${randomUUID()}`;
  const worker = await runtime.start();
  try {
    return await story.tell({
      async come(user, count, afterSeconds = 0) {
        return countEqual(await Promise.all(Array.from({ length: count }, () => send(user, afterSeconds, false))));
      },
      async leave(user, afterSeconds = 0) {
        await send(user, afterSeconds, true);
      },
      revoke: (id) => stores.command(path, { texts: [writeEntry({ kind: 'user', id, before: nowSeconds() + 60 })] }),
      setDown: (isDown) => stores.command(path, { isDown }),
      reads: () => stores.readsOf(path),
    });
  } finally {
    worker.stop();
  }

  async function send(user: string, afterSeconds: number, leave: boolean): Promise<string> {
    const token = await mint(key, { iss: issuer, sub: user });
    const keys = { keys: [key.publicJwk] };
    return worker.visit({ store: origin + path, issuer, keys, token, clockAheadMs: afterSeconds * 1000, leave });
  }
}
