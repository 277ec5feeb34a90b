import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, type InitialKeys, type Verifier, type VerifierEvent, verifyToken } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const minutes = 60_000;
const hour = 60 * minutes;
const day = 24 * hour;
const url = `${issuer}/_torii/.well-known/jwks.json`;
const [oldKey, newKey] = await Promise.all([makeKey('old'), makeKey('new')]);
const down = (): Response => new Response(null, { status: 500 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 31) });
});
afterEach(() => {
  vi.useRealTimers();
});

function fetchedBefore(ms: number, ...keys: readonly (typeof oldKey)[]): InitialKeys {
  return { keys: keys.map((key) => key.publicJwk), fetchedAt: new Date(Date.now() - ms).toISOString() };
}

async function tokenOf(key = oldKey): Promise<string> {
  return mint(key, { exp: Number(claimsWith()['iat']) + 6 * 3600 });
}

interface Given {
  readonly fetch: typeof globalThis.fetch;
  readonly initialKeys: InitialKeys;
  readonly onEvent?: (event: VerifierEvent) => void;
}

const makers: readonly [string, (given: Given) => Verifier<object, never>][] = [
  ['createVerifier', (given) => createVerifier({ issuer, ...given })],
  ['createJwtVerifier', (given) => createJwtVerifier({ jwks: url, algorithms: ['ES256'], ...given })],
];

describe.each(makers)('[12] initialKeys of %s', (_name, makeVerifier) => {
  test('verify at once, and begin a fetch in the background', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Promise(() => {}));
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(hour, oldKey) });
    expect(endpoint.fetchedAt).toHaveLength(0);
    const token = await tokenOf();
    for (let i = 0; i < 3; i++) expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    expect(endpoint.fetchedAt).toHaveLength(1);
  });

  test('are replaced by the fetch: a key that was withdrawn stops at once', async () => {
    const endpoint = makeKeyEndpoint(newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(hour, oldKey) });
    const token = await tokenOf();
    await torii.verify(token);
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcomeOf(torii.verify(token))).not.toBe('accepted');
    expect(await outcomeOf(torii.verify(await tokenOf(newKey)))).toBe('accepted');
  });

  test('do not delay a key that is newer than they are', async () => {
    const endpoint = makeKeyEndpoint(oldKey, newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(hour, oldKey) });
    expect(await outcomeOf(torii.verify(await tokenOf(newKey)))).toBe('accepted');
  });

  test('verify for five minutes from their first use if the key set cannot be fetched', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(down);
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(hour, oldKey) });
    const token = await tokenOf();
    await vi.advanceTimersByTimeAsync(60 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    await vi.advanceTimersByTimeAsync(5 * minutes - 1);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
    await vi.advanceTimersByTimeAsync(60 * minutes);
    expect(await outcomeOf(torii.verify(token))).toBe('keys_unavailable');
  });

  test('[34] do not verify after a pause that is longer than that', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(() => new Promise(() => {}));
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(hour, oldKey) });
    const token = await tokenOf();
    await torii.verify(token);
    vi.setSystemTime(Date.now() + 30 * minutes);
    endpoint.publish(newKey);
    expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
  });

  test.each([
    ['a day ago', day],
    ['a year ago', 365 * day],
    ['in the future, by a clock that is wrong', -2 * 60 * minutes],
  ])('that were fetched %s verify nothing, and an event says so', async (_when, ms) => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(down);
    const events: VerifierEvent[] = [];
    const torii = makeVerifier({
      fetch: endpoint.fetch,
      initialKeys: fetchedBefore(ms, oldKey),
      onEvent: (event) => events.push(event),
    });
    expect(events).toMatchObject([{ type: 'key_ignored', kid: undefined, url: undefined }]);
    expect(await outcomeOf(torii.verify(await tokenOf()))).toBe('keys_unavailable');
  });

  test('that are young cause no event', () => {
    const events: VerifierEvent[] = [];
    const initialKeys = fetchedBefore(hour, oldKey);
    makeVerifier({ fetch: makeKeyEndpoint().fetch, initialKeys, onEvent: (event) => events.push(event) });
    expect(events).toEqual([]);
  });

  test('become too old while the process waits for its first request', async () => {
    const endpoint = makeKeyEndpoint();
    endpoint.answer(down);
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(23 * hour, oldKey) });
    await vi.advanceTimersByTimeAsync(hour);
    expect(await outcomeOf(torii.verify(await tokenOf()))).toBe('keys_unavailable');
  });

  test('[4] do not reach a verifier without them, although both share the fetched keys', async () => {
    const endpoint = makeKeyEndpoint(newKey);
    const torii = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(0, oldKey) });
    const token = await tokenOf();
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    expect(await outcomeOf(verifyToken(token, { issuer, fetch: endpoint.fetch }))).toBe('key_unknown');
  });

  test('are not used if the process has fetched the key set before', async () => {
    const endpoint = makeKeyEndpoint(newKey);
    const first = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(0, newKey) });
    await first.verify(await tokenOf(newKey));
    await vi.advanceTimersByTimeAsync(10);
    const second = makeVerifier({ fetch: endpoint.fetch, initialKeys: fetchedBefore(0, oldKey) });
    expect(await outcomeOf(second.verify(await tokenOf()))).not.toBe('accepted');
  });

  test('can have a time with another zone', async () => {
    const { fetch } = makeKeyEndpoint(newKey);
    const initialKeys = { keys: [oldKey.publicJwk], fetchedAt: '2026-01-30T13:30:00.000+01:30' };
    expect(await outcomeOf(makeVerifier({ fetch, initialKeys }).verify(await tokenOf()))).toBe('accepted');
  });

  test('report the keys that are left out, and that they are too old', () => {
    const events: VerifierEvent[] = [];
    const { fetch } = makeKeyEndpoint();
    const old = fetchedBefore(7 * day, oldKey);
    const initialKeys = { ...old, keys: [...old.keys, { ...newKey.publicJwk, d: null }] };
    makeVerifier({ fetch, initialKeys, onEvent: (event) => events.push(event) });
    const ignored = { type: 'key_ignored', url: undefined, problem: expect.any(String) };
    expect(events).toEqual([
      { ...ignored, kid: 'new' },
      { ...ignored, kid: undefined },
    ]);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', '{}'],
    ['a list', []],
    ['without keys', { fetchedAt: '2026-01-30T00:00:00Z' }],
    ['with an empty list', { keys: [], fetchedAt: '2026-01-30T00:00:00Z' }],
    ['without fetchedAt', { keys: [oldKey.publicJwk] }],
    [
      'with an inherited fetchedAt',
      Object.assign(Object.create({ fetchedAt: '2026-01-30T00:00:00Z' }), { keys: [oldKey.publicJwk] }),
    ],
    ['with a day as fetchedAt', { keys: [oldKey.publicJwk], fetchedAt: '2026-01-30' }],
    ['with a time without a zone', { keys: [oldKey.publicJwk], fetchedAt: '2026-01-30T00:00:00' }],
    ['with a list as fetchedAt', { keys: [oldKey.publicJwk], fetchedAt: ['2026-01-30T00:00:00Z'] }],
    ['with a comment in fetchedAt', { keys: [oldKey.publicJwk], fetchedAt: '2026-01-30T00:00:00Z (UTC)' }],
    ['with an expanded year', { keys: [oldKey.publicJwk], fetchedAt: '+002026-01-30T00:00:00Z' }],
    ['with a number as fetchedAt', { keys: [oldKey.publicJwk], fetchedAt: Date.UTC(2026, 0, 30) }],
    ['with an impossible time', { keys: [oldKey.publicJwk], fetchedAt: '2026-99-99T00:00:00Z' }],
    ['with a private key', { keys: [{ ...oldKey.publicJwk, d: 'AAAA' }], fetchedAt: '2026-01-30T00:00:00Z' }],
    ['with a key that cannot be read', { keys: [{ ...oldKey.publicJwk, x: 1 }], fetchedAt: '2026-01-30T00:00:00Z' }],
  ])('[9] cannot be %s', (_what, initialKeys) => {
    const { fetch } = makeKeyEndpoint();
    expect(() => makeVerifier({ fetch, initialKeys: initialKeys as InitialKeys })).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option: 'initialKeys' }),
    );
  });
});

test('[9] initialKeys cannot be combined with options that have no use for them', () => {
  const initialKeys = fetchedBefore(0, oldKey);
  const keys = { keys: [oldKey.publicJwk] };
  for (const make of [
    () => createVerifier({ issuer, initialKeys, keys }),
    () => createVerifier({ issuer: [issuer, 'https://other.torii.test'], initialKeys }),
    () => createJwtVerifier({ jwks: keys, algorithms: ['ES256'], initialKeys }),
    () => createJwtVerifier({ key: oldKey.publicJwk, algorithms: ['ES256'], initialKeys }),
    () => createJwtVerifier({ secret: 'x'.repeat(32), algorithms: ['HS256'], initialKeys }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: 'initialKeys' }));
  }
});
