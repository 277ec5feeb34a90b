// Requests that share a Worker and its verifier. What one of them began must not be what another one waits for in vain:
// a runtime of this kind stops whatever a request began when the request ends.
import { mint } from './issuer.ts';
import type { LocalServer } from './local-server.ts';
import type { Workerd } from './workerd.ts';

/** A request to the Worker with a token of this issuer. */
export interface Visit {
  readonly issuer: string;
  readonly token: string;
  readonly clockAheadMs: number;
  /** Whether it is answered before its token is verified, so that it ends while the keys are on their way. */
  readonly leave: boolean;
}

export interface Story {
  readonly name: string;
  readonly expected: string;
  /** With an issuer of its own, whose key endpoint takes a moment to answer. */
  tell(visitor: Visitor): Promise<string>;
}

// Which request comes first is a matter of moments, so fewer fetches are as good; more would be one for nothing.
function atMost(most: number, fetches: number): string {
  return fetches <= most ? `at most ${most} fetched` : `${fetches} fetched`;
}

interface Visitor {
  /** So many requests at once, this long after the first, and what came of them: `50 verified`. */
  come(count: number, afterMs?: number): Promise<string>;
  /** One request that begins a fetch, if one is due, and ends before its answer. */
  leave(afterMs?: number): Promise<void>;
  fetches(): number;
}

const secondMs = 1_000;
const minuteMs = 60_000;

export const stories: readonly Story[] = [
  {
    name: '50 cold requests at once',
    expected: '50 verified; 1 fetched',
    tell: async ({ come, fetches }) => `${await come(50)}; ${fetches()} fetched`,
  },
  {
    name: 'the first request ends before its keys come',
    expected: '50 verified; at most 2 fetched',
    async tell({ come, leave, fetches }) {
      await leave();
      return `${await come(50)}; ${atMost(2, fetches())}`;
    },
  },
  {
    name: 'others wait already when it ends',
    expected: '50 verified; at most 2 fetched',
    async tell({ come, leave, fetches }) {
      const left = leave();
      while (fetches() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const [outcome] = await Promise.all([come(50), left]);
      return `${outcome}; ${atMost(2, fetches())}`;
    },
  },
  {
    name: 'every renewal in the background ends with its request',
    expected: '1 verified; 50 verified; at most 3 fetched',
    async tell({ come, leave, fetches }) {
      const first = await come(1);
      for (let s = 241; s < 300; s += 7) await leave(s * secondMs);
      return `${first}; ${await come(50, 5 * minuteMs + secondMs)}; ${atMost(3, fetches())}`;
    },
  },
  {
    name: 'a renewal in the background ends just before it is needed',
    expected: '1 verified; 50 verified; at most 3 fetched',
    async tell({ come, leave, fetches }) {
      const first = await come(1);
      await leave(5 * minuteMs - secondMs);
      return `${first}; ${await come(50, 5 * minuteMs + secondMs)}; ${atMost(3, fetches())}`;
    },
  },
];

/** Told to a Worker of its own, since a Worker has one clock, and with an issuer of its own. */
export async function tellStory(story: Story, runtime: Workerd, server: LocalServer): Promise<string> {
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
    // Distinct, so that no answer comes out of the cache of results.
    const token = await mint(server.key, { iss: issuer, sub: 'verified', jti: String(number) });
    return worker.visit({ issuer, token, clockAheadMs, leave });
  }
}

function countEqual(outcomes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
