type Fetch = typeof globalThis.fetch;

// Core shares a key set between verifiers with the same fetch function. The same function must get the same wrapper.
const wrappers = new WeakMap<Fetch, Fetch>();

// Looked up on each call, because Next replaces `globalThis.fetch` while it renders.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

/**
 * Wraps a `fetch` function so that Next's cache never answers it. If a page sets `fetchCache = 'force-cache'`, Next ignores
 * `cache: 'no-store'` and would return the same key set forever, including withdrawn keys. Its cache key contains the
 * request headers, so a unique header avoids cache hits. The app's own function is wrapped too: it usually calls Next's.
 *
 * @returns a value that is not a function unchanged, so that core refuses it
 */
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
