import type { SigningKey } from './mint.ts';

/** A key endpoint in memory: the network itself is what its tests are about. */
export interface KeyEndpoint {
  /** Give it to a verifier as `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** When each fetch came, by `Date.now()`. */
  readonly fetchedAt: readonly number[];
  readonly urls: readonly string[];
  publish(...keys: readonly SigningKey[]): void;
  /** Answers whatever this gives, until the next `publish`. */
  answer(respond: (signal: AbortSignal) => Response | Promise<Response>): void;
}

export function makeKeyEndpoint(...keys: readonly SigningKey[]): KeyEndpoint {
  const fetchedAt: number[] = [];
  const urls: string[] = [];
  let respond: (signal: AbortSignal) => Response | Promise<Response>;
  const endpoint: KeyEndpoint = {
    fetchedAt,
    urls,
    async fetch(input, init) {
      fetchedAt.push(Date.now());
      urls.push(String(input));
      const signal = init?.signal;
      if (!(signal instanceof AbortSignal)) throw new Error('A fetch of keys has a time limit.');
      return respond(signal);
    },
    publish(...published) {
      respond = () => Response.json({ keys: published.map((key) => key.publicJwk) });
    },
    answer(next) {
      respond = next;
    },
  };
  endpoint.publish(...keys);
  return endpoint;
}

/** The most fetches in any minute. */
export function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 60_000).length));
}
