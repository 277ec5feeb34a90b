type Fetch = typeof globalThis.fetch;

// Verifiers with the same `fetch` share a key set, so each function must always get the same wrapper.
const wrappers = new WeakMap<Fetch, Fetch>();

// Read on each call, because Next replaces `globalThis.fetch` while it renders.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

// If a page sets `fetchCache` to `'force-cache'`, Next ignores `cache: 'no-store'` and keeps withdrawn keys forever.
// Next's cache key contains the request headers, so a unique header avoids cache hits.
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
