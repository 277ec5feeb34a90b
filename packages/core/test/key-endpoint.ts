import type { SigningKey } from './mint.ts';

/** A key endpoint in memory, for tests that control every response. */
export interface KeyEndpoint {
  /** Pass this to a verifier as `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** The time of each fetch, from `Date.now()`. */
  readonly fetchedAt: readonly number[];
  readonly urls: readonly string[];
  publish(...keys: readonly SigningKey[]): void;
  /** Responds with the results of `respond`, until the next call of `publish`. */
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
      if (!(signal instanceof AbortSignal)) throw new Error('Key fetches must have a timeout: no signal was passed.');
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

/** The maximum number of fetches in any minute. */
export function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 60_000).length));
}
