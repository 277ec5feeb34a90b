import { afterEach, describe, expect, test, vi } from 'vitest';
import { afresh } from '../src/server/fresh-fetch.ts';

type Fetch = typeof globalThis.fetch;

afterEach(() => void vi.unstubAllGlobals());

/** Keeps every answer for good, as Next's does with `fetchCache = 'force-cache'`: by URL and headers, whatever `cache` says. */
function makeHoarder() {
  const kept = new Map<string, string>();
  let asked = 0;
  const hoard: Fetch = async (input, init) => {
    const key = JSON.stringify([String(input), [...new Headers(init?.headers)]]);
    if (!kept.has(key)) kept.set(key, `answer ${++asked}`);
    return new Response(kept.get(key));
  };
  return hoard;
}

const ask = async (fetch: unknown) => {
  const init = { headers: { accept: 'application/json' } };
  return (await (fetch as Fetch)('https://acme.torii.so/keys', init)).text();
};

describe('[12] an answer that somebody keeps is not found again', () => {
  test("by the platform's fetch, also where it is replaced later", async () => {
    for (const fetch of [afresh(undefined), afresh(undefined)]) {
      vi.stubGlobal('fetch', makeHoarder());
      expect([await ask(fetch), await ask(fetch)]).toEqual(['answer 1', 'answer 2']);
    }
  });

  test("by an app's own fetch, which ends in Next's", async () => {
    const hoard = makeHoarder();
    const own: Fetch = (input, init) => hoard(input, init);
    expect([await ask(own), await ask(own)]).toEqual(['answer 1', 'answer 1']);
    const fresh = afresh(own);
    expect([await ask(fresh), await ask(fresh)]).toEqual(['answer 2', 'answer 3']);
  });
});

test('[4] one function is one, so that its key set is shared', () => {
  const own: Fetch = () => Promise.reject(new Error());
  expect(afresh(own)).toBe(afresh(own));
  expect(afresh(undefined)).toBe(afresh(undefined));
  expect(afresh(own)).not.toBe(afresh(undefined));
});

test("leaves core's headers and signal alone", async () => {
  const seen: RequestInit[] = [];
  const fresh = afresh(async (_input: unknown, init: RequestInit) => {
    seen.push(init);
    return new Response();
  }) as Fetch;
  const signal = AbortSignal.timeout(1000);
  await fresh('https://acme.torii.so/keys', { headers: { accept: 'application/json' }, redirect: 'manual', signal });
  expect(seen).toMatchObject([{ redirect: 'manual', cache: 'no-store', signal }]);
  expect(new Headers(seen[0]?.headers).get('accept')).toBe('application/json');
});

test.each([null, 7, 'fetch', {}])('leaves %j for core to refuse', (given) => {
  expect(afresh(given)).toBe(given);
});
