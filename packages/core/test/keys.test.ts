import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, type Verifier, type VerifierEvent, verifyToken } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { makeKeyEndpoint, mostInAMinute } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint, type SigningKey, signText } from './mint.ts';

const [oldKey, newKey, strangersKey] = await Promise.all([makeKey('old'), makeKey('new'), makeKey('old')]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
  // Without it, only the fake clock ends a pause. See `pause`.
  vi.stubGlobal('Atomics', {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A token that is valid for two hours, so that it does not expire during the test. */
function longLived(key: SigningKey, claims: Record<string, unknown> = {}): Promise<string> {
  const { iat } = claimsWith();
  return mint(key, { exp: Number(iat) + 7200, ...claims });
}

/** Well-formed tokens whose key ids are unknown. */
function forgeries(count: number, prefix = 'forged'): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => longLived({ ...strangersKey, kid: `${prefix}-${i}` })));
}

async function outcomeOf(verifying: Promise<unknown>): Promise<string> {
  return verifying.then(
    () => 'verified',
    (error: { reason?: string }) => error.reason ?? String(error),
  );
}

/** The outcome of `verify`, with the fake clock running while it waits. */
async function outcomeInTime(torii: Verifier<object, never>, token: string): Promise<string> {
  const outcome = outcomeOf(torii.verify(token));
  await advance(300);
  return outcome;
}

async function advance(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

const minutes = 60_000;

interface Fetching {
  readonly fetch: typeof globalThis.fetch;
  readonly onEvent?: (event: VerifierEvent) => void;
  readonly clockTolerance?: number;
  readonly maxStaleSeconds?: number;
}

// Both verifiers use the same code to fetch and cache keys.
const makers: readonly [string, (options: Fetching) => Verifier<object, never>][] = [
  ['createVerifier', (options) => createVerifier({ issuer, ...options })],
  [
    'createJwtVerifier',
    (options) => {
      return createJwtVerifier({ jwks: `${issuer}/_torii/.well-known/jwks.json`, algorithms: ['ES256'], ...options });
    },
  ],
];

describe('the source of keys', () => {
  test('[3] fetches keys only from the configured issuer, and follows no redirects', async () => {
    const seen: RequestInit[] = [];
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = createVerifier({
      issuer: `${issuer}/`,
      fetch: (input, init) => {
        seen.push(init ?? {});
        return endpoint.fetch(input, init);
      },
    });
    await torii.verify(await longLived(oldKey));
    expect(endpoint.urls).toEqual([`${issuer}/_torii/.well-known/jwks.json`]);
    expect(seen[0]).toMatchObject({ redirect: 'manual' });
  });

  test('[3] a key id that occurs twice verifies nothing', async () => {
    const endpoint = makeKeyEndpoint(oldKey, { ...newKey, publicJwk: { ...newKey.publicJwk, kid: 'old' } });
    const torii = createVerifier({ issuer, fetch: endpoint.fetch });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('keys_unavailable');
    endpoint.publish(oldKey, { ...newKey, publicJwk: { kty: 'RSA', kid: 'old', n: 'AQAB', e: 'AQAB' } }, newKey);
    const other = createVerifier({ issuer, fetch: makeKeyEndpoint(oldKey, oldKey, newKey).fetch });
    expect(await outcomeOf(other.verify(await longLived(oldKey)))).toBe('key_unknown');
  });

  test.each([
    ['another curve', { crv: 'P-384' }],
    ['another type', { kty: 'RSA' }],
    ['an encryption use', { use: 'enc' }],
    ['another algorithm', { alg: 'ES384' }],
    ['the sign operation only', { key_ops: ['sign'] }],
    ['a number for x', { x: 1 }],
  ])('[1] skips a key with %s', async (_name, change) => {
    const odd = { ...oldKey, publicJwk: { ...oldKey.publicJwk, ...change } };
    const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(odd, newKey).fetch });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('verified');
  });

  test('a point that is not on the curve verifies nothing, and does not affect other keys', async () => {
    const broken = { ...oldKey, publicJwk: { ...oldKey.publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) } };
    const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(broken, newKey).fetch });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('verified');
  });

  test('[5] a key of one issuer never verifies a token of another issuer', async () => {
    const [a, b] = ['https://a.torii.test', 'https://b.torii.test'];
    const [keysOfA, keysOfB] = [makeKeyEndpoint(oldKey), makeKeyEndpoint(newKey)];
    const torii = createVerifier({
      issuer: [a, b],
      fetch: (input, init) => (String(input).startsWith(a) ? keysOfA : keysOfB).fetch(input, init),
    });
    expect(await outcomeOf(torii.verify(await longLived(oldKey, { iss: a })))).toBe('verified');
    expect(await outcomeOf(torii.verify(await longLived(newKey, { iss: b })))).toBe('verified');
    expect(await outcomeOf(torii.verify(await longLived(newKey, { iss: a })))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived({ ...newKey, kid: 'old' }, { iss: a })))).toBe(
      'signature_invalid',
    );
  });

  test('[4] verifiers share keys by fetch function and URL, and do not share fixed keys', async () => {
    const [mine, yours] = [makeKeyEndpoint(oldKey), makeKeyEndpoint(newKey)];
    const token = await longLived(oldKey);
    await createVerifier({ issuer, fetch: mine.fetch }).verify(token);
    await createVerifier({ issuer, fetch: mine.fetch, clockTolerance: 0 }).verify(token);
    await verifyToken(token, { issuer, fetch: mine.fetch });
    expect(mine.fetchedAt).toHaveLength(1);

    expect(await outcomeOf(verifyToken(token, { issuer, fetch: yours.fetch }))).toBe('key_unknown');
    expect(await outcomeOf(verifyToken(token, { issuer, keys: { keys: [newKey.publicJwk] } }))).toBe('key_unknown');
    expect(await outcomeOf(verifyToken(token, { issuer, keys: { keys: [oldKey.publicJwk] } }))).toBe('verified');
  });

  test('fixed keys never cause a fetch', async () => {
    const endpoint = makeKeyEndpoint(newKey);
    const torii = createVerifier({ issuer, fetch: endpoint.fetch, keys: { keys: [oldKey.publicJwk] } });
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('verified');
    expect(endpoint.fetchedAt).toHaveLength(0);
  });
});

describe.each(makers)('invalid responses of a key endpoint to %s', (_name, makeVerifier) => {
  type Respond = (signal: AbortSignal) => Response | Promise<Response>;

  /** The `problem` of the `keys_failed` event, for a request that is refused with `keys_unavailable`. */
  async function problemOf(respond: Respond): Promise<string | undefined> {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(respond);
    const events: VerifierEvent[] = [];
    const torii = makeVerifier({ fetch: endpoint.fetch, onEvent: (event) => events.push(event) });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('keys_unavailable');
    const failures = events.filter((event) => event.type === 'keys_failed');
    expect(failures).toMatchObject([{ usable: false, problem: expect.any(String) }]);
    return failures[0]?.problem;
  }

  const broken: Respond = () => Promise.reject(new TypeError('fetch failed'));

  test.each<[string, Respond]>([
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.test' } })],
    ['an error', () => new Response('oops', { status: 500 })],
    ['text', () => new Response('<html>')],
    ['JSON that is not a key set', () => Response.json([])],
    ['keys that are not a list', () => Response.json({ keys: {} })],
    ['a private EC key', () => Response.json({ keys: [oldKey.publicJwk, { ...newKey.publicJwk, d: 'AAAA' }] })],
    ['a private key of another type', () => Response.json({ keys: [oldKey.publicJwk, { kty: 'AKP', priv: 'AAAA' }] })],
    ['a symmetric key', () => Response.json({ keys: [oldKey.publicJwk, { kty: 'oct', k: 'AAAA' }] })],
    ['a body of a megabyte', () => Response.json({ keys: [oldKey.publicJwk], pad: 'x'.repeat(2 ** 20) })],
    ['a thousand and one keys', () => Response.json({ keys: Array(1001).fill(oldKey.publicJwk) })],
  ])('[3] refuses %s with 503, and does not report a failed connection', async (_name, respond) => {
    expect(await problemOf(respond)).not.toBe(await problemOf(broken));
  });

  test('[3] answers a failed connection with 503, and shows its error in the event only', async () => {
    expect(await problemOf(broken)).toContain('fetch failed');
    const endpoint = makeKeyEndpoint();
    endpoint.answer(broken);
    const refused: unknown = await makeVerifier({ fetch: endpoint.fetch })
      .verify(await longLived(oldKey))
      .catch(String);
    expect(refused).not.toContain('fetch failed');
  });

  test('[3] times out after five seconds, even if fetch ignores its signal', async () => {
    const endpoint = makeKeyEndpoint();
    let signal: AbortSignal | undefined;
    endpoint.answer((given) => {
      signal = given;
      return new Promise(() => {});
    });
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const outcome = outcomeOf(torii.verify(await longLived(oldKey)));
    await advance(5_000);
    expect(await outcome).toBe('keys_unavailable');
    expect(signal?.aborted).toBe(true);
  });

  test('[3] times out if the response never ends', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const outcome = outcomeOf(torii.verify(await longLived(oldKey)));
    await advance(5_000);
    expect(await outcome).toBe('keys_unavailable');
  });
});

describe.each(makers)('how often keys are fetched by %s', (_name, makeVerifier) => {
  test('[4] a thousand simultaneous first verifications cause one fetch', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await Promise.all(Array.from({ length: 1000 }, () => torii.verify(token)));
    expect(endpoint.fetchedAt).toHaveLength(1);
  });

  test('[4] a new key verifies right after the first fetch', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    endpoint.publish(oldKey, newKey);
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('verified');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('[4] a thousand simultaneous unknown keys cause one more fetch, and do not delay valid tokens or a new key', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const good = await longLived(oldKey);
    await torii.verify(good);

    const flood = (await forgeries(1000)).map((token) => outcomeOf(torii.verify(token)));
    expect(await outcomeOf(makeVerifier({ fetch: endpoint.fetch }).verify(good))).toBe('verified');
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['key_unknown']));
    expect(endpoint.fetchedAt).toHaveLength(2);

    endpoint.publish(oldKey, newKey);
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('verified');
  });

  test('[4] a flood that arrives one request at a time causes one more fetch too', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    const flood: Promise<string>[] = [];
    for (const token of await forgeries(300)) {
      flood.push(outcomeOf(torii.verify(token)));
      await advance(3);
    }
    await advance(300);
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['key_unknown']));
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test.each([
    ['returns keys', () => makeKeyEndpoint(oldKey)],
    ['returns an empty key set', () => makeKeyEndpoint()],
    [
      'fails',
      () => {
        const endpoint = makeKeyEndpoint();
        endpoint.answer(() => new Response(null, { status: 500 }));
        return endpoint;
      },
    ],
    [
      'fails after a valid response',
      () => {
        const endpoint = makeKeyEndpoint(oldKey);
        endpoint.answer(() => {
          endpoint.answer(() => new Response(null, { status: 500 }));
          return Response.json({ keys: [oldKey.publicJwk] });
        });
        return endpoint;
      },
    ],
  ])(
    '[4] a flood of five minutes causes at most ten fetches a minute while the endpoint %s',
    async (_name, makeEndpoint) => {
      const endpoint = makeEndpoint();
      const torii = makeVerifier({ fetch: endpoint.fetch });
      const tokens = await forgeries(50);
      const good = await longLived(oldKey);
      const hadKeys = (await outcomeOf(torii.verify(good))) === 'verified';
      for (let i = 0; i < 3000; i++) {
        // Twelve at a time look like a flood. Every third time only one, which may be a key rotation.
        for (const token of tokens.slice(0, i % 3 === 0 ? 1 : 12)) void outcomeOf(torii.verify(token));
        await advance(100);
        if (hadKeys && i % 300 === 0) expect(await outcomeOf(torii.verify(good))).toBe('verified');
      }
      expect(mostInAMinute(endpoint.fetchedAt)).toBeLessThanOrEqual(10);
      expect(endpoint.fetchedAt.length).toBeGreaterThan(10);
    },
  );

  test('[4] a new key works within ten seconds during a flood', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const flood = await forgeries(20);
    await torii.verify(await longLived(oldKey));
    const rush = async (ms: number): Promise<void> => {
      for (let t = 0; t < ms; t += 100) {
        for (const token of flood) void outcomeOf(torii.verify(token));
        await advance(100);
      }
    };
    await rush(60_000);
    endpoint.publish(oldKey, newKey);
    await rush(10_000);
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('verified');
  });

  test('[4] a request that is held works if another request has found its key meanwhile', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    const [forged] = await forgeries(1);
    expect(await outcomeOf(torii.verify(String(forged)))).toBe('key_unknown');
    endpoint.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return Response.json({ keys: [oldKey.publicJwk, newKey.publicJwk] });
    });
    const token = await longLived(newKey);
    const first = outcomeOf(torii.verify(token));
    await advance(200);
    // The first request has begun the last fetch that is allowed.
    expect(endpoint.fetchedAt).toHaveLength(3);
    const second = outcomeOf(torii.verify(token));
    await advance(300);
    expect(await Promise.all([first, second])).toEqual(['verified', 'verified']);
    expect(endpoint.fetchedAt).toHaveLength(3);
  });

  test('[4] a key id that was unknown before works once its key is published', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const early = await longLived(newKey);
    expect(await outcomeInTime(torii, early)).toBe('key_unknown');
    endpoint.publish(oldKey, newKey);
    expect(await outcomeInTime(torii, early)).toBe('verified');
  });

  test('[4] of many tokens with unknown keys, eight wait and the others are refused immediately', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    await outcomeInTime(torii, await longLived(newKey));
    const told: string[] = [];
    for (const token of await forgeries(20)) void outcomeOf(torii.verify(token)).then((outcome) => told.push(outcome));
    await advance(0);
    expect(told).toEqual(Array(12).fill('key_unknown'));
    await advance(300);
    expect(told).toEqual(Array(20).fill('key_unknown'));
  });

  test('[4] two clocks that tick at different times do not allow more fetches', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(null, { status: 500 }));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    // The two clocks advance alternately, so each is ahead of the other in turn.
    for (let i = 0; i < 120_000; i++) {
      vi.setSystemTime(Date.now() + (i % 2));
      if (i % 2 === 0) vi.advanceTimersByTime(1);
      if (i % 10 === 0) await outcomeOf(torii.verify(token));
    }
    expect(mostInAMinute(endpoint.fetchedAt)).toBeLessThanOrEqual(10);
  });

  test('[4] requests that do not wait for a refresh do not count against the limit of waiting requests', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    await advance(4 * minutes);
    let reply: (response: Response) => void = () => {};
    endpoint.answer(() => new Promise((resolve) => (reply = resolve)));
    const token = await longLived({ ...strangersKey, kid: 'old' });
    await Promise.all(Array.from({ length: 10_000 }, () => outcomeOf(torii.verify(token))));
    const fresh = outcomeOf(torii.verify(await longLived(newKey)));
    await advance(0);
    reply(Response.json({ keys: [oldKey.publicJwk, newKey.publicJwk] }));
    expect(await fresh).toBe('verified');
  });

  test('[4] the number of waiting requests is limited', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Promise(() => {}));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    const outcomes = Array.from({ length: 10_001 }, () => outcomeOf(torii.verify(token)));
    // The last request is refused immediately, while the others wait for the endpoint.
    expect(await outcomes.at(-1)).toBe('keys_unavailable');
    await advance(5_000);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['keys_unavailable']));
    expect(endpoint.fetchedAt).toHaveLength(1);
  });
});

describe.each(makers)('how long keys are used by %s', (_name, makeVerifier) => {
  test('[12] a withdrawn key stops working after five minutes', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish(newKey);
    await advance(5 * minutes - 1);
    await outcomeOf(torii.verify(token));
    await advance(1);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
  });

  test('[12] after a long pause, keys are refreshed before they are used', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish(newKey);
    await advance(30 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('[12] after four minutes, keys are refreshed in the background and requests do not wait', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    await advance(4 * minutes - 1);
    await torii.verify(token);
    expect(endpoint.fetchedAt).toHaveLength(1);
    endpoint.answer(() => new Promise(() => {}));
    await advance(1);
    expect(await outcomeOf(torii.verify(token))).toBe('verified');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('[12] known keys work while the endpoint is down, up to maxStaleSeconds', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.answer(() => Promise.reject(new TypeError('fetch failed')));
    await advance(11 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('verified');
    await advance(49 * minutes - 1);
    expect(await outcomeOf(torii.verify(token))).toBe('verified');
    await advance(1);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    endpoint.publish(oldKey);
    await advance(10_000);
    expect(await outcomeOf(torii.verify(token))).toBe('verified');
  });

  test('[12] with maxStaleSeconds: 0, stale keys are never used', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, maxStaleSeconds: 0 });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.answer(() => new Response(null, { status: 503 }));
    await advance(5 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
  });

  test('[12] an endpoint that hangs delays only one request, not every request of an outage', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.answer(() => new Promise(() => {}));
    await advance(10 * minutes);
    const first = outcomeOf(torii.verify(token));
    await advance(5_000);
    expect(await first).toBe('verified');
    for (let second = 0; second < 50; second++) {
      // Resolves without advancing the clock, so it does not wait.
      expect(await outcomeOf(torii.verify(token))).toBe('verified');
      await advance(1_000);
    }
  });

  test('[12] while the endpoint fails, an unknown key is refused with 503, not with 401', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    endpoint.answer(() => new Response(null, { status: 500 }));
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('keys_unavailable');

    endpoint.publish(oldKey);
    await advance(10_000);
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('key_unknown');
  });

  test('[12] an empty key set withdraws every key, and tokens are answered with 503', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish();
    await advance(5 * minutes);
    const { denial } = await torii.check({ headers: { authorization: `Bearer ${token}` } });
    expect(denial).toMatchObject({ status: 503, headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) } });
  });

  test('[12] setting the wall clock back does not keep a withdrawn key in use', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, clockTolerance: 300 });
    const token = await longLived(oldKey, { iat: 1 });
    await torii.verify(token);
    endpoint.publish(newKey);
    await advance(5 * minutes);
    vi.setSystemTime(Date.now() - 60 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
  });

  test('a refresh that died with its request does not block the next one', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    endpoint.answer(() => new Promise(() => {}));
    vi.stubGlobal('setTimeout', () => 0);
    void outcomeOf(torii.verify(token));
    vi.unstubAllGlobals();
    await advance(7_000);
    endpoint.publish(oldKey);
    expect(await outcomeOf(torii.verify(token))).toBe('verified');
  });

  test('[12] while ten thousand requests wait for a refresh, further requests do not use stale keys', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    await advance(30 * minutes);
    let reply: (response: Response) => void = () => {};
    endpoint.answer(() => new Promise((resolve) => (reply = resolve)));
    const waiting = Array.from({ length: 10_000 }, () => outcomeOf(torii.verify(token)));
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    reply(Response.json({ keys: [newKey.publicJwk] }));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['key_unknown']));
  });

  test('[12] a late response does not restore a withdrawn key', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    await advance(4 * minutes);
    let replyLate: (response: Response) => void = () => {};
    endpoint.answer(() => new Promise((resolve) => (replyLate = resolve)));
    await torii.verify(token);
    // After a sleep the fetch counts as dead, and another fetch finishes before it.
    vi.setSystemTime(Date.now() + 10_000);
    endpoint.publish(newKey);
    expect(await outcomeOf(torii.verify(await longLived({ ...strangersKey, kid: 'none' })))).toBe('key_unknown');
    replyLate(Response.json({ keys: [oldKey.publicJwk, newKey.publicJwk] }));
    await advance(10);
    expect(await outcomeInTime(torii, token)).toBe('key_unknown');
  });

  test('[7] refuses a token that expired while its key was fetched', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return Response.json({ keys: [oldKey.publicJwk] });
    });
    const torii = makeVerifier({ fetch: endpoint.fetch, clockTolerance: 0 });
    const outcome = outcomeOf(torii.verify(await longLived(oldKey, { exp: Number(claimsWith()['iat']) + 2 })));
    await advance(4_000);
    expect(await outcome).toBe('token_expired');
  });

  test('requests that wait for a dead fetch get the result of a new fetch', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Promise(() => {}));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    vi.stubGlobal('setTimeout', () => 0);
    void outcomeOf(torii.verify(token));
    vi.unstubAllGlobals();
    endpoint.publish(oldKey);
    const joined = Array.from({ length: 50 }, () => outcomeOf(torii.verify(token)));
    await advance(6_000);
    expect(new Set(await Promise.all(joined))).toEqual(new Set(['verified']));
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('if background refreshes die, only one is started, and the rate limit is left to requests that wait', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    await advance(4 * minutes);
    endpoint.answer(() => new Promise(() => {}));
    for (let s = 0; s < 56; s += 7) {
      vi.stubGlobal('setTimeout', () => 0);
      expect(await outcomeOf(torii.verify(token))).toBe('verified');
      vi.unstubAllGlobals();
      await advance(7_000);
    }
    endpoint.publish(oldKey);
    await advance(5_000);
    expect(await outcomeInTime(torii, token)).toBe('verified');
    expect(endpoint.fetchedAt).toHaveLength(3);
  });

  test('a key id whose key changed verifies with the new key only', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish(strangersKey);
    await advance(5 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('signature_invalid');
    expect(await outcomeOf(torii.verify(await longLived(strangersKey)))).toBe('verified');
  });
});

test('[12] fetches keys if another library has replaced Promise, as zone.js does', async () => {
  vi.stubGlobal('Promise', class extends Promise<unknown> {});
  try {
    const key = await makeKey();
    const fetch = async () => Response.json({ keys: [key.publicJwk] });
    const verifier = createVerifier({ issuer, fetch });
    await expect(verifier.verify(await mint(key))).resolves.toMatchObject({ userId: 'user_1' });
    await expect(verifier.verify(await mint({ ...key, kid: 'other' }))).rejects.toMatchObject({
      reason: 'key_unknown',
    });
  } finally {
    vi.unstubAllGlobals();
  }
});

test('[2] unusual key ids are only compared', async () => {
  const endpoint = makeKeyEndpoint(oldKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  await torii.verify(await longLived(oldKey));
  for (const kid of ['../../x', '__proto__', 'constructor', 'k'.repeat(10_000), 'https://evil.test/jwks.json']) {
    const header = JSON.stringify({ alg: 'ES256', kid });
    const token = await signText(oldKey, header, JSON.stringify(claimsWith()));
    expect(await outcomeInTime(torii, token), kid.slice(0, 40)).toBe('key_unknown');
  }
  expect(new Set(endpoint.urls)).toEqual(new Set([`${issuer}/_torii/.well-known/jwks.json`]));
});
