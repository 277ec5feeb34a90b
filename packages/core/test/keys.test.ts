import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, type ToriiEvent, type Verifier, verifyToken } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { makeKeyEndpoint, mostInAMinute } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint, type SigningKey, signText } from './mint.ts';

const [oldKey, newKey, strangersKey] = await Promise.all([makeKey('old'), makeKey('new'), makeKey('old')]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A token that lives for two hours, so that its keys are what the test is about. */
function longLived(key: SigningKey, claims: Record<string, unknown> = {}): Promise<string> {
  const { iat } = claimsWith();
  return mint(key, { exp: Number(iat) + 7200, ...claims });
}

/** Tokens that look right and name keys that nobody has. */
function forgeries(count: number, prefix = 'forged'): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => longLived({ ...strangersKey, kid: `${prefix}-${i}` })));
}

async function outcomeOf(verifying: Promise<unknown>): Promise<string> {
  return verifying.then(
    () => 'verified',
    (error: { reason?: string }) => error.reason ?? String(error),
  );
}

/** How verifying ends, with the clock running on while it waits. */
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
  readonly onEvent?: (event: ToriiEvent) => void;
  readonly clockTolerance?: number;
  readonly maxStaleSeconds?: number;
}

// Torii's tokens, and those of another maker: what is fetched, how often and for how long is decided once.
const makers: readonly [string, (options: Fetching) => Verifier<object, never>][] = [
  ['createVerifier', (options) => createVerifier({ issuer, ...options })],
  [
    'createJwtVerifier',
    (options) => {
      return createJwtVerifier({ jwks: `${issuer}/_torii/.well-known/jwks.json`, algorithms: ['ES256'], ...options });
    },
  ],
];

describe('where keys come from', () => {
  test('[3] asks the configured issuer alone, and follows nothing', async () => {
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

  test('[3] a key id that stands twice verifies nothing, whichever key is asked for', async () => {
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
    ['encryption', { use: 'enc' }],
    ['another algorithm', { alg: 'ES384' }],
    ['signing only', { key_ops: ['sign'] }],
    ['a number for x', { x: 1 }],
  ])('[1] passes over a key for %s', async (_name, change) => {
    const odd = { ...oldKey, publicJwk: { ...oldKey.publicJwk, ...change } };
    const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(odd, newKey).fetch });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('verified');
  });

  test('a point that is not on the curve verifies nothing, and leaves the other keys alone', async () => {
    const broken = { ...oldKey, publicJwk: { ...oldKey.publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) } };
    const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(broken, newKey).fetch });
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('verified');
  });

  test('[5] a key of one issuer never verifies a token that claims the other', async () => {
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

  test('[4] verifiers share keys by fetch function and URL, and fixed keys with nobody', async () => {
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

  test('fixed keys cause no fetch, whatever token comes', async () => {
    const endpoint = makeKeyEndpoint(newKey);
    const torii = createVerifier({ issuer, fetch: endpoint.fetch, keys: { keys: [oldKey.publicJwk] } });
    expect(await outcomeOf(torii.verify(await longLived(newKey)))).toBe('key_unknown');
    expect(await outcomeOf(torii.verify(await longLived(oldKey)))).toBe('verified');
    expect(endpoint.fetchedAt).toHaveLength(0);
  });
});

describe.each(makers)('what a key endpoint may not answer, to %s', (_name, makeVerifier) => {
  type Respond = (signal: AbortSignal) => Response | Promise<Response>;

  /** What the event says of the answer, once the request was answered 503. */
  async function problemOf(respond: Respond): Promise<string | undefined> {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(respond);
    const events: ToriiEvent[] = [];
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
    ['JSON that is no key set', () => Response.json([])],
    ['keys that are no list', () => Response.json({ keys: {} })],
    ['a private EC key', () => Response.json({ keys: [oldKey.publicJwk, { ...newKey.publicJwk, d: 'AAAA' }] })],
    [
      'a private key of a kind to come',
      () => Response.json({ keys: [oldKey.publicJwk, { kty: 'AKP', priv: 'AAAA' }] }),
    ],
    ['a symmetric key', () => Response.json({ keys: [oldKey.publicJwk, { kty: 'oct', k: 'AAAA' }] })],
    ['a body of a megabyte', () => Response.json({ keys: [oldKey.publicJwk], pad: 'x'.repeat(2 ** 20) })],
    ['a thousand and one keys', () => Response.json({ keys: Array(1001).fill(oldKey.publicJwk) })],
  ])('[3] refuses %s, answers 503, and does not take it for a broken connection', async (_name, respond) => {
    expect(await problemOf(respond)).not.toBe(await problemOf(broken));
  });

  test('[3] answers a broken connection with 503, and shows nothing of its error', async () => {
    expect(await problemOf(broken)).not.toContain('fetch failed');
  });

  test('[3] gives up after five seconds, also on a fetch that does not heed its signal', async () => {
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

  test('[3] gives up on an answer that never ends', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const outcome = outcomeOf(torii.verify(await longLived(oldKey)));
    await advance(5_000);
    expect(await outcome).toBe('keys_unavailable');
  });
});

describe.each(makers)('how often keys are fetched by %s', (_name, makeVerifier) => {
  test('[4] a thousand first verifications at once cause one fetch', async () => {
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

  test('[4] a thousand unknown keys at once cause one more fetch, and good tokens and a new key work at once after', async () => {
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

  test('[4] a crowd that comes one after the other, as over a network, causes one more fetch too', async () => {
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
    ['answers', () => makeKeyEndpoint(oldKey)],
    ['answers an empty set', () => makeKeyEndpoint()],
    [
      'fails',
      () => {
        const endpoint = makeKeyEndpoint();
        endpoint.answer(() => new Response(null, { status: 500 }));
        return endpoint;
      },
    ],
    [
      'fails after a good answer',
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
        // Twelve at a time: too many to be a rotation. Every third round only one, which might be.
        for (const token of tokens.slice(0, i % 3 === 0 ? 1 : 12)) void outcomeOf(torii.verify(token));
        await advance(100);
        if (hadKeys && i % 300 === 0) expect(await outcomeOf(torii.verify(good))).toBe('verified');
      }
      expect(mostInAMinute(endpoint.fetchedAt)).toBeLessThanOrEqual(10);
      expect(endpoint.fetchedAt.length).toBeGreaterThan(10);
    },
  );

  test('[4] a new key is known within ten seconds during a flood', async () => {
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

  test('[4] a key that the flood itself guessed is found once it is published', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const early = await longLived(newKey);
    expect(await outcomeInTime(torii, early)).toBe('key_unknown');
    endpoint.publish(oldKey, newKey);
    expect(await outcomeInTime(torii, early)).toBe('verified');
  });

  test('[4] of a crowd with unknown keys, eight wait and the others are told at once', async () => {
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

  test('[4] two clocks that tick apart do not earn more fetches', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Response(null, { status: 500 }));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    // The wall clock jumps a whole millisecond where the steady clock has only crept: each is ahead in turn.
    for (let i = 0; i < 120_000; i++) {
      vi.setSystemTime(Date.now() + (i % 2));
      if (i % 2 === 0) vi.advanceTimersByTime(1);
      if (i % 10 === 0) await outcomeOf(torii.verify(token));
    }
    expect(mostInAMinute(endpoint.fetchedAt)).toBeLessThanOrEqual(10);
  });

  test('[4] waiting for a renewal is bounded apart from the requests that do not wait', async () => {
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

  test('[4] requests that wait are bounded', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Promise(() => {}));
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    const outcomes = Array.from({ length: 10_001 }, () => outcomeOf(torii.verify(token)));
    // The last one is told at once, while the others wait for the endpoint.
    expect(await outcomes.at(-1)).toBe('keys_unavailable');
    await advance(5_000);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['keys_unavailable']));
    expect(endpoint.fetchedAt).toHaveLength(1);
  });
});

describe.each(makers)('how long keys are good for %s', (_name, makeVerifier) => {
  test('[12] a key that was withdrawn stops after five minutes', async () => {
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

  test('[12] a process that slept over it asks before it believes', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish(newKey);
    await advance(30 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('[12] renewal begins in the background at four minutes, and nobody waits for it', async () => {
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

  test('[12] known keys verify for eleven minutes and more while the endpoint is down, and not beyond maxStaleSeconds', async () => {
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

  test('[12] with maxStaleSeconds 0 old keys are never used', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, maxStaleSeconds: 0 });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.answer(() => new Response(null, { status: 503 }));
    await advance(5 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
  });

  test('[12] an endpoint that hangs makes one request wait, not each one of an outage', async () => {
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
      // Without any time passing: nothing to wait for.
      expect(await outcomeOf(torii.verify(token))).toBe('verified');
      await advance(1_000);
    }
  });

  test('[12] while the endpoint fails, an unknown key is our trouble and not a bad token', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    await torii.verify(await longLived(oldKey));
    endpoint.answer(() => new Response(null, { status: 500 }));
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('keys_unavailable');

    endpoint.publish(oldKey);
    await advance(10_000);
    expect(await outcomeInTime(torii, await longLived(newKey))).toBe('key_unknown');
  });

  test('[12] an empty set withdraws every key, and is answered with 503', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    endpoint.publish();
    await advance(5 * minutes);
    const { denial } = await torii.check({ headers: { authorization: `Bearer ${token}` } });
    expect(denial).toMatchObject({ status: 503, headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) } });
  });

  test('[12] a wall clock that is set back does not keep an old key alive', async () => {
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, clockTolerance: 300 });
    const token = await longLived(oldKey, { iat: 1 });
    await torii.verify(token);
    endpoint.publish(newKey);
    await advance(5 * minutes);
    vi.setSystemTime(Date.now() - 60 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
  });

  test('a renewal that died with its request does not stop the next one', async () => {
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

  test('[12] while ten thousand requests wait for a renewal, the next one is not served with the old keys', async () => {
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

  test('[12] an answer that comes late does not bring a withdrawn key back', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch });
    const token = await longLived(oldKey);
    await torii.verify(token);
    await advance(4 * minutes);
    let replyLate: (response: Response) => void = () => {};
    endpoint.answer(() => new Promise((resolve) => (replyLate = resolve)));
    await torii.verify(token);
    // The machine slept: the fetch counts as dead, and another one brings the news before it.
    vi.setSystemTime(Date.now() + 10_000);
    endpoint.publish(newKey);
    expect(await outcomeOf(torii.verify(await longLived({ ...strangersKey, kid: 'none' })))).toBe('key_unknown');
    replyLate(Response.json({ keys: [oldKey.publicJwk, newKey.publicJwk] }));
    await advance(10);
    expect(await outcomeInTime(torii, token)).toBe('key_unknown');
  });

  test('[7] a token that ended while its key was fetched is refused', async () => {
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

  test('who waits for a fetch that died with its request gets the answer of another', async () => {
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

  test('where fetches in the background die, one is tried and the budget is kept for those who wait', async () => {
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

  test('a key that kept its id and changed its value verifies with the new value alone', async () => {
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

test('[2] a key id is only compared, however odd', async () => {
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
