type Fetch = typeof globalThis.fetch;

// Verifiers with the same `fetch` function share a key set, so each function must always get the same wrapper.
const wrappers = new WeakMap<Fetch, Fetch>();

// `globalThis.fetch` is read on each call, because Next replaces it while it renders.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

/**
 * Wraps a `fetch` function so that Next's cache never answers the requests for keys. If a page sets `fetchCache` to
 * `'force-cache'`, Next ignores `cache: 'no-store'` and would return the same key set forever, including withdrawn
 * keys. Next's cache key contains the request headers, so a unique header avoids cache hits. A `fetch` function that
 * the app passes is wrapped too, because it usually calls Next's `fetch`.
 *
 * @returns `given` unchanged if it is not a function, so that `createVerifier` refuses it
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
