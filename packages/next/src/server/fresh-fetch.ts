type Fetch = typeof globalThis.fetch;

// Keep one wrapper per `fetch` function: only verifiers with the identical function share the issuer's cached keys.
const wrappers = new WeakMap<Fetch, Fetch>();

// Look up `globalThis.fetch` on each call, because Next replaces it while it renders.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

// Keeps the issuer's keys out of Next's cache. With `fetchCache = 'force-cache'` in a page, Next ignores `no-store` and
// would keep withdrawn keys forever. A unique request header gives every request its own cache key.
export function bypassNextCache(given: unknown): unknown {
  const fetch: unknown = given === undefined ? platformFetch : given;
  if (!isFetch(fetch)) return given;
  const wrapper: Fetch =
    wrappers.get(fetch) ??
    ((input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('X-Request-Id', crypto.randomUUID());
      return fetch(input, { ...init, headers, cache: 'no-store' });
    });
  wrappers.set(fetch, wrapper);
  return wrapper;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === 'function';
}
