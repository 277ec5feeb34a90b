import { afterEach, describe, expect, test, vi } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import {
  createTokenVerifier,
  createVerifier,
  type JSONWebKeySet,
  type Verifier,
  type VerifierEvent,
} from '../src/index.ts';
import { createJwtVerifier, type JwtOptions } from '../src/jwt/index.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// Key sets and clients as they are in the real world.

const url = `${issuer}/_torii/.well-known/jwks.json`;
const [key, other] = await Promise.all([makeKey('key-1'), makeKey('key-2')]);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

interface Given {
  readonly fetch: typeof globalThis.fetch;
  readonly onEvent?: (event: VerifierEvent) => void;
  readonly keysTimeoutMs?: number;
  readonly maxStaleSeconds?: number;
}

const fetchers: readonly [string, (given: Given) => Pick<Verifier<object, never>, 'verify'>][] = [
  ['createVerifier', (given) => createVerifier({ issuer, ...given })],
  ['createTokenVerifier', (given) => createTokenVerifier({ issuer, ...given })],
  ['createJwtVerifier', (given) => createJwtVerifier({ jwks: url, algorithms: ['ES256'], ...given })],
];

const fixed: readonly [string, (keys: JSONWebKeySet, onEvent: Given['onEvent']) => Verifier<object, never>][] = [
  ['keys of createVerifier', (keys, onEvent) => createVerifier({ issuer, keys, onEvent })],
  ['jwks of createJwtVerifier', (jwks, onEvent) => createJwtVerifier({ jwks, algorithms: ['ES256'], onEvent })],
];

const members = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

const unreadable: readonly [name: string, entry: unknown][] = [
  ...members.map((member): [string, unknown] => [`a null ${member}`, { ...other.publicJwk, [member]: null }]),
  ['a null x', { ...other.publicJwk, x: null }],
  ['a null kid', { ...other.publicJwk, kid: null }],
  ['a null use', { ...other.publicJwk, use: null }],
  ['a null kty', { ...other.publicJwk, kty: null }],
  ['a null member that nobody knows', { ...other.publicJwk, 'x-note': null }],
  ['no kty', { kid: 'key-2', x: 'AA' }],
  ['no x', { kty: 'EC', kid: 'key-2', crv: 'P-256', y: 'AA' }],
  ['a list for y', { ...other.publicJwk, y: ['AA'] }],
  ['an empty n', { kty: 'RSA', kid: 'key-2', n: '', e: 'AQAB' }],
  ['no e', { kty: 'RSA', kid: 'key-2', n: 'AQAB' }],
  ['no crv', { kty: 'OKP', kid: 'key-2', x: 'AA' }],
  ['a curve alone', { kty: 'OKP', kid: 'key-2', crv: 'Ed25519' }],
  ['a number as kid', { ...other.publicJwk, kid: 2 }],
  ['an object as kid', { ...other.publicJwk, kid: {} }],
];

const notKeys: readonly [name: string, entry: unknown][] = [
  ['null', null],
  ['a string', 'key'],
  ['a list', [key.publicJwk]],
  ['a number', 1],
  ['true', true],
];

describe.each(fetchers)('a key set of %s', (_name, makeVerifier) => {
  async function verifyWith(keys: readonly unknown[]): Promise<{ good: string; bad: string; events: VerifierEvent[] }> {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => Response.json({ keys }));
    const events: VerifierEvent[] = [];
    const torii = makeVerifier({ fetch: endpoint.fetch, onEvent: (event) => events.push(event) });
    const [good, bad] = [
      await outcomeOf(torii.verify(await mint(key))),
      await outcomeOf(torii.verify(await mint(other))),
    ];
    return { good, bad, events };
  }

  test.each([...unreadable, ...notKeys])(
    'leaves out an entry with or of %s, and an event says why',
    async (_what, entry) => {
      const { good, bad, events } = await verifyWith([entry, key.publicJwk]);
      expect([good, bad]).toEqual(['accepted', 'key_unknown']);
      const ignored = events.filter((event) => event.type === 'key_ignored');
      expect(ignored[0]).toEqual({ type: 'key_ignored', url, kid: kidOf(entry), problem: expect.any(String) });
    },
  );

  test.each<[string, object]>([
    ['RSA', { kty: 'RSA', kid: 'key-2', n: 'AQAB', e: 'AQAB' }],
    ['Ed25519', { kty: 'OKP', kid: 'key-2', crv: 'Ed25519', x: 'AA' }],
    ['P-384', { kty: 'EC', kid: 'key-2', crv: 'P-384', x: 'AA', y: 'AA' }],
    ['a type that nobody knows', { kty: 'AKP', kid: 'key-2' }],
    ['RSA, with the members of a curve', { ...other.publicJwk, kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
  ])('has keys that other programs use, without an event: %s', async (_what, entry) => {
    const { good, bad, events } = await verifyWith([entry, key.publicJwk]);
    expect([good, bad]).toEqual(['accepted', 'key_unknown']);
    expect(events.map(({ type }) => type)).not.toContain('key_ignored');
  });

  test.each<[string, object]>([
    ['only its required members', {}],
    ['a use', { use: 'sig' }],
    ['an algorithm', { alg: 'ES256' }],
    ['the verify operation', { key_ops: ['verify'] }],
    ['several operations', { key_ops: ['sign', 'verify'] }],
  ])('may have a key with %s', async (_what, more) => {
    const { x, y } = key.publicJwk;
    expect((await verifyWith([{ kty: 'EC', kid: 'key-1', crv: 'P-256', x, y, ...more }])).good).toBe('accepted');
  });

  test.each([
    ['a readable key', undefined, 0],
    ['a key with an empty kid', '', 2],
    ['a key with a number as kid', 7, 2],
  ])('has %s twice, which no token can name', async (_what, kid, reported) => {
    const { good, events } = await verifyWith([
      { ...other.publicJwk, kid },
      { ...other.publicJwk, kid },
      key.publicJwk,
    ]);
    expect(good).toBe('accepted');
    expect(ofFirstFetch(events).filter(({ type }) => type === 'key_ignored')).toHaveLength(reported);
  });

  test('[3] has at most a thousand keys', async () => {
    const most = Array.from({ length: 999 }, (_, n) => ({ kty: 'RSA', kid: `rsa-${n}`, n: 'AQAB', e: 'AQAB' }));
    expect((await verifyWith([...most, key.publicJwk])).good).toBe('accepted');
    expect((await verifyWith([...most, key.publicJwk, other.publicJwk])).good).toBe('keys_unavailable');
  });

  test('[3] a key id that occurs twice is reported', async () => {
    const { bad, events } = await verifyWith([key.publicJwk, other.publicJwk, { ...key.publicJwk, kid: 'key-2' }]);
    expect(bad).toBe('key_unknown');
    expect(ofFirstFetch(events).filter(({ type }) => type === 'key_ignored')).toEqual([
      { type: 'key_ignored', url, kid: 'key-2', problem: expect.any(String) },
    ]);
  });

  test.each(members)('[3] is refused if a key has a private member %s', async (member) => {
    for (const value of ['AAAA', '', 0, false, {}, []]) {
      const { good } = await verifyWith([key.publicJwk, { ...other.publicJwk, [member]: value }]);
      expect(good, JSON.stringify(value)).toBe('keys_unavailable');
    }
  });

  test('[3] is refused if a key that cannot be read has a private member', async () => {
    for (const odd of [{ kty: null }, { x: null }, { p: null }, { kid: null }, { kty: 7 }]) {
      const { good } = await verifyWith([key.publicJwk, { ...other.publicJwk, ...odd, d: 'AAAA' }]);
      expect(good, JSON.stringify(odd)).toBe('keys_unavailable');
    }
  });

  test('[3] a key id that occurs twice verifies nothing, also if one of its keys cannot be read', async () => {
    const twin = { ...other.publicJwk, kid: 'key-1', d: null };
    for (const keys of [
      [key.publicJwk, twin, other.publicJwk],
      [twin, key.publicJwk, other.publicJwk],
    ]) {
      const { good, bad, events } = await verifyWith(keys);
      expect([good, bad]).toEqual(['key_unknown', 'accepted']);
      expect(events).toContainEqual({ type: 'key_ignored', url, kid: 'key-1', problem: expect.any(String) });
    }
  });

  test('[35] shows no key id and no member name as the endpoint sent it', async () => {
    const hostile = 'eyJhbGciOiJub25lIn0\nforged line\u2028';
    const { events } = await verifyWith([
      { ...other.publicJwk, kid: hostile, d: null },
      { ...other.publicJwk, kid: 'key-3', [hostile]: null },
      { ...other.publicJwk, kid: { toJSON: hostile } },
      key.publicJwk,
    ]);
    const ignored = events.filter((event) => event.type === 'key_ignored');
    expect(ignored.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(ignored)).not.toContain('eyJ');
    expect(JSON.stringify(ignored)).not.toContain('\\n');
  });

  test('a key that is not on its curve is named in the detail of the refusal', async () => {
    const broken = { ...other.publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) };
    const { good, bad, events } = await verifyWith([key.publicJwk, broken]);
    expect([good, bad]).toEqual(['accepted', 'key_unknown']);
    expect(events.find((event) => event.type === 'refused')).toMatchObject({
      detail: { kid: 'key-2', problem: expect.any(String) },
    });
  });
});

describe.each(fixed)('%s', (_name, makeVerifier) => {
  test.each([...unreadable, ...notKeys])(
    'leave out an entry with or of %s, and an event says why',
    async (_what, entry) => {
      const events: VerifierEvent[] = [];
      const keys = { keys: [entry, key.publicJwk] } as JSONWebKeySet;
      const torii = makeVerifier(keys, (event) => events.push(event));
      expect(events).toEqual([{ type: 'key_ignored', url: undefined, kid: kidOf(entry), problem: expect.any(String) }]);
      expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
      expect(await outcomeOf(torii.verify(await mint(other)))).toBe('key_unknown');
    },
  );

  test.each(members)('[3] cannot have a private member %s', (member) => {
    const keys = { keys: [key.publicJwk, { ...other.publicJwk, [member]: 'AAAA' }] };
    expect(() => makeVerifier(keys, undefined)).toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
  });

  test('cannot be empty', () => {
    expect(() => makeVerifier({ keys: [] }, undefined)).toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
  });

  test('cannot consist of keys that cannot be read', () => {
    const keys = { keys: [{ ...key.publicJwk, d: null }] };
    expect(() => makeVerifier(keys, undefined)).toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
  });

  test('may have a private member that is undefined, which JSON would leave out', async () => {
    const torii = makeVerifier({ keys: [{ ...key.publicJwk, d: undefined }] }, undefined);
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
  });
});

test.each([{ d: null }, { x: null }, { kid: 1 }, { y: undefined }])(
  '[9] the option key of createJwtVerifier cannot be a key with %j',
  (change) => {
    const options = { key: { ...key.publicJwk, ...change }, algorithms: ['ES256'] } as unknown as JwtOptions;
    expect(() => createJwtVerifier(options)).toThrow(expect.objectContaining({ option: 'key' }));
  },
);

describe.each(fetchers)('the request for keys of %s', (_name, makeVerifier) => {
  test('names the package, its version and both types of a key set', async () => {
    let headers = new Headers();
    const endpoint = makeKeyEndpoint(key);
    const torii = makeVerifier({
      fetch: (input, init) => {
        headers = new Headers(init?.headers);
        return endpoint.fetch(input, init);
      },
    });
    await torii.verify(await mint(key));
    expect(headers.get('user-agent')).toBe(`torii-core/${manifest.version}`);
    const accepted = headers
      .get('accept')
      ?.split(',')
      .map((type) => type.trim());
    expect(accepted).toEqual(['application/json', 'application/jwk-set+json']);
  });

  const text = JSON.stringify({ keys: [key.publicJwk] });
  const bytes = new TextEncoder().encode(text);
  const largest = text.padEnd(512 * 1024);

  test.each<[string, object]>([
    ['text() alone', { status: 200, text: async () => text }],
    ['json() alone', { status: 200, json: async () => JSON.parse(text) }],
    ['arrayBuffer() alone', { status: 200, arrayBuffer: async () => bytes.buffer }],
    ['ok instead of a status', { ok: true, json: async () => JSON.parse(text) }],
    ['a null body and text()', { status: 200, body: null, text: async () => text }],
    [
      'a body that is an async iterable of bytes',
      { status: 200, body: chunks(bytes.subarray(0, 9), bytes.subarray(9)) },
    ],
    ['a body that is an async iterable of strings', { status: 200, body: chunks(text.slice(0, 9), text.slice(9)) }],
    ['headers that are a plain object', { status: 200, headers: {}, text: async () => text }],
    ['a body that has only a reader', { status: 200, body: { getReader: () => new Response(text).body?.getReader() } }],
    ['a body that cannot be read, and text()', { status: 200, body: {}, text: async () => text }],
    ['a byte order mark in text()', { status: 200, text: async () => `\uFEFF${text}` }],
    ['a byte order mark in a string', { status: 200, body: chunks('\uFEFF', text) }],
    [
      'a byte order mark in bytes',
      { status: 200, body: chunks(Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), bytes) },
    ],
    ['a body whose iterator returns a value at its end', { status: 200, body: chunksBefore('end', text) }],
    ['a text of 512 KiB', { status: 200, text: async () => largest }],
    ['512 KiB in two chunks', { status: 200, body: chunks(largest.slice(0, 9), largest.slice(9)) }],
    [
      'a length of 512 KiB',
      { status: 200, headers: new Headers({ 'content-length': '524288' }), text: async () => largest },
    ],
  ])('accepts a response with %s', async (_what, response) => {
    const torii = makeVerifier({ fetch: async () => response as Response });
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
  });

  test('reads a letter that is in two chunks', async () => {
    const named = await makeKey('k\u00FC');
    const json = new TextEncoder().encode(JSON.stringify({ keys: [named.publicJwk] }));
    const at = json.indexOf(0xc3) + 1;
    const response = { status: 200, body: chunks(json.subarray(0, at), json.subarray(at)) };
    const torii = makeVerifier({ fetch: async () => response as unknown as Response });
    expect(await outcomeOf(torii.verify(await mint(named)))).toBe('accepted');
  });

  const large = new Uint8Array(600_000).fill(32);
  const emptyChunk = async () => ({ done: false, value: new Uint8Array() });

  test.each<[string, object]>([
    ['a redirect', { status: 302, text: async () => text }],
    ['an opaque redirect', { status: 0, ok: false, text: async () => text }],
    ['an error', { status: 500, ok: false, text: async () => text }],
    ['an error that says ok', { status: 500, ok: true, text: async () => text }],
    ['neither status nor ok', { text: async () => text }],
    ['no body at all', { status: 200 }],
    ['a text that is too large', { status: 200, text: async () => text + ' '.repeat(600_000) }],
    ['a text of one character more than 512 KiB', { status: 200, text: async () => `${largest} ` }],
    ['one byte more than 512 KiB in two chunks', { status: 200, body: chunks(largest, ' ') }],
    [
      'a length of one byte more than 512 KiB',
      { status: 200, headers: new Headers({ 'content-length': '524289' }), text: async () => text },
    ],
    ['bytes that are too many', { status: 200, arrayBuffer: async () => large.buffer }],
    [
      'a stream that is too large',
      { status: 200, body: chunks(bytes, ...Array<Uint8Array>(9).fill(large.subarray(0, 100_000))) },
    ],
    ['a stream of empty chunks', { status: 200, body: { [Symbol.asyncIterator]: () => ({ next: emptyChunk }) } }],
    [
      'a length that is too large',
      { status: 200, headers: new Headers({ 'content-length': '9999999' }), text: async () => text },
    ],
    ['chunks that are no bytes', { status: 200, body: chunks({ keys: [] } as never) }],
    ['a text() that rejects', { status: 200, text: () => Promise.reject(new Error('broken')) }],
    [
      'a getter that throws',
      Object.defineProperty({ status: 200 }, 'body', {
        get: () => {
          throw new Error('broken');
        },
      }),
    ],
  ])('[3] refuses a response with %s', async (_what, response) => {
    const torii = makeVerifier({ fetch: async () => response as Response });
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('keys_unavailable');
  });

  test.each<[string, object]>([
    ['a text()', { status: 200, text: () => new Promise(() => {}) }],
    [
      'an async iterable',
      { status: 200, body: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) } },
    ],
  ])('[3] times out if %s never ends', async (_what, response) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const torii = makeVerifier({ fetch: async () => response as Response });
    const outcome = outcomeOf(torii.verify(await mint(key)));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await outcome).toBe('keys_unavailable');
  });

  test('[3] a stream that never ends is given back after the time limit', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const cancel = vi.fn();
    const torii = makeVerifier({ fetch: async () => new Response(new ReadableStream({ cancel })) });
    const outcome = outcomeOf(torii.verify(await mint(key)));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(cancel).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe('keys_unavailable');
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('a stream that is not read to its end is given back', async () => {
    const ended: string[] = [];
    const body = {
      destroy: () => ended.push('destroyed'),
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: large }) }),
    };
    await outcomeOf(makeVerifier({ fetch: async () => ({ status: 200, body }) as never }).verify(await mint(key)));
    await outcomeOf(makeVerifier({ fetch: async () => ({ status: 500, body }) as never }).verify(await mint(key)));
    expect(ended).toEqual(['destroyed', 'destroyed']);
  });
});

describe.each(fetchers)('keysTimeoutMs of %s', (_name, makeVerifier) => {
  const never = (): Promise<Response> => new Promise(() => {});

  test.each([100, 2_500, 30_000])('%i is how long a fetch may take', async (keysTimeoutMs) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const endpoint = makeKeyEndpoint();
    let signal: AbortSignal | undefined;
    endpoint.answer((given) => {
      signal = given;
      return never();
    });
    const torii = makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs });
    let outcome = '';
    void outcomeOf(torii.verify(await mint(key))).then((found) => (outcome = found));
    await vi.advanceTimersByTimeAsync(keysTimeoutMs - 1);
    expect([outcome, signal?.aborted]).toEqual(['', false]);
    await vi.advanceTimersByTimeAsync(1);
    expect([outcome, signal?.aborted]).toEqual(['keys_unavailable', true]);
  });

  test.each([undefined, null, 0, 99, 99.9, 30_001, Number.NaN, Number.POSITIVE_INFINITY, -1, '5000', true])(
    '[9] cannot be %s',
    (keysTimeoutMs) => {
      const given = { fetch: makeKeyEndpoint().fetch, keysTimeoutMs: keysTimeoutMs as number };
      expect(() => makeVerifier(given)).toThrow(expect.objectContaining({ option: 'keysTimeoutMs' }));
    },
  );

  test('of another verifier that shares the key set does not shorten the fetch', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const endpoint = makeKeyEndpoint();
    endpoint.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return Response.json({ keys: [key.publicJwk] });
    });
    const [hasty, patient] = [100, 10_000].map((keysTimeoutMs) =>
      makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs }),
    );
    const token = await mint(key);
    const outcomes = [hasty, patient].map((torii) => outcomeOf(torii?.verify(token) ?? Promise.reject()));
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcomes[0]).toBe('keys_unavailable');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await outcomes[1]).toBe('accepted');
    expect(endpoint.fetchedAt).toHaveLength(2);
  });

  test('of another verifier that shares the key set does not lengthen the wait', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const endpoint = makeKeyEndpoint();
    endpoint.answer(never);
    const [patient, hasty] = [30_000, 100].map((keysTimeoutMs) =>
      makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs }),
    );
    const token = await mint(key);
    void outcomeOf(patient?.verify(token) ?? Promise.reject());
    const outcome = outcomeOf(hasty?.verify(token) ?? Promise.reject());
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcome).toBe('keys_unavailable');
  });

  test('[12] of another verifier leaves open whether a key exists that the fetch under way may find', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const endpoint = makeKeyEndpoint(key);
    const [patient, hasty] = [10_000, 100].map((keysTimeoutMs) =>
      makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs }),
    );
    const [known, unknown] = await Promise.all([mint(key), mint({ ...key, kid: 'new' })]);
    for (const torii of [patient, hasty]) await torii?.verify(known);
    endpoint.answer(never);
    const outcome = outcomeOf(hasty?.verify(unknown) ?? Promise.reject());
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcome).toBe('keys_unavailable');
  });

  test('[4] of a flooded verifier does not keep a new key from another one that shares the key set', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    // Without it, only the fake clock ends a pause. See `pause`.
    vi.stubGlobal('Atomics', {});
    const [endpoint, fresh] = [makeKeyEndpoint(key), await makeKey('fresh')];
    const [hasty, patient] = [100, 5_000].map((keysTimeoutMs) =>
      makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs }),
    );
    const exp = Number(claimsWith()['iat']) + 7_200;
    const [known, awaited] = await Promise.all([mint(key, { exp }), mint(fresh, { exp })]);
    for (const torii of [hasty, patient]) await torii?.verify(known);
    const published = [key.publicJwk];
    endpoint.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return Response.json({ keys: published });
    });
    const forged = await Promise.all(
      Array.from({ length: 10 }, (_, n) => mint({ ...key, kid: `forged${n}` }, { exp })),
    );
    const flood = async (seconds: number): Promise<void> => {
      for (let ms = 0; ms < seconds * 1_000; ms += 200) {
        for (const token of forged) void outcomeOf(hasty?.verify(token) ?? Promise.reject());
        await vi.advanceTimersByTimeAsync(200);
      }
    };
    await flood(20);
    published.push(fresh.publicJwk);
    const outcomes: Promise<string>[] = [];
    for (let second = 0; second < 10; second++) {
      outcomes.push(outcomeOf(patient?.verify(awaited) ?? Promise.reject()));
      await flood(1);
    }
    expect(await outcomes.at(-1)).toBe('accepted');
  });

  describe('[12] an impatient verifier that cannot fetch the keys', () => {
    type Verifying = Pick<Verifier<object, never>, 'verify'>;

    /** The outcome, with the fake clock running while the verifier waits. */
    async function outcomeInTime(torii: Verifying, token: string, ms: number): Promise<string> {
      const outcome = outcomeOf(torii.verify(token));
      await vi.advanceTimersByTimeAsync(ms);
      return outcome;
    }

    /** Makes the endpoint slower than the limit of the impatient verifier, and lets only that one verify for a while. */
    async function slowDown() {
      vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
      const endpoint = makeKeyEndpoint(key);
      const hasty = makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs: 100 });
      const patient = makeVerifier({ fetch: endpoint.fetch });
      const token = await mint(key, { exp: Number(claimsWith()['iat']) + 7_200 });
      await hasty.verify(token);
      const published = { keys: [key.publicJwk] };
      endpoint.answer(async (signal) => {
        await new Promise((resolve, reject) => {
          signal.addEventListener('abort', reject);
          setTimeout(resolve, 300);
        });
        return Response.json(published);
      });
      await vi.advanceTimersByTimeAsync(4 * 60_000);
      for (let times = 0; times < 80; times++) {
        expect(await outcomeInTime(hasty, token, 1_000)).toBe('accepted');
      }
      return { published, hasty, patient, token };
    }

    test('does not keep a patient one from verifying', async () => {
      const { hasty, patient, token } = await slowDown();
      for (let times = 0; times < 8; times++) {
        void hasty.verify(token);
        expect(await outcomeInTime(patient, token, 2_000)).toBe('accepted');
      }
    });

    test('does not keep a patient one from noticing that a key was withdrawn', async () => {
      const { published, hasty, patient, token } = await slowDown();
      await outcomeInTime(patient, token, 1_000);
      published.keys = [other.publicJwk];
      for (let times = 0; times < 300; times++) await outcomeInTime(hasty, token, 1_000);
      for (const torii of [hasty, patient]) expect(await outcomeInTime(torii, token, 2_000)).not.toBe('accepted');
    });
  });

  test('[4] [12] a limit of 30 s does not let requests wait one after the other during an outage', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    const endpoint = makeKeyEndpoint(key);
    const torii = makeVerifier({ fetch: endpoint.fetch, keysTimeoutMs: 30_000 });
    const token = await mint(key, { exp: Number(claimsWith()['iat']) + 7_200 });
    await torii.verify(token);
    endpoint.answer(never);
    await vi.advanceTimersByTimeAsync(6 * 60_000);
    const first = outcomeOf(torii.verify(token));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await first).toBe('accepted');
    // A quiet time, so that the next fetch begins late in the outage.
    await vi.advanceTimersByTimeAsync(20_000);
    for (let second = 0; second < 300; second++) {
      expect(await outcomeOf(torii.verify(token))).toBe('accepted');
      await vi.advanceTimersByTimeAsync(1_000);
    }
  });
});

describe.each(fetchers)('what is told about the fetches of %s', (_name, makeVerifier) => {
  function listeningVerifier(published: readonly object[]) {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => Response.json({ keys: published }));
    const events: VerifierEvent[] = [];
    return { endpoint, events, torii: makeVerifier({ fetch: endpoint.fetch, onEvent: (event) => events.push(event) }) };
  }

  test('the key ids, and whether keys can be used while a fetch fails', async () => {
    const { kid: _kid, ...unnamed } = other.publicJwk;
    const { endpoint, events, torii } = listeningVerifier([key.publicJwk, other.publicJwk, unnamed]);
    const token = await mint(key, { exp: Number(claimsWith()['iat']) + 3_600 });
    await torii.verify(token);
    expect(events[0]).toEqual({ type: 'keys_fetched', url, kids: ['key-1', 'key-2'], durationMs: expect.any(Number) });
    endpoint.answer(() => new Response(null, { status: 500 }));
    await vi.advanceTimersByTimeAsync(240_000);
    await torii.verify(token);
    await vi.advanceTimersByTimeAsync(0);
    expect(events.find(({ type }) => type === 'keys_failed')).toMatchObject({ url, usable: true });
  });

  test('when to try again: after a second, or once a fetch is allowed again', async () => {
    const { endpoint, torii } = listeningVerifier([]);
    endpoint.answer(() => new Response(null, { status: 500 }));
    const token = await mint(key);
    for (const retryAfterSeconds of [1, 1, 6]) {
      await expect(torii.verify(token)).rejects.toMatchObject({ reason: 'keys_unavailable', retryAfterSeconds });
      await vi.advanceTimersByTimeAsync(1_000);
    }
  });

  test('that a key set is empty, and when the next fetch is allowed', async () => {
    const { events, torii } = listeningVerifier([]);
    const token = await mint(key);
    let error: unknown;
    for (let n = 0; n < 4; n++) {
      const verifying = torii.verify(token).catch((thrown: unknown) => thrown);
      await vi.advanceTimersByTimeAsync(200);
      error = await verifying;
    }
    expect(error).toMatchObject({ reason: 'keys_unavailable' });
    expect(Reflect.get(Object(error), 'retryAfterSeconds')).toBeGreaterThan(5);
    expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { problem: expect.any(String) } });
    expect(events).toContainEqual({ type: 'key_search_limited', url });
  });
});

describe.each(fetchers)('a failure of %s', (_name, makeVerifier) => {
  function failure(code: string, message = `secret-host ${code}`): Error {
    return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
  }

  const failures: readonly [string, () => Response | Promise<Response>][] = [
    ['DNS', () => Promise.reject(failure('ENOTFOUND'))],
    ['refused', () => Promise.reject(failure('ECONNREFUSED'))],
    ['reset', () => Promise.reject(failure('ECONNRESET'))],
    ['connect timeout', () => Promise.reject(failure('UND_ERR_CONNECT_TIMEOUT'))],
    ['expired certificate', () => Promise.reject(failure('CERT_HAS_EXPIRED'))],
    ['other', () => Promise.reject(new Error('something else'))],
    ['404', () => new Response(null, { status: 404 })],
    ['500', () => new Response(null, { status: 500 })],
    ['HTML', () => new Response('<html>')],
    ['no key set', () => Response.json({})],
    ['too large', () => new Response(' '.repeat(600_000))],
  ];

  test('has a problem that tells its kind from the others', async () => {
    const problems = new Set<string>();
    for (const [, respond] of failures) {
      const events: VerifierEvent[] = [];
      const torii = makeVerifier({ fetch: async () => respond(), onEvent: (event) => events.push(event) });
      await outcomeOf(torii.verify(await mint(key)));
      const failed = events.find((event) => event.type === 'keys_failed');
      problems.add(failed?.problem ?? '');
      expect(failed?.cause).toBeInstanceOf(Error);
    }
    expect(problems.size).toBe(failures.length);
  });

  test('reaches the refusals of every verifier that shares the key set, for logs', async () => {
    const fetch = async (): Promise<Response> => Promise.reject(failure('CERT_HAS_EXPIRED', 'certificate has expired'));
    const events: VerifierEvent[] = [];
    const first = makeVerifier({ fetch, onEvent: (event) => events.push(event) });
    const second = makeVerifier({ fetch, onEvent: (event) => events.push(event) });
    const token = await mint(key);
    await outcomeOf(first.verify(token));
    await outcomeOf(second.verify(token));
    const refusals = events.filter((event) => event.type === 'refused');
    expect(refusals).toHaveLength(2);
    for (const { error, detail } of refusals) {
      expect(detail.problem).toContain('CERT_HAS_EXPIRED');
      expect(error).toMatchObject({ reason: 'keys_unavailable', cause: { cause: { code: 'CERT_HAS_EXPIRED' } } });
    }
  });

  test('[16] is not in the answer', async () => {
    const torii = createVerifier({ issuer, fetch: () => Promise.reject(failure('ECONNREFUSED')) });
    const { denial } = await torii.check({ authorization: `Bearer ${await mint(key)}` });
    expect(JSON.stringify(denial)).not.toMatch(/ECONNREFUSED|secret-host|fetch failed/);
  });
});

function ofFirstFetch(events: readonly VerifierEvent[]): readonly VerifierEvent[] {
  return events.slice(
    0,
    events.findIndex(({ type }) => type === 'keys_fetched'),
  );
}

function kidOf(entry: unknown): unknown {
  const kid: unknown = Object(entry).kid;
  return kid === undefined ? undefined : expect.any(String);
}

async function* chunks<C>(...parts: readonly C[]): AsyncGenerator<C> {
  yield* parts;
}

async function* chunksBefore<C>(end: unknown, ...parts: readonly C[]): AsyncGenerator<C, unknown> {
  yield* parts;
  return end;
}
