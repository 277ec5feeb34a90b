import { NextRequest } from 'next/server.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createToriiNext } from '../src/index.ts';
import { bypassNextCache } from '../src/server/issuer/fresh-fetch.ts';

type Fetch = typeof globalThis.fetch;

afterEach(() => void vi.unstubAllGlobals());

/** Caches every response forever by URL and headers and ignores `cache`, like Next with `fetchCache = 'force-cache'`. */
function makeCachingFetch() {
  const cache = new Map<string, string>();
  let fetches = 0;
  const cachingFetch: Fetch = async (input, init) => {
    const key = JSON.stringify([String(input), [...new Headers(init?.headers)]]);
    if (!cache.has(key)) cache.set(key, `response ${++fetches}`);
    return new Response(cache.get(key));
  };
  return cachingFetch;
}

const ask = async (fetch: unknown) => {
  const init = { headers: { accept: 'application/json' } };
  return (await (fetch as Fetch)('https://acme.torii.so/keys', init)).text();
};

describe('[12] no cached response is used', () => {
  test("with the platform's fetch, even if Next replaces it later", async () => {
    for (const fetch of [bypassNextCache(undefined), bypassNextCache(undefined)]) {
      vi.stubGlobal('fetch', makeCachingFetch());
      expect([await ask(fetch), await ask(fetch)]).toEqual(['response 1', 'response 2']);
    }
  });

  test("with an app's own fetch function that calls Next's", async () => {
    const cachingFetch = makeCachingFetch();
    const own: Fetch = (input, init) => cachingFetch(input, init);
    expect([await ask(own), await ask(own)]).toEqual(['response 1', 'response 1']);
    const wrapped = bypassNextCache(own);
    expect([await ask(wrapped), await ask(wrapped)]).toEqual(['response 2', 'response 3']);
  });
});

test('[4] returns the same wrapper for the same function, so that verifiers share its key set', () => {
  const own: Fetch = () => Promise.reject(new Error());
  expect(bypassNextCache(own)).toBe(bypassNextCache(own));
  expect(bypassNextCache(undefined)).toBe(bypassNextCache(undefined));
  expect(bypassNextCache(own)).not.toBe(bypassNextCache(undefined));
});

test("keeps core's headers and signal", async () => {
  const seen: RequestInit[] = [];
  const wrapped = bypassNextCache(async (_input: unknown, init: RequestInit) => {
    seen.push(init);
    return new Response();
  }) as Fetch;
  const signal = AbortSignal.timeout(1000);
  await wrapped('https://acme.torii.so/keys', { headers: { accept: 'application/json' }, redirect: 'manual', signal });
  expect(seen).toMatchObject([{ redirect: 'manual', cache: 'no-store', signal }]);
  expect(new Headers(seen[0]?.headers).get('accept')).toBe('application/json');
});

test.each([null, 7, 'fetch', {}])('returns %j unchanged, so that core refuses it', (given) => {
  expect(bypassNextCache(given)).toBe(given);
});

test("passes on the issuer's own responses, none from Next's cache", async () => {
  const { issuerRoutes } = createToriiNext({
    issuer: 'https://acme.torii.so',
    signInPath: '/sign-in',
    origins: ['https://app.test'],
  });
  vi.stubGlobal('fetch', makeCachingFetch());
  const load = async () => (await issuerRoutes.GET(new NextRequest('https://app.test/_torii/client'))).text();
  expect([await load(), await load()]).toEqual(['response 1', 'response 2']);
});
