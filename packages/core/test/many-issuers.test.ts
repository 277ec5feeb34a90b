import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createVerifier, verifyToken } from '../src/index.ts';
import { shareKeySets } from '../src/keys/key-sources.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { makeKey, mint, type SigningKey } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// A process that serves many tenants, each with its own issuer.

const tenants = Array.from({ length: 10_000 }, (_, i) => `https://tenant-${i}.torii.test`);
const [first = '', second = ''] = tenants;

let key: SigningKey;
let stranger: SigningKey;
let rotated: SigningKey;
beforeAll(async () => {
  [key, stranger, rotated] = await Promise.all([makeKey('key-1'), makeKey('key-x'), makeKey('key-2')]);
});

describe('a verifier with ten thousand issuers', () => {
  test('[5] fetches keys only for issuers of received tokens', async () => {
    const endpoint = makeKeyEndpoint(key);
    const verifier = createVerifier({ issuer: tenants, fetch: endpoint.fetch });
    for (const iss of [first, second, tenants.at(-1)]) {
      expect(await verifier.verify(await mint(key, { iss }))).toMatchObject({ issuer: iss });
    }
    expect(await outcomeOf(verifier.verify(await mint(key, { iss: 'https://tenant-10000.torii.test' })))).toBe(
      'issuer_refused',
    );
    expect(endpoint.urls).toEqual([first, second, tenants.at(-1)].map(keysOf));
  });

  test('[4] a flood of unknown keys at one issuer delays neither valid tokens nor a key rotation of another issuer', async () => {
    const endpoint = makeKeyEndpoint(key);
    const verifier = createVerifier({ issuer: [first, second], fetch: endpoint.fetch });
    await verifier.verify(await mint(key, { iss: first }));
    const garbage = await mint(stranger, { iss: first });
    const flood = Array.from({ length: 1_000 }, () => outcomeOf(verifier.verify(garbage)));

    expect(await outcomeOf(verifier.verify(await mint(key, { iss: second })))).toBe('accepted');
    endpoint.publish(key, rotated);
    // Works immediately after the rotation: no timer has fired.
    expect(await outcomeOf(verifier.verify(await mint(rotated, { iss: second })))).toBe('accepted');
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['key_unknown']));
    expect(endpoint.urls.filter((url) => url === keysOf(second))).toHaveLength(2);
    expect(endpoint.urls.filter((url) => url === keysOf(first)).length).toBeLessThanOrEqual(2);
  });

  test('an issuer that never responds delays only its own tokens', async () => {
    vi.useFakeTimers();
    try {
      const healthy = makeKeyEndpoint(key);
      const verifier = createVerifier({
        issuer: [first, second],
        fetch: (input, init) => (input === keysOf(first) ? new Promise(() => {}) : healthy.fetch(input, init)),
      });
      const held = outcomeOf(verifier.verify(await mint(key, { iss: first })));
      expect(await outcomeOf(verifier.verify(await mint(key, { iss: second })))).toBe('accepted');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await held).toBe('keys_unavailable');
    } finally {
      vi.useRealTimers();
    }
  });

  test('a flood of valid tokens of one issuer does not affect tokens of another issuer', async () => {
    const endpoint = makeKeyEndpoint(key);
    const verifier = createVerifier({ issuer: [first, second], fetch: endpoint.fetch, cachedTokens: 10 });
    const token = await mint(key, { iss: second });
    await verifier.verify(token);
    for (let i = 0; i < 20; i++) await verifier.verify(await mint(key, { iss: first, sub: `user_${i}` }));
    expect(await outcomeOf(verifier.verify(token))).toBe('accepted');
    expect(endpoint.urls).toHaveLength(2);
  });
});

test('without the option fetch, the global function of that moment is called', async () => {
  const own = 'https://global-fetch.torii.test';
  const torii = createVerifier({ issuer: own });
  const key = await makeKey();
  vi.stubGlobal('fetch', makeKeyEndpoint(key).fetch);
  try {
    expect(await outcomeOf(torii.verify(await mint(key, { iss: own })))).toBe('accepted');
  } finally {
    vi.unstubAllGlobals();
  }
});

test('[36] keeps the key sets that were used last, of one function up to a thousand', () => {
  const keySetFor = shareKeySets(() => new Map());
  const fetch: typeof globalThis.fetch = () => Promise.reject(new Error('not used'));
  const [first, second] = ['first', 'second'].map((url) => keySetFor(url, fetch));
  for (let n = 0; n < 998; n++) keySetFor(`${n}`, fetch);
  expect(keySetFor('first', fetch)).toBe(first);
  keySetFor('one more', fetch);
  keySetFor('of another function', () => Promise.reject(new Error('not used')));
  expect(keySetFor('first', fetch)).toBe(first);
  expect(keySetFor('second', fetch)).not.toBe(second);
});

test('[4] keeps the key sets of the last thousand issuers', async () => {
  const endpoint = makeKeyEndpoint(key);
  const ask = async (iss: string): Promise<void> => {
    await verifyToken(await mint(key, { iss }), { issuer: iss, fetch: endpoint.fetch });
  };
  const asked = tenants.slice(0, 3_000);
  for (const iss of asked) await ask(iss);
  expect(endpoint.urls).toHaveLength(3_000);
  for (const iss of asked.slice(-1_000)) await ask(iss);
  expect(endpoint.urls).toHaveLength(3_000);
  await ask(first);
  expect(endpoint.urls.slice(3_000)).toEqual([keysOf(first)]);
});

function keysOf(issuer: string | undefined): string {
  return `${issuer}/_torii/.well-known/jwks.json`;
}
