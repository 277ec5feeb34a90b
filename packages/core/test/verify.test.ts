import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createTokenVerifier,
  createVerifier,
  type Fetch,
  ToriiConfigError,
  type VerifierEvent,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import {
  base64url,
  claimsWith,
  issuer,
  makeKey,
  mint,
  mintWithJose,
  nowSeconds,
  type SigningKey,
  signBytes,
  signText,
} from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const stranger = await makeKey();
const jwks = { keys: [key.publicJwk] };
const keyUrl = `${issuer}/_torii/.well-known/jwks.json`;
const headerText = JSON.stringify({ alg: 'ES256', kid: key.kid });

/** A verifier with an empty cache, and its fetch function. */
function fresh(options: Partial<VerifierOptions> = {}) {
  const fetch = vi.fn<Fetch>(async () => Response.json(jwks));
  return { torii: createVerifier({ issuer, fetch, ...options }), fetch };
}

function urlsOf(fetch: ReturnType<typeof vi.fn<Fetch>>): string[] {
  return fetch.mock.calls.map(([url]) => String(url));
}

/** A token whose claims can contain JSON that JSON.stringify does not produce: `raw` replaces the claim value `"@"`. */
function mintRaw(claims: Record<string, unknown>, raw: string): Promise<string> {
  return signText(
    key,
    headerText,
    JSON.stringify(claimsWith(claims)).replace('"@"', () => raw),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_900_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test.each([
  ['the minter of these tests', mint],
  ['jose', mintWithJose],
])('verifies a token that %s signed', async (_name, sign) => {
  const { torii, fetch } = fresh();
  expect(await torii.verify(await sign(key))).toMatchObject({ userId: 'user_1', environmentId: 'env_1', issuer });
  expect(urlsOf(fetch)).toEqual([keyUrl]);
});

test('createTokenVerifier verifies tokens, caches them, emits events, and refuses options about requests', async () => {
  const events: VerifierEvent[] = [];
  const tokens = createTokenVerifier({ issuer, keys: jwks, onEvent: (event) => events.push(event) });
  const token = await mint(key);
  const auth = await tokens.verify(token);
  expect(await tokens.verify(token)).toBe(auth);
  expect(await outcomeOf(tokens.verify(await mint(stranger)))).toBe('signature_invalid');
  expect(await outcomeOf(tokens.verify(undefined))).toBe('token_missing');
  expect(events).toMatchObject([
    { type: 'verified', userId: 'user_1', fromCache: false },
    { type: 'verified', userId: 'user_1', fromCache: true },
    { type: 'refused', error: { reason: 'signature_invalid' } },
    { type: 'refused', error: { reason: 'token_missing' } },
  ]);
  // A token verifier never runs checks, so the option must not be accepted silently.
  const options = { issuer, keys: jwks, checks: [() => false] };
  expect(() => createTokenVerifier(options)).toThrow(ToriiConfigError);
  await expect(verifyToken(token, options)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'checks' });
});

test('verifyToken verifies a token in one call', async () => {
  expect(await verifyToken(await mint(key), { issuer, keys: jwks })).toMatchObject({ userId: 'user_1' });
  expect(await outcomeOf(verifyToken(await mint(stranger), { issuer, keys: jwks }))).toBe('signature_invalid');
  await expect(verifyToken(await mint(key), { issuer: undefined })).rejects.toThrow(ToriiConfigError);
});

test.each([
  ['undefined', undefined],
  ['null', null],
  ['an empty text', ''],
  ['a number', 5],
  ['an object', { token: 'a.b.c' }],
  ['a list', ['a.b.c']],
])('refuses %s instead of a token', async (_name, token) => {
  expect(await outcomeOf(fresh().torii.verify(token as string))).toBe('token_missing');
});

describe('the algorithm', () => {
  const payload = () => base64url(JSON.stringify(claimsWith()));

  async function signedWith(algorithm: string, sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>) {
    const signed = `${base64url(JSON.stringify({ alg: algorithm, kid: key.kid }))}.${payload()}`;
    return `${signed}.${base64url(new Uint8Array(await sign(new TextEncoder().encode(signed))))}`;
  }

  async function withSecret(secret: string | Uint8Array): Promise<string> {
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array(secret);
    const hmac = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return signedWith('HS256', (text) => crypto.subtle.sign('HMAC', hmac, text));
  }

  async function spkiOf({ publicJwk: { x, y } }: SigningKey): Promise<Uint8Array> {
    const jwk = { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) };
    const imported = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, []);
    return new Uint8Array(await crypto.subtle.exportKey('spki', imported));
  }

  test.each<[string, () => Promise<string>]>([
    ['none without a signature', async () => `${base64url('{"alg":"none"}')}.${payload()}.`],
    ['none with a signature', () => mint(key, {}, { alg: 'none' })],
    ['HS256 with the text of the key', async () => withSecret(JSON.stringify(key.publicJwk))],
    ['HS256 with the text of the key set', async () => withSecret(JSON.stringify(jwks))],
    ['HS256 with the bytes of the key', async () => withSecret(await spkiOf(key))],
    [
      'HS256 with the PEM of the key',
      async () => {
        const base64 = btoa(String.fromCharCode(...(await spkiOf(key))));
        const lines = base64.replace(/(.{64})/g, '$1\n');
        return withSecret(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`);
      },
    ],
    [
      'RS256',
      async () => {
        const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
        const parameters = { ...rsa, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
        const { privateKey } = await crypto.subtle.generateKey(parameters, false, ['sign', 'verify']);
        return signedWith('RS256', (text) => crypto.subtle.sign(rsa, privateKey, text));
      },
    ],
    [
      'ES384',
      async () => {
        const p384 = { name: 'ECDSA', namedCurve: 'P-384' };
        const { privateKey } = await crypto.subtle.generateKey(p384, false, ['sign', 'verify']);
        return signedWith('ES384', (text) => crypto.subtle.sign({ ...p384, hash: 'SHA-384' }, privateKey, text));
      },
    ],
    ['ES256K over a good signature', () => mint(key, {}, { alg: 'ES256K' })],
    ['HS256 over a good signature', () => mint(key, {}, { alg: 'HS256' })],
    ['no algorithm over a good signature', () => mint(key, {}, { alg: undefined })],
  ])('[1] refuses %s before a key is looked up', async (name, forge) => {
    const { torii, fetch } = fresh();
    const verify = vi.spyOn(crypto.subtle, 'verify');
    // The signature part is empty, which is malformed.
    const reason = name === 'none without a signature' ? 'token_malformed' : 'algorithm_refused';
    expect(await outcomeOf(torii.verify(await forge()))).toBe(reason);
    expect(fetch).not.toHaveBeenCalled();
    expect(verify).not.toHaveBeenCalled();
  });

  test('[1] refuses ES256 with another hash than SHA-256', async () => {
    const token = await signedWith('ES256', (text) =>
      crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, key.privateKey, text),
    );
    expect(await outcomeOf(fresh().torii.verify(token))).toBe('signature_invalid');
  });
});

describe('key hints in the header', () => {
  const offered: [string, (from: SigningKey) => Record<string, unknown>][] = [
    ['jku', () => ({ jku: 'https://evil.test/jwks.json' })],
    ['jku on loopback', () => ({ jku: 'http://127.0.0.1/jwks.json' })],
    ['x5u', () => ({ x5u: 'https://evil.test/cert.pem' })],
    ['jwk', ({ publicJwk }) => ({ jwk: publicJwk })],
    ['x5c', () => ({ x5c: ['MIIB'] })],
    [
      'all of them',
      ({ publicJwk }) => ({ jku: 'https://evil.test', x5u: 'https://evil.test', jwk: publicJwk, x5c: ['MIIB'] }),
    ],
  ];

  test.each(offered)('[2] %s does not add a key of an attacker', async (_name, headerOf) => {
    const { torii, fetch } = fresh();
    const global = vi.spyOn(globalThis, 'fetch');
    expect(await outcomeOf(torii.verify(await mint(stranger, {}, headerOf(stranger))))).toBe('signature_invalid');
    const unknown = { ...headerOf(stranger), kid: 'his own' };
    expect(await outcomeOf(torii.verify(await mint(stranger, {}, unknown)))).toBe('key_unknown');
    expect(new Set(urlsOf(fetch))).toEqual(new Set([keyUrl]));
    expect(global).not.toHaveBeenCalled();
  });

  test.each(offered)('[2] %s is ignored in a valid token', async (_name, headerOf) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, {}, headerOf(stranger))))).toBe('accepted');
    expect(urlsOf(fetch)).toEqual([keyUrl]);
  });

  test.each([
    ['is a relative path', '../../x'],
    ['is an encoded relative path', '%2e%2e%2fx'],
    ['is __proto__', '__proto__'],
    ['is constructor', 'constructor'],
    ['is hasOwnProperty', 'hasOwnProperty'],
    ['is a URL', 'https://evil.test/jwks.json'],
    ['is 10 kB', 'k'.repeat(10_000)],
    ['differs in case', 'KEY-1'],
    ['has a trailing space', 'key-1 '],
    ['has a trailing NUL', 'key-1\0'],
    ['is a prefix of a key id', 'key'],
    ['is a regular expression', '.*'],
    ['is an SQL injection', "' OR 1=1 --"],
    ['is half of a surrogate pair', '\uD800'],
  ])('[2] a key id that %s is only compared', async (_name, kid) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, {}, { kid })))).toBe('key_unknown');
    expect(new Set(urlsOf(fetch))).toEqual(new Set([keyUrl]));
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
  });

  test.each([
    ['a number', 1],
    ['null', null],
    ['an empty text', ''],
    ['a list', ['key-1']],
    ['an object', { toString: 'key-1' }],
    ['missing', undefined],
  ])('[2] a key id that is %s is refused without a fetch', async (_name, kid) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, {}, { kid })))).toBe('token_malformed');
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    ['an unknown extension', { crit: ['urn:example'], 'urn:example': true }],
    ['b64: false', { crit: ['b64'], b64: false }],
    ['b64: false that is not listed', { b64: false }],
    ['an empty list of extensions', { crit: [] }],
  ])('[2] refuses %s without a fetch, despite a valid signature', async (_name, header) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, {}, header)))).toBe('token_malformed');
    expect(fetch).not.toHaveBeenCalled();
  });

  test('[2] refuses an unencoded payload with b64: false', async () => {
    const header = base64url(JSON.stringify({ alg: 'ES256', kid: key.kid, b64: false, crit: ['b64'] }));
    const signed = `${header}.${JSON.stringify(claimsWith())}`;
    const signature = base64url(await signBytes(key, new TextEncoder().encode(signed)));
    expect(await outcomeOf(fresh().torii.verify(`${signed}.${signature}`))).toBe('token_malformed');
  });
});

describe('the issuer', () => {
  test.each([
    ['in neither', issuer, issuer],
    ['in the token', issuer, `${issuer}/`],
    ['in the option', `${issuer}/`, issuer],
    ['in both', `${issuer}/`, `${issuer}/`],
  ])('[6] one trailing slash is tolerated: %s', async (_name, configured, iss) => {
    const { torii, fetch } = fresh({ issuer: configured });
    expect(await torii.verify(await mint(key, { iss }))).toMatchObject({ issuer: iss });
    expect(urlsOf(fetch)).toEqual([keyUrl]);
  });

  test.each([
    ['the case of the host', 'https://ACME.torii.test'],
    ['the case of the scheme', 'HTTPS://acme.torii.test'],
    ['an explicit default port', 'https://acme.torii.test:443'],
    ['a port', 'https://acme.torii.test:8443'],
    ['the scheme', 'http://acme.torii.test'],
    ['a missing scheme', 'acme.torii.test'],
    ['a relative scheme', '//acme.torii.test'],
    ['a user', 'https://acme@acme.torii.test'],
    ['a user and password', 'https://acme.torii.test:x@evil.test'],
    ['a longer host', 'https://acme.torii.test.evil.test'],
    ['a host that ends with the host', 'https://evil-acme.torii.test'],
    ['a subdomain', 'https://x.acme.torii.test'],
    ['a shorter host', 'https://acme.torii.tes'],
    ['a trailing dot of the host', 'https://acme.torii.test.'],
    ['a path', 'https://acme.torii.test/path'],
    ['another host with the issuer in its path', 'https://evil.test/https://acme.torii.test'],
    ['two trailing slashes', 'https://acme.torii.test//'],
    ['a path with dot segments', 'https://acme.torii.test/x/..'],
    ['an encoded slash', 'https://acme.torii.test%2f'],
    ['a backslash', 'https://acme.torii.test\\'],
    ['a query', 'https://acme.torii.test?'],
    ['a fragment', 'https://acme.torii.test#'],
    ['a leading space', ' https://acme.torii.test'],
    ['a trailing space', 'https://acme.torii.test '],
    ['a trailing newline', 'https://acme.torii.test\n'],
    ['a trailing NUL', 'https://acme.torii.test\0'],
    ['a Cyrillic letter that looks like a Latin one', 'https://аcme.torii.test'],
    ['the whole host', 'https://other.torii.test'],
    ['everything but a slash', '/'],
    ['everything: a name of Object.prototype', 'constructor'],
  ])('[6] refuses an issuer that differs in %s, without a fetch', async (_name, iss) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, { iss })))).toBe('issuer_refused');
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    ['a list of the right one', [issuer], 'claim_malformed'],
    ['a list of the right one and another', [issuer, 'https://evil.test'], 'claim_malformed'],
    ['an object', { [issuer]: true }, 'claim_malformed'],
    ['a number', 1, 'claim_malformed'],
    ['true', true, 'claim_malformed'],
    ['an empty text', '', 'claim_malformed'],
    ['null', null, 'claim_missing'],
    ['missing', undefined, 'claim_missing'],
  ])('[6] refuses an issuer that is %s, without a fetch', async (_name, iss, reason) => {
    const { torii, fetch } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, { iss })))).toBe(reason);
    expect(fetch).not.toHaveBeenCalled();
  });

  test('[6] accepts each of several issuers, and refuses all others', async () => {
    const { torii } = fresh({ issuer: [issuer, 'https://app.torii.test'] });
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { iss: 'https://app.torii.test' })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { iss: 'https://b.torii.test' })))).toBe('issuer_refused');
  });
});

describe('time', () => {
  const now = 1_900_000_000;

  test.each([0, 30, 300])(
    '[7] with a clock tolerance of %d s, the limits are exact to the millisecond',
    async (leeway) => {
      const accepts = async (claims: Record<string, unknown>, atMs: number) => {
        vi.setSystemTime(now * 1000);
        const token = await mint(key, claims);
        vi.setSystemTime(atMs);
        return outcomeOf(fresh({ clockTolerance: leeway }).torii.verify(token));
      };
      const [early, late] = [(now - leeway) * 1000, (now + leeway) * 1000];

      expect(await accepts({ iat: now - 600, exp: now }, late - 1)).toBe('accepted');
      expect(await accepts({ iat: now - 600, exp: now }, late)).toBe('token_expired');
      expect(await accepts({ iat: now, exp: now + 600 }, early)).toBe('accepted');
      expect(await accepts({ iat: now, exp: now + 600 }, early - 1)).toBe('token_not_yet_valid');
      expect(await accepts({ iat: now - 600, nbf: now, exp: now + 600 }, early)).toBe('accepted');
      expect(await accepts({ iat: now - 600, nbf: now, exp: now + 600 }, early - 1)).toBe('token_not_yet_valid');
    },
  );

  test('[7] the default clock tolerance is 30 s', async () => {
    const { torii } = fresh();
    expect(await outcomeOf(torii.verify(await mint(key, { exp: now - 29 })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { exp: now - 30 })))).toBe('token_expired');
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now + 30 })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now + 31 })))).toBe('token_not_yet_valid');
  });

  test('[7] a cached token expires at the same millisecond', async () => {
    const { torii } = fresh({ clockTolerance: 0, maxStaleSeconds: 0, keys: jwks });
    const token = await mint(key, { exp: now + 60 });
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    vi.setSystemTime((now + 60) * 1000 - 1);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    vi.setSystemTime((now + 60) * 1000);
    expect(await outcomeOf(torii.verify(token))).toBe('token_expired');
  });

  test('[7] a cached token is not yet valid again if the clock is set back', async () => {
    const { torii } = fresh({ clockTolerance: 0, keys: jwks });
    const token = await mint(key, { iat: now - 600, nbf: now });
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    vi.setSystemTime(now * 1000 - 1);
    expect(await outcomeOf(torii.verify(token))).toBe('token_not_yet_valid');
  });

  test('[7] fractions of a second count in exp', async () => {
    const { torii } = fresh({ clockTolerance: 0 });
    vi.setSystemTime(now * 1000 + 500);
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now, exp: now + 0.501 })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now, exp: now + 0.5 })))).toBe('token_expired');
  });

  const unreadable: [string, string, string][] = [
    ['null', 'null', 'claim_missing'],
    ['a text', '"2000000000"', 'claim_malformed'],
    ['an empty text', '""', 'claim_malformed'],
    ['a date as text', '"2040-01-01T00:00:00Z"', 'claim_malformed'],
    ['true', 'true', 'claim_malformed'],
    ['a list', '[2000000000]', 'claim_malformed'],
    ['an object', '{"valueOf":2000000000}', 'claim_malformed'],
    ['negative', '-1', 'claim_malformed'],
    ['a tiny negative number', '-1e-300', 'claim_malformed'],
    ['1e400', '1e400', 'claim_malformed'],
    ['1e307', '1e307', 'claim_malformed'],
    ['2^53', '9007199254740992', 'claim_malformed'],
    ['-1e400', '-1e400', 'claim_malformed'],
    ['the text NaN', '"NaN"', 'claim_malformed'],
    ['NaN', 'NaN', 'token_malformed'],
    ['Infinity', 'Infinity', 'token_malformed'],
  ];

  test.each(unreadable)('[7] refuses %s for exp, iat and nbf, without a fetch', async (_name, raw, reason) => {
    for (const claim of ['exp', 'iat', 'nbf']) {
      const { torii, fetch } = fresh();
      const token = await mintRaw({ [claim]: '@' }, raw);
      expect([claim, await outcomeOf(torii.verify(token))]).toEqual([claim, reason]);
      expect(fetch).not.toHaveBeenCalled();
    }
  });

  test.each(['exp', 'iat'])('[7] refuses a token without %s', async (claim) => {
    expect(await outcomeOf(fresh().torii.verify(await mint(key, { [claim]: undefined })))).toBe('claim_missing');
  });

  test('[7] accepts the largest exp that a number holds exactly', async () => {
    const token = await mintRaw({ exp: '@' }, `${Number.MAX_SAFE_INTEGER}`);
    expect(await outcomeOf(fresh().torii.verify(token))).toBe('accepted');
  });

  test('[7] accepts a token without nbf', async () => {
    expect(await outcomeOf(fresh().torii.verify(await mint(key, { nbf: undefined })))).toBe('accepted');
  });

  test.each([
    ['0', '0'],
    ['-0', '-0'],
    ['the smallest positive number', '5e-324'],
  ])('[7] a token with an exp of %s has expired', async (_name, raw) => {
    expect(await outcomeOf(fresh({ clockTolerance: 300 }).torii.verify(await mintRaw({ exp: '@' }, raw)))).toBe(
      'token_expired',
    );
  });

  test('[7] refuses iat and nbf in milliseconds, which are far in the future', async () => {
    expect(await outcomeOf(fresh().torii.verify(await mint(key, { iat: now * 1000 })))).toBe('token_not_yet_valid');
    expect(await outcomeOf(fresh().torii.verify(await mint(key, { nbf: now * 1000 })))).toBe('token_not_yet_valid');
  });

  test.each([301, 300.001, -1, Number.NaN, Number.POSITIVE_INFINITY, '30', null, true, 30n])(
    '[7] a clock tolerance of %s is a configuration error',
    (clockTolerance) => {
      expect(() => fresh({ clockTolerance: clockTolerance as number })).toThrow(
        expect.objectContaining({ name: 'ToriiConfigError', option: 'clockTolerance' }),
      );
    },
  );
});

describe('required claims', () => {
  test.each([
    ['empty', '', 'claim_malformed'],
    ['a number', 1, 'claim_malformed'],
    ['zero', 0, 'claim_malformed'],
    ['true', true, 'claim_malformed'],
    ['false', false, 'claim_malformed'],
    ['a list', ['user_1'], 'claim_malformed'],
    ['an object', { id: 'user_1' }, 'claim_malformed'],
    ['null', null, 'claim_missing'],
    ['missing', undefined, 'claim_missing'],
  ])('[8] refuses sub, pid and iss that are %s, without a fetch', async (_name, value, reason) => {
    for (const claim of ['sub', 'pid', 'iss']) {
      const { torii, fetch } = fresh();
      expect([claim, await outcomeOf(torii.verify(await mint(key, { [claim]: value })))]).toEqual([claim, reason]);
      expect(fetch).not.toHaveBeenCalled();
    }
  });

  test('[8] a __proto__ claim does not replace a missing claim', async () => {
    for (const claim of ['iss', 'sub', 'pid', 'iat', 'exp']) {
      const { [claim]: value, ...rest } = claimsWith();
      const token = await signText(
        key,
        headerText,
        `{"__proto__":${JSON.stringify({ [claim]: value })},${JSON.stringify(rest).slice(1)}`,
      );
      expect([claim, await outcomeOf(fresh().torii.verify(token))]).toEqual([claim, 'claim_missing']);
    }
  });

  test('[1] a __proto__ in the header does not replace a missing algorithm or key id', async () => {
    const payload = JSON.stringify(claimsWith());
    const { torii } = fresh();
    const alg = await signText(key, '{"__proto__":{"alg":"ES256"},"kid":"key-1"}', payload);
    const kid = await signText(key, '{"__proto__":{"kid":"key-1"},"alg":"ES256"}', payload);
    expect(await outcomeOf(torii.verify(alg))).toBe('algorithm_refused');
    expect(await outcomeOf(torii.verify(kid))).toBe('token_malformed');
  });

  test('[8] a claim on Object.prototype does not replace a missing claim', async () => {
    for (const claim of ['sub', 'pid', 'exp']) {
      const token = await mint(key, { [claim]: undefined });
      Object.defineProperty(Object.prototype, claim, { value: claimsWith()[claim], configurable: true });
      try {
        expect([claim, await outcomeOf(fresh().torii.verify(token))]).toEqual([claim, 'claim_missing']);
      } finally {
        Reflect.deleteProperty(Object.prototype, claim);
      }
    }
  });
});

describe('size', () => {
  /** A valid token of exactly `length` characters. */
  async function mintOfLength(length: number): Promise<string> {
    const encodedLength = (bytes: number) => Math.ceil((bytes * 8) / 6);
    const claims = claimsWith({ pad: '' });
    const payloadBytes = JSON.stringify(claims).length;
    for (let headerPad = 0; headerPad < 8; headerPad++) {
      const header = headerText + ' '.repeat(headerPad);
      const room = length - encodedLength(header.length) - encodedLength(64) - 2;
      const bytes = Math.floor((room * 6) / 8);
      if (encodedLength(bytes) !== room) continue;
      const pad = 'x'.repeat(bytes - payloadBytes);
      return signText(key, header, JSON.stringify({ ...claims, pad }));
    }
    throw new Error('No padding makes a token of this length.');
  }

  test('[8] accepts a token of 16,384 characters', async () => {
    const token = await mintOfLength(16_384);
    expect(token).toHaveLength(16_384);
    expect(await outcomeOf(fresh().torii.verify(token))).toBe('accepted');
  });

  test.each([16_385, 20_000, 1_000_000])(
    '[8] refuses a valid token of %d characters before any cryptography',
    async (length) => {
      const token = await mintOfLength(length);
      expect(token).toHaveLength(length);
      const { torii, fetch } = fresh();
      const [verify, importKey, parse] = [
        vi.spyOn(crypto.subtle, 'verify'),
        vi.spyOn(crypto.subtle, 'importKey'),
        vi.spyOn(JSON, 'parse'),
      ];
      const outcome = await outcomeOf(torii.verify(token));
      const costs = [verify, importKey, parse, fetch].map((cost) => cost.mock.calls.length);
      expect(outcome).toBe('token_malformed');
      expect(costs).toEqual([0, 0, 0, 0]);
    },
  );

  test('[8] accepts claims that are nested as deep as the size limit allows', async () => {
    const depth = 5_900;
    const token = await mintRaw({ deep: '@' }, '['.repeat(depth) + ']'.repeat(depth));
    expect(token.length).toBeGreaterThan(15_900);
    const { raw } = await fresh().torii.verify(token);
    let [inner, levels]: [unknown, number] = [raw['deep'], 0];
    for (; Array.isArray(inner); inner = inner[0]) {
      if (!Object.isFrozen(inner)) break;
      levels++;
    }
    expect([inner, levels]).toEqual([undefined, depth]);
  });

  test('[8] accepts a header that is nested as deep as the size limit allows', async () => {
    const depth = 1_900;
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const header = `{"alg":"ES256","kid":"key-1","x":${deep}}`;
    expect(await outcomeOf(fresh().torii.verify(await signText(key, header, JSON.stringify(claimsWith()))))).toBe(
      'accepted',
    );
  });
});

describe('audience and environment', () => {
  test.each([
    ['the right one', 'env_1', 'env_1', 'accepted'],
    ['one of several', ['env_2', 'env_1'], 'env_1', 'accepted'],
    ['another', 'env_1', 'env_2', 'environment_refused'],
    ['none of several', ['env_1', 'env_2'], 'env_3', 'environment_refused'],
    ['another case', 'env_1', 'ENV_1', 'environment_refused'],
    ['a longer one', 'env_1', 'env_10', 'environment_refused'],
    ['a shorter one', 'env_1', 'env_', 'environment_refused'],
    ['a trailing space', 'env_1', 'env_1 ', 'environment_refused'],
    ['a list', 'env_1', ['env_1'], 'claim_malformed'],
    ['missing', 'env_1', undefined, 'claim_missing'],
  ])('[9] environment: %s', async (_name, environmentId, pid, outcome) => {
    const { torii, fetch } = fresh({ environmentId });
    expect(await outcomeOf(torii.verify(await mint(key, { pid })))).toBe(outcome);
    expect(fetch).toHaveBeenCalledTimes(outcome === 'accepted' ? 1 : 0);
  });

  test.each([
    ['the right one', 'api', 'api', 'accepted'],
    ['one of several accepted', ['web', 'api'], 'api', 'accepted'],
    ['one of several claimed', 'api', ['web', 'api'], 'accepted'],
    ['another', 'api', 'web', 'audience_refused'],
    ['none of several', ['api', 'web'], ['app', 'cli'], 'audience_refused'],
    ['another case', 'api', 'API', 'audience_refused'],
    ['a trailing slash', 'https://api.test', 'https://api.test/', 'audience_refused'],
    ['two in one string', 'api', 'api web', 'audience_refused'],
    ['an empty list', 'api', [], 'claim_malformed'],
    ['a list with a number in it', 'api', ['api', 1], 'claim_malformed'],
    ['a list in a list', 'api', [['api']], 'claim_malformed'],
    ['an empty text', 'api', '', 'audience_refused'],
    ['a number', 'api', 1, 'claim_malformed'],
    ['true', 'api', true, 'claim_malformed'],
    ['an object', 'api', { api: true }, 'claim_malformed'],
    ['null', 'api', null, 'claim_missing'],
    ['missing', 'api', undefined, 'claim_missing'],
  ])('[9] audience: %s', async (_name, audience, aud, outcome) => {
    const { torii, fetch } = fresh({ audience });
    expect(await outcomeOf(torii.verify(await mint(key, { aud })))).toBe(outcome);
    expect(fetch).toHaveBeenCalledTimes(outcome === 'accepted' ? 1 : 0);
  });

  test('[9] checks both if both are set', async () => {
    const { torii } = fresh({ audience: 'api', environmentId: 'env_1' });
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'api' })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'api', pid: 'env_2' })))).toBe('environment_refused');
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'web' })))).toBe('audience_refused');
  });
});

describe('the signature', () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

  function numberOf(bytes: Uint8Array): bigint {
    return BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
  }

  function bytesOf(number: bigint): Uint8Array {
    const hex = number.toString(16).padStart(64, '0');
    return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  }

  function join(...pieces: Uint8Array[]): Uint8Array {
    return new Uint8Array(pieces.flatMap((piece) => [...piece]));
  }

  /** A signature in DER. */
  function der(r: Uint8Array, s: Uint8Array): Uint8Array {
    const integer = (bytes: Uint8Array) => {
      const padded = (bytes[0] ?? 0) & 0x80 ? join(new Uint8Array([0]), bytes) : bytes;
      return join(new Uint8Array([2, padded.length]), padded);
    };
    const body = join(integer(r), integer(s));
    return join(new Uint8Array([0x30, body.length]), body);
  }

  /** A valid token whose signature was changed. */
  async function resigned(change: (r: Uint8Array, s: Uint8Array) => Uint8Array, signer = key): Promise<string> {
    const token = await mint(signer);
    const at = token.lastIndexOf('.');
    const signature = await signBytes(signer, new TextEncoder().encode(token.slice(0, at)));
    return `${token.slice(0, at)}.${base64url(change(signature.slice(0, 32), signature.slice(32)))}`;
  }

  const zero = bytesOf(0n);

  const misshapen: [string, (r: Uint8Array, s: Uint8Array) => Uint8Array][] = [
    ['in DER', der],
    ['of r = 0', (_r, s) => join(zero, s)],
    ['of s = 0', (r) => join(r, zero)],
    ['of zeros only', () => join(zero, zero)],
    ['of 63 bytes', (r, s) => join(r, s).slice(0, 63)],
    ['of 65 bytes', (r, s) => join(r, s, new Uint8Array([0]))],
    ['of 65 bytes, with a leading zero', (r, s) => join(new Uint8Array([0]), r, s)],
    ['of 32 bytes', (r) => r],
    ['of 1 byte', () => new Uint8Array([0])],
    ['of 96 bytes, as for P-384', (r, s) => join(r, s, s)],
    ['repeated twice', (r, s) => join(r, s, r, s)],
  ];

  test.each(misshapen)('[10] refuses a signature %s', async (_name, change) => {
    expect(await outcomeOf(fresh().torii.verify(await resigned(change)))).toBe('signature_invalid');
  });

  test.each(misshapen)('[10] refuses a signature %s even if the platform would accept it', async (_name, change) => {
    const { torii, fetch } = fresh();
    const token = await resigned(change);
    vi.spyOn(crypto.subtle, 'verify').mockResolvedValue(true);
    expect(await outcomeOf(torii.verify(token))).toBe('signature_invalid');
    expect(fetch).not.toHaveBeenCalled();
  });

  test('[10] refuses an empty signature', async () => {
    expect(await outcomeOf(fresh().torii.verify(await resigned(() => new Uint8Array())))).toBe('token_malformed');
  });

  test.each<[string, (r: Uint8Array, s: Uint8Array) => Uint8Array]>([
    ['r = n', (_r, s) => join(bytesOf(order), s)],
    ['s = n', (r) => join(r, bytesOf(order))],
    ['both = n', () => join(bytesOf(order), bytesOf(order))],
    ['r = s = 1', () => join(bytesOf(1n), bytesOf(1n))],
    ['the largest r and s', () => join(new Uint8Array(32).fill(255), new Uint8Array(32).fill(255))],
    ['r and s swapped', (r, s) => join(s, r)],
    ['n - r', (r, s) => join(bytesOf(order - numberOf(r)), s)],
    ['s + 1', (r, s) => join(r, bytesOf((numberOf(s) + 1n) % order))],
    ['one bit changed', (r, s) => join(r, s.with(31, (s[31] ?? 0) ^ 1))],
  ])('[10] refuses a signature of %s', async (_name, change) => {
    expect(await outcomeOf(fresh().torii.verify(await resigned(change)))).toBe('signature_invalid');
  });

  // Both are valid ECDSA signatures. RFC 7518 3.4 allows both, and jose accepts both (referee.test.ts).
  test('[10] accepts both the signature (r, s) and its twin (r, n - s)', async () => {
    expect(await outcomeOf(fresh().torii.verify(await resigned(join)))).toBe('accepted');
    const twin = await resigned((r, s) => join(r, bytesOf(order - numberOf(s))));
    expect(await outcomeOf(fresh().torii.verify(twin))).toBe('accepted');
  });

  test('[10] refuses the signature of another key with the same key id', async () => {
    expect(await outcomeOf(fresh().torii.verify(await mint(stranger)))).toBe('signature_invalid');
  });

  test('[10] refuses a token that mixes parts of two valid tokens', async () => {
    const [one, two] = [await mint(key), await mint(key, { sub: 'user_2' }, { typ: 'at+jwt' })].map((token) =>
      token.split('.'),
    );
    const { torii } = fresh();
    for (let mask = 1; mask < 7; mask++) {
      const token = [0, 1, 2].map((i) => ((mask >> i) & 1 ? one : two)?.[i]).join('.');
      expect([mask, await outcomeOf(torii.verify(token))]).toEqual([mask, 'signature_invalid']);
    }
  });

  test('[10] a cached token does not make a token with another signature valid', async () => {
    const { torii } = fresh();
    const [token, other] = [await mint(key), await mint(stranger)];
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    const forged = token.slice(0, token.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
    expect(await outcomeOf(torii.verify(forged))).toBe('signature_invalid');
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });

  // On Node, the first few of a burst are verified synchronously, and the others in the thread pool.
  test('[10] verifies each of many simultaneous tokens with its own signature', async () => {
    const { torii } = fresh();
    await torii.verify(await mint(key));
    const signers = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? key : stranger));
    const tokens = await Promise.all(signers.map((signer, i) => mint(signer, { sub: `user_${i}` }, { kid: key.kid })));
    const outcomes = await Promise.all(tokens.map((token) => outcomeOf(torii.verify(token))));
    expect(outcomes).toEqual(signers.map((signer) => (signer === key ? 'accepted' : 'signature_invalid')));
  });

  test('[10] refuses the token if the platform returns anything but true', async () => {
    const token = await mint(stranger);
    for (const answer of [false, undefined, null, 0]) {
      vi.spyOn(crypto.subtle, 'verify').mockResolvedValue(answer as boolean);
      expect(await outcomeOf(fresh().torii.verify(token))).toBe('signature_invalid');
    }
  });
});

test('checks claims before the signature, and accepts none without a valid signature', async () => {
  const { torii } = fresh();
  expect(await outcomeOf(torii.verify(await mint(stranger, { exp: nowSeconds() - 600 })))).toBe('token_expired');
  expect(await outcomeOf(torii.verify(await mint(stranger, { email_verified: true, sub: 'admin' })))).toBe(
    'signature_invalid',
  );
});

test.each(['nbf', 'iat'])('[7] a fraction of a second in %s is rounded up, as in jose', async (claim) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_600 });
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, clockTolerance: 0 });
  const token = await mint(key, { iat: 1_800_000_000, exp: 1_800_000_300, [claim]: 1_800_000_000.5 });
  await expect(torii.verify(token)).rejects.toMatchObject({ reason: 'token_not_yet_valid' });
  vi.setSystemTime(1_800_000_001_000);
  await expect(torii.verify(token)).resolves.toMatchObject({ userId: 'user_1' });
  vi.useRealTimers();
});
