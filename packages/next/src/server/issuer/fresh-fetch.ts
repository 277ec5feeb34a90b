import { platformFetch, randomId } from '@torii/core/internal';

type Fetch = typeof platformFetch;

// Keep one wrapper per `fetch` function: only verifiers with the identical function share the issuer's cached keys.
const wrappers = new WeakMap<Fetch, Fetch>();

// Keeps responses out of Next's cache. With `fetchCache = 'force-cache'` in a page or a route, Next ignores `no-store`: it
// would keep withdrawn keys forever, and write tokens into files. With `internal`, which Next uses for its own requests, it
// calls the platform's `fetch`. Typed as an object, because Next's own types of `fetch`, which apps load, do not know it.
const outsideOfNextCache: object = { cache: 'no-store', next: { internal: true } };

// A unique request header gives every request its own cache key, should a version of Next ignore these options.
export function bypassNextCache(given: unknown): unknown {
  // `platformFetch` looks up the global on each call: Next replaces it while it renders.
  const fetch: unknown = given === undefined ? platformFetch : given;
  if (!isFetch(fetch)) return given;
  const wrapper: Fetch =
    wrappers.get(fetch) ??
    ((input, init) => {
      const headers = new Headers(init?.headers);
      if (!headers.has('x-request-id')) headers.set('x-request-id', randomId());
      return fetch(input, { ...init, headers, ...outsideOfNextCache });
    });
  wrappers.set(fetch, wrapper);
  return wrapper;
}

/** Sends a request to the issuer, outside of Next's cache. */
export const fetchFresh: Fetch = bypassNextCache(undefined) as Fetch;

function isFetch(value: unknown): value is Fetch {
  return typeof value === 'function';
}
