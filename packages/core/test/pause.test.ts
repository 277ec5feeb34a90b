import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, type Verifier, type VerifierEvent } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { type KeyEndpoint, makeKeyEndpoint, mostInAMinute } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// A process that stood still: a frozen Lambda, SIGSTOP, a laptop that slept. At the thaw, the timers that ran out fire before
// any response is read, so that a fetch that was under way seems to have timed out.

const minutes = 60_000;
const [oldKey, newKey] = await Promise.all([makeKey('old'), makeKey('new')]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Stops the process: time passes, and no timer fires. */
function freeze(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Fires every timer that ran out during the pause, and nothing else. */
async function thaw(): Promise<void> {
  await vi.runOnlyPendingTimersAsync();
}

async function tokenOf(key = oldKey): Promise<string> {
  return mint(key, { exp: Number(claimsWith()['iat']) + 6 * 3600 });
}

const never = (): Promise<Response> => new Promise(() => {});

interface Given {
  readonly fetch: typeof globalThis.fetch;
  readonly onEvent?: (event: VerifierEvent) => void;
}

const makers: readonly [string, (given: Given) => Verifier<object, never>][] = [
  ['createVerifier', (given) => createVerifier({ issuer, ...given })],
  [
    'createJwtVerifier',
    (given) => createJwtVerifier({ jwks: `${issuer}/_torii/.well-known/jwks.json`, algorithms: ['ES256'], ...given }),
  ],
];

describe.each(makers)('[34] after a pause, %s', (_name, makeVerifier) => {
  /** A verifier that knows a key, and whose key set was being refreshed in the background when the process stopped. */
  async function stopDuringRefresh(): Promise<{
    torii: Verifier<object, never>;
    endpoint: KeyEndpoint;
    token: string;
  }> {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    await torii.verify(token);
    await vi.advanceTimersByTimeAsync(4 * minutes);
    endpoint.answer(never);
    await torii.verify(token);
    expect(endpoint.fetchedAt).toHaveLength(2);
    freeze(90 * minutes);
    return { torii, endpoint, token };
  }

  test('asks the endpoint before it refuses, although a refresh timed out at the thaw', async () => {
    const { torii, endpoint, token } = await stopDuringRefresh();
    await thaw();
    endpoint.publish(oldKey);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    expect(endpoint.fetchedAt).toHaveLength(3);
  });

  test('asks the endpoint if the request comes before the timers', async () => {
    const { torii, endpoint, token } = await stopDuringRefresh();
    endpoint.publish(oldKey);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    expect(endpoint.fetchedAt).toHaveLength(3);
  });

  test('does not use a key that was withdrawn during the pause', async () => {
    const { torii, endpoint, token } = await stopDuringRefresh();
    await thaw();
    endpoint.publish(newKey);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
  });

  test('refuses if the endpoint fails now too', async () => {
    const { torii, endpoint, token } = await stopDuringRefresh();
    await thaw();
    endpoint.answer(() => new Response(null, { status: 500 }));
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    expect(endpoint.fetchedAt).toHaveLength(3);
  });

  test('asks the endpoint although the last fetch failed just before the pause', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(null, { status: 500 }));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    freeze(5 * minutes);
    endpoint.publish(oldKey);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });

  test.each([1, 100])('gives %i requests that waited through it one new fetch', async (count) => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(never);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    const outcomes = Array.from({ length: count }, () => outcomeOf(torii.verify(token)));
    await vi.advanceTimersByTimeAsync(1_000);
    freeze(90 * minutes);
    endpoint.publish(oldKey);
    await thaw();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['accepted']));
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('[12] fetches again if the response that was under way is as old as the pause', async () => {
    const endpoint = makeKeyEndpoint();
    let reply: (response: Response) => void = () => {};
    endpoint.answer(() => new Promise((resolve) => (reply = resolve)));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const outcome = outcomeOf(torii.verify(await tokenOf()));
    await vi.advanceTimersByTimeAsync(1_000);
    // The key is withdrawn while the response waits in the socket.
    freeze(30 * minutes);
    reply(Response.json({ keys: [oldKey.publicJwk] }));
    endpoint.publish(newKey);
    expect(await outcome).toBe('key_unknown');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('gives up after a few fetches if it stops during each of them', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(never);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const outcome = outcomeOf(torii.verify(await tokenOf()));
    for (let i = 0; i < 10; i++) {
      freeze(30 * minutes);
      await thaw();
    }
    expect(await outcome).toBe('keys_unavailable');
    expect(endpoint.fetchedAt.length).toBeLessThanOrEqual(4);
  });

  test('[4] does not fetch more often in a process that is stopped again and again', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(null, { status: 500 }));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    for (let i = 0; i < 100; i++) {
      await outcomeOf(torii.verify(token));
      freeze(1_500);
    }
    expect(mostInAMinute(endpoint.fetchedAt)).toBeLessThanOrEqual(10);
  });
});

describe.each(makers)('[34] a failure counts from when its fetch began: %s', (_name, makeVerifier) => {
  test('a fetch that failed after three seconds delays the next one by nothing', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return new Response(null, { status: 500 });
    });
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    const first = outcomeOf(torii.verify(token));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await first).toBe('keys_unavailable');
    endpoint.publish(oldKey);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });

  test('a fetch that failed at once delays the next one by a second', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(null, { status: 500 }));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await tokenOf();
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    endpoint.publish(oldKey);
    await vi.advanceTimersByTimeAsync(999);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });
});
