type Fetch = typeof globalThis.fetch;

// Core keeps one key set for each fetch function: one function that is given twice is to be one here too.
const known = new WeakMap<Fetch, Fetch>();

// Looked up at each call: Next puts its own in place while a page is made.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

/**
 * Makes a `fetch` ask each time. Next's keeps answers for good where a page has `fetchCache = 'force-cache'`, whatever a
 * request says, and a withdrawn key would verify for ever; an app's own mostly ends in it. What Next keeps it finds again
 * by the headers, of which one is new each time.
 *
 * @returns what is no function as it is, for core to refuse
 */
export function afresh(given: unknown): unknown {
  // Undefined stands for the platform's, as in core.
  const fetch: unknown = given === undefined ? platformFetch : given;
  if (!isFetch(fetch)) return given;
  const fresh: Fetch =
    known.get(fetch) ??
    ((input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('X-Request-Id', crypto.randomUUID());
      return fetch(input, { ...init, headers, cache: 'no-store' });
    });
  known.set(fetch, fresh);
  return fresh;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === 'function';
}
