import type { ConnectionFailure } from './connection-failure.ts';

/** In Cloudflare Workers, the errors of `fetch` have no code and name no step, so a request may always have arrived. */
export function readConnectionFailure(_thrown: unknown): ConnectionFailure {
  return { mayHaveArrived: true, remedy: undefined };
}
