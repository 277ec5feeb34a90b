// Requests that share a Worker and its verifier. When a request ends, workerd cancels everything that the request started. A
// request must not wait for a fetch that was canceled with another request.
import { mint } from './issuer.ts';
import type { LocalServer } from './local-server.ts';
import type { Workerd } from './workerd.ts';

export interface Visit {
  readonly issuer: string;
  readonly token: string;
  readonly clockAheadMs: number;
  /** Whether the Worker responds before the token is verified, so that the request ends while the keys are being fetched. */
  readonly leave: boolean;
}

export interface Story<V> {
  readonly name: string;
  readonly expected: string;
  /**
   * Sends the requests of this test case (the story) to a Worker. The issuer or store is used by this story only, and responds
   * slowly.
   */
  tell(visitor: V): Promise<string>;
}

// Expects at most `most` key fetches. The order in which requests arrive varies, so fewer fetches are fine, but more
// would be needless.
export function atMost(most: number, fetches: number): string {
  return fetches <= most ? `at most ${most}` : String(fetches);
}

interface Visitor {
  /** Sends `count` concurrent requests, `afterMs` after the first visit. Returns the counted results: `50 verified`. */
  come(count: number, afterMs?: number): Promise<string>;
  /** Sends a request that starts a fetch of the keys, if one is due, and ends before the response of the fetch. */
  leave(afterMs?: number): Promise<void>;
  fetches(): number;
}

const secondMs = 1_000;
const minuteMs = 60_000;

export const stories: readonly Story<Visitor>[] = [
  {
    name: '50 concurrent requests without keys',
    expected: '50 verified; 1 fetched',
    tell: async ({ come, fetches }) => `${await come(50)}; ${fetches()} fetched`,
  },
  {
    name: 'the first request ends before its key fetch, then 50 requests',
    expected: '50 verified; at most 2 fetched',
    async tell({ come, leave, fetches }) {
      await leave();
      return `${await come(50)}; ${atMost(2, fetches())} fetched`;
    },
  },
  {
    name: 'the first request ends while 50 others wait for its key fetch',
    expected: '50 verified; at most 2 fetched',
    async tell({ come, leave, fetches }) {
      let ended = false;
      const left = leave().finally(() => {
        ended = true;
      });
      // On a slow machine, the request can end before its fetch has reached the server.
      while (fetches() === 0 && !ended) await new Promise((resolve) => setTimeout(resolve, 1));
      const [outcome] = await Promise.all([come(50), left]);
      return `${outcome}; ${atMost(2, fetches())} fetched`;
    },
  },
  {
    name: 'every background refresh is canceled with its request',
    expected: '1 verified; 50 verified; at most 3 fetched',
    async tell({ come, leave, fetches }) {
      const first = await come(1);
      for (let s = 241; s < 300; s += 7) await leave(s * secondMs);
      return `${first}; ${await come(50, 5 * minuteMs + secondMs)}; ${atMost(3, fetches())} fetched`;
    },
  },
  {
    name: 'a background refresh is canceled just before the keys are stale',
    expected: '1 verified; 50 verified; at most 3 fetched',
    async tell({ come, leave, fetches }) {
      const first = await come(1);
      await leave(5 * minuteMs - secondMs);
      return `${first}; ${await come(50, 5 * minuteMs + secondMs)}; ${atMost(3, fetches())} fetched`;
    },
  },
];

/** Runs a story in a separate Worker, because a Worker has one clock, and with a separate issuer. */
export async function tellStory(story: Story<Visitor>, runtime: Workerd, server: LocalServer): Promise<string> {
  const issuer = `${server.origin}/slow/${encodeURIComponent(`${runtime.name} ${story.name}`)}`;
  const worker = await runtime.start();
  try {
    return await story.tell({
      async come(count, afterMs = 0) {
        return countEqual(await Promise.all(Array.from({ length: count }, (_, i) => send(i, afterMs, false))));
      },
      async leave(afterMs = 0) {
        await send(0, afterMs, true);
      },
      fetches: () => server.fetchesOf(issuer),
    });
  } finally {
    worker.stop();
  }

  async function send(number: number, clockAheadMs: number, leave: boolean): Promise<string> {
    // Distinct tokens, so that the token cache has no hits.
    const token = await mint(server.key, { iss: issuer, sub: 'verified', jti: String(number) });
    return worker.visit({ issuer, token, clockAheadMs, leave });
  }
}

export function countEqual(outcomes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
