import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createVerifier, type VerifierEvent, type VerifierOptions } from '../src/index.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { issuer, makeKey, mint, nowSeconds } from './mint.ts';

const [key, otherKey] = await Promise.all([makeKey('one'), makeKey('two')]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const reasonOf = (verifying: Promise<unknown>): Promise<unknown> =>
  verifying.then(
    () => 'verified',
    (error: { reason?: string }) => error.reason,
  );

test('[11] verifies a token once, and reports later results as cached', async () => {
  const events: VerifierEvent[] = [];
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, onEvent: (event) => events.push(event) });
  const token = await mint(key);
  const first = await torii.verify(token);
  expect(await torii.verify(token)).toBe(first);
  expect(events).toMatchObject([{ fromCache: false }, { fromCache: true }]);
});

test('[11] a cached token expires at exp, to the millisecond', async () => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, clockTolerance: 10 });
  const exp = nowSeconds() + 60;
  const token = await mint(key, { exp });
  await torii.verify(token);
  vi.setSystemTime((exp + 10) * 1000 - 1);
  expect(await reasonOf(torii.verify(token))).toBe('verified');
  vi.setSystemTime((exp + 10) * 1000);
  expect(await reasonOf(torii.verify(token))).toBe('token_expired');
});

test('[11] refuses a cached token that expired while its key was refreshed', async () => {
  const endpoint = makeKeyEndpoint(key);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch, clockTolerance: 0 });
  const token = await mint(key, { exp: nowSeconds() + 302 });
  await torii.verify(token);
  vi.setSystemTime(Date.now() + 300_000);
  endpoint.answer(() => {
    vi.setSystemTime(Date.now() + 4_000);
    return Response.json({ keys: [key.publicJwk] });
  });
  expect(await reasonOf(torii.verify(token))).toBe('token_expired');
});

test('[7] refuses a new token that expired while its key was fetched', async () => {
  const endpoint = makeKeyEndpoint(key);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch, clockTolerance: 0 });
  const token = await mint(key, { exp: nowSeconds() + 2 });
  endpoint.answer(() => {
    vi.setSystemTime(Date.now() + 4_000);
    return Response.json({ keys: [key.publicJwk] });
  });
  expect(await reasonOf(torii.verify(token))).toBe('token_expired');
});

test('[11] a token stays cached if its key is in the refreshed key set', async () => {
  const events: VerifierEvent[] = [];
  const endpoint = makeKeyEndpoint(key, otherKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch, onEvent: (event) => events.push(event) });
  const token = await mint(key, { exp: nowSeconds() + 3600 });
  const first = await torii.verify(token);
  vi.setSystemTime(Date.now() + 300_000);
  expect(await torii.verify(token)).toBe(first);
  expect(endpoint.fetchedAt).toHaveLength(2);
  expect(events.filter(({ type }) => type === 'verified')).toMatchObject([{ fromCache: false }, { fromCache: true }]);
});

test('[11] a cached token is used from the first to the last millisecond of its validity', async () => {
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent) => events.push(event);
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, clockTolerance: 10, onEvent });
  const iat = nowSeconds();
  const token = await mint(key, { iat, exp: iat + 60 });
  await torii.verify(token);
  vi.setSystemTime((iat - 10) * 1000);
  await torii.verify(token);
  vi.setSystemTime((iat + 60 + 10) * 1000 - 1);
  await torii.verify(token);
  expect(events).toMatchObject([{ fromCache: false }, { fromCache: true }, { fromCache: true }]);
  vi.setSystemTime((iat - 10) * 1000 - 1);
  expect(await reasonOf(torii.verify(token))).toBe('token_not_yet_valid');
});

test('[11] checks nbf and iat of a cached token too, in case the clock was set back', async () => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });
  const token = await mint(key);
  await torii.verify(token);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await reasonOf(torii.verify(token))).toBe('token_not_yet_valid');
});

test('[11] drops a cached token when its key leaves the key set', async () => {
  const endpoint = makeKeyEndpoint(key, otherKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  const token = await mint(key, { exp: nowSeconds() + 3600 });
  await torii.verify(token);
  endpoint.publish(otherKey);
  // A token with an unknown key causes a refresh. The cached token must not stay valid until the key set is stale.
  vi.setSystemTime(Date.now() + 10_000);
  await reasonOf(torii.verify(await mint({ ...otherKey, kid: 'unknown' })));
  expect(endpoint.fetchedAt).toHaveLength(2);
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1, 0, 0, 30) });
  expect(await reasonOf(torii.verify(token))).toBe('key_unknown');
});

test('[11] drops a cached token when its kid gets another key', async () => {
  const endpoint = makeKeyEndpoint(key);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  const token = await mint(key, { exp: nowSeconds() + 3600 });
  await torii.verify(token);
  endpoint.publish({ ...otherKey, publicJwk: { ...otherKey.publicJwk, kid: 'one' } });
  vi.setSystemTime(Date.now() + 300_000);
  expect(await reasonOf(torii.verify(token))).toBe('signature_invalid');
});

test('[11] a token that differs from a cached token in any one character is refused', async () => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });
  const token = await mint(key);
  await torii.verify(token);
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A';
    expect(await reasonOf(torii.verify(token.slice(0, at) + other + token.slice(at + 1)))).toMatch(
      /^(?:token_malformed|signature_invalid|algorithm_refused|key_unknown|claim_\w+|issuer_refused|token_\w+)$/,
    );
  }
  expect(await torii.verify(token)).toMatchObject({ userId: 'user_1' });
});

test('[11] verifiers with different options do not share a cache', async () => {
  const keys = { keys: [key.publicJwk] };
  const token = await mint(key, { pid: 'env_1' });
  await createVerifier({ issuer, keys }).verify(token);
  expect(await reasonOf(createVerifier({ issuer, keys, environmentId: 'env_2' }).verify(token))).toBe(
    'environment_refused',
  );
  expect(await reasonOf(createVerifier({ issuer, keys, audience: 'api' }).verify(token))).toBe('claim_missing');
  expect(await reasonOf(createVerifier({ issuer, keys, requireClaims: 'plan' }).verify(token))).toBe('claim_missing');
  expect(await reasonOf(createVerifier({ issuer, keys, refuseClaims: 'email' }).verify(token))).toBe('verified');
});

test('[11] runs checks for cached tokens too', async () => {
  let asked = 0;
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, checks: [() => ++asked < 2] });
  const token = await mint(key);
  await torii.verify(token);
  expect(await reasonOf(torii.verify(token))).toBe('not_allowed');
});

test('[11] does not cache refusals: a token that was too early is accepted later', async () => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });
  const token = await mint(key, { nbf: nowSeconds() + 60 });
  expect(await reasonOf(torii.verify(token))).toBe('token_not_yet_valid');
  vi.setSystemTime(Date.now() + 60_000);
  expect(await reasonOf(torii.verify(token))).toBe('verified');
});

test('[11] the cache is bounded, and evicts the oldest entry first', async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const torii = createVerifier({ issuer, keys, cachedTokens: 2, onEvent: (event) => events.push(event) });
  const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => mint(key, { sub })));
  for (const token of [...tokens, ...tokens.toReversed()]) await torii.verify(token);
  const known = events.map((event) => event.type === 'verified' && event.fromCache);
  expect(known).toEqual([false, false, false, true, true, false]);
});

test('[36] tokens with many claims fill the cache sooner than small ones', async () => {
  const cachedOf = async (claims: object): Promise<number> => {
    const events: VerifierEvent[] = [];
    const keys = { keys: [key.publicJwk] };
    const torii = createVerifier({ issuer, keys, cachedTokens: 100, onEvent: (event) => events.push(event) });
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, n) => mint(key, { ...claims, sub: `user_${n}` })));
    for (const token of tokens) await torii.verify(token);
    events.length = 0;
    for (const token of tokens.toReversed()) await torii.verify(token);
    return events.filter((event) => event.type === 'verified' && event.fromCache).length;
  };
  expect(await cachedOf({ org_id: 'org_1', org_role: 'org:member', name: 'Ada Lovelace', nickname: null })).toBe(100);
  const texts = await cachedOf({ large: 'x'.repeat(11_000) });
  expect(texts).toBeGreaterThan(10);
  expect(texts).toBeLessThan(30);
  // In memory, an object is much larger than its text.
  const objects = await cachedOf({ large: Array.from({ length: 3_000 }, () => ({})) });
  expect(objects).toBeGreaterThan(0);
  expect(objects).toBeLessThan(5);
});

test('[36] a token that alone is larger than the whole cache is verified, but not cached', async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const torii = createVerifier({ issuer, keys, cachedTokens: 1, onEvent: (event) => events.push(event) });
  const [small, large] = [await mint(key), await mint(key, { large: 'x'.repeat(11_000) })];
  for (const token of [small, large, large, small]) await torii.verify(token);
  expect(events.map((event) => event.type === 'verified' && event.fromCache)).toEqual([false, false, false, true]);
});

test('[36] verifying the same token again at once does not count it twice', async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const torii = createVerifier({ issuer, keys, cachedTokens: 2, onEvent: (event) => events.push(event) });
  const [first, second] = [await mint(key, { sub: 'a' }), await mint(key, { sub: 'b' })];
  await torii.verify(first);
  await Promise.all(Array.from({ length: 20 }, () => torii.verify(second)));
  events.length = 0;
  await torii.verify(first);
  expect(events).toMatchObject([{ fromCache: true }]);
});

test('[11] an expired token leaves its place in the cache to others', async () => {
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent) => events.push(event);
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, cachedTokens: 2, onEvent });
  const exp = nowSeconds() + 3600;
  const oldest = await mint(key, { exp, sub: 'a' });
  const expiring = await mint(key, { exp: nowSeconds() + 60 });
  const newest = await mint(key, { exp, sub: 'b' });
  for (const token of [oldest, expiring]) await torii.verify(token);
  vi.setSystemTime(Date.now() + 120_000);
  expect(await reasonOf(torii.verify(expiring))).toBe('token_expired');
  for (const token of [newest, oldest]) await torii.verify(token);
  expect(events.at(-1)).toMatchObject({ type: 'verified', userId: 'a', fromCache: true });
});

test('[11] with cachedTokens: 0, nothing is cached', async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const torii = createVerifier({ issuer, keys, cachedTokens: 0, onEvent: (event) => events.push(event) });
  const token = await mint(key);
  await torii.verify(token);
  await torii.verify(token);
  expect(events).toMatchObject([{ fromCache: false }, { fromCache: false }]);
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, '5000', undefined])(
  'refuses %s as the cache size',
  (cachedTokens) => {
    const options = { issuer, keys: { keys: [key.publicJwk] }, cachedTokens } as VerifierOptions;
    expect(() => createVerifier(options)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option: 'cachedTokens' }),
    );
  },
);
