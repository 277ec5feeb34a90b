import { describe, expect, test, vi } from 'vitest';
import type { JWK } from '../src/index.ts';
import { createJwtVerifier, type JwtOptions } from '../src/jwt/index.ts';
import { bytes, jwks, pairs, pem, secret, sign } from './jwt-mint.ts';
import { base64url } from './mint.ts';
import { outcomeOf } from './outcome.ts';

describe('[9] [28] refuses a wrong option', () => {
  const es = { algorithms: ['ES256'] };
  test.each<[string, unknown]>([
    ['algorithms', { secret }],
    ['algorithms', { secret, algorithms: [] }],
    ['algorithms', { secret, algorithms: undefined }],
    ['algorithms', { secret, algorithms: ['none'] }],
    ['algorithms', { secret, algorithms: ['HS256', 'none'] }],
    ['algorithms', { secret, algorithms: ['hs256'] }],
    ['key', { algorithms: ['HS256'] }],
    ['key', { ...es, key: pem, jwks }],
    ['key', { secret, key: pem, algorithms: ['HS256'] }],
    ['secret', { secret, algorithms: ['RS256'] }],
    ['secret', { secret, algorithms: ['HS256', 'RS256'] }],
    ['secret', { secret: undefined, algorithms: ['HS256'] }],
    ['secret', { secret: '', algorithms: ['HS256'] }],
    ['secret', { secret: 'short', algorithms: ['HS256'] }],
    ['secret', { secret: 'x'.repeat(63), algorithms: ['HS512'] }],
    ['secret', { secret: pem, algorithms: ['HS256'] }],
    ['key', { key: pem, algorithms: ['HS256'] }],
    ['key', { key: pem, algorithms: ['RS256', 'ES256'] }],
    ['key', { key: '', algorithms: ['RS256'] }],
    ['key', { key: undefined, algorithms: ['RS256'] }],
    ['key', { key: '-----BEGIN PRIVATE KEY-----', algorithms: ['RS256'] }],
    ['key', { key: { ...jwks.keys[1], d: 'x' }, ...es }],
    ['key', { key: { kty: 'oct', k: 'AA' }, ...es }],
    ['key', { key: { ...jwks.keys[1], crv: 'P-384' }, ...es }],
    ['key', { key: { ...jwks.keys[1], toJSON: () => ({ kty: 'oct', k: 'AA' }) }, ...es }],
    ['key', { key: { ...jwks.keys[1], toJSON: () => null }, ...es }],
    ['key', { key: { ...jwks.keys[1], n: 1n }, ...es }],
    ['key', { key: { ...jwks.keys[1], use: 'enc' }, ...es }],
    ['key', { key: { ...jwks.keys[1], alg: 'ES384' }, ...es }],
    ['maxStaleSeconds', { jwks, ...es, maxStaleSeconds: 86_401 }],
    ['jwks', { jwks: { keys: [] }, ...es }],
    ['jwks', { jwks: { keys: [{ kty: 'oct', k: 'AA' }] }, ...es }],
    ['jwks', { jwks: { keys: [{ ...jwks.keys[1], d: 'x' }] }, ...es }],
    ['jwks', { jwks: { keys: [{ ...jwks.keys[1], toJSON: () => ({ kty: 'oct', k: 'AA' }) }] }, ...es }],
    ['jwks', { jwks: { keys: [{ ...jwks.keys[1], toJSON: () => null }] }, ...es }],
    ['jwks', { jwks: { keys: [{ ...jwks.keys[1], n: 1n }] }, ...es }],
    ['jwks', { jwks: { keys: Array.from({ length: 1_001 }, () => jwks.keys[1]) }, ...es }],
    ['jwks', { jwks, algorithms: ['HS256'] }],
    ['jwks', { jwks: 'http://login.test/jwks.json', ...es }],
    ['jwks', { jwks: 'http://login.localhost/jwks.json', ...es }],
    ['jwks', { jwks: 'login.test/jwks.json', ...es }],
    ['issuer', { secret, algorithms: ['HS256'], issuer: undefined }],
    ['issuer', { secret, algorithms: ['HS256'], issuer: [] }],
    ['audience', { secret, algorithms: ['HS256'], audience: '' }],
    ['requireClaims', { secret, algorithms: ['HS256'], requireClaims: [] }],
    ['refuseClaims', { secret, algorithms: ['HS256'], refuseClaims: undefined }],
    ['clockTolerance', { secret, algorithms: ['HS256'], clockTolerance: 301 }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: '' } }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: ['sub'] } }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: 'sub ' } }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: 'sub,uid' } }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: '__proto__' } }],
    ['userId', { secret, algorithms: ['HS256'], claims: Object.create({ userId: 'id' }) }],
    ['claims', { secret, algorithms: ['HS256'], claims: null }],
    ['roles', { secret, algorithms: ['HS256'], claims: { roles: 'x' } }],
    ['keys', { secret, algorithms: ['HS256'], keys: jwks }],
    ['options', undefined],
  ])('%s: %#', (option, options) => {
    expect(() => createJwtVerifier(options as JwtOptions)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });
});

describe('a key set from a URL', () => {
  const url = 'https://login.test/jwks.json';
  const answering = (answer: () => Response | Promise<Response>) => vi.fn(async () => answer());
  const token = () => sign('ES256', pairs.ES256.privateKey, {}, { kid: 'ES256' });

  test('is fetched once, and without following redirects', async () => {
    const fetch = answering(() => Response.json(jwks));
    const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256'], fetch });
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => outcomeOf(torii.verify(await token()))));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch).toHaveBeenCalledWith(url, expect.objectContaining({ redirect: 'manual' }));
  });

  test('is not fetched for a token with a refused algorithm, issuer or exp', async () => {
    const fetch = answering(() => Response.json(jwks));
    const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256'], issuer: 'https://login.test', fetch });
    await outcomeOf(torii.verify(await sign('RS256', pairs.RS256.privateKey)));
    await outcomeOf(torii.verify(await token()));
    await outcomeOf(torii.verify(await sign('ES256', pairs.ES256.privateKey, { iss: 'https://login.test', exp: 1 })));
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each<[string, () => Response]>([
    ['an error', () => new Response('no', { status: 500 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.test' } })],
    ['a page that is not JSON', () => new Response('<html>')],
    ['a JSON object that is not a key set', () => Response.json({ keys: 'none' })],
    ['a private key', () => Response.json({ keys: [{ kty: 'EC', d: 'x' }] })],
    ['a megabyte', () => new Response('x'.repeat(1_000_000))],
    [
      'a network error',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
  ])('is refused with 503 if the answer is %s, and is fetched once for three tokens', async (_name, answer) => {
    const fetch = answering(answer);
    const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256'], fetch });
    for (let i = 0; i < 3; i++) expect(await outcomeOf(torii.verify(await token()))).toBe('keys_unavailable');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('[4] is shared by the verifiers of a process that use the same fetch', async () => {
    const fetch = answering(() => Response.json(jwks));
    for (const algorithms of [['ES256'], ['ES256', 'RS256']] as const) {
      const torii = createJwtVerifier({ jwks: url, algorithms, fetch });
      expect(await outcomeOf(torii.verify(await token()))).toBe('accepted');
    }
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('[3] that contains a key id twice verifies nothing with that id, whatever the types of the keys', async () => {
    const [rsa, es256, es512] = jwks.keys;
    for (const second of [{ ...rsa }, { ...es256, use: 'enc' }, { ...es512 }, { kid: 'ES256' }]) {
      const twice = [es256, { ...second, kid: 'ES256' }];
      for (const keys of [
        [...twice, rsa],
        [rsa, ...twice.toReversed()],
      ]) {
        const fetch = answering(() => Response.json({ keys }));
        const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256', 'RS256'], fetch });
        expect(await outcomeOf(torii.verify(await token()))).toBe('key_unknown');
        const other = await sign('RS256', pairs.RS256.privateKey, {}, { kid: 'RS256' });
        expect(await outcomeOf(torii.verify(other))).toBe('accepted');
        const fixed = createJwtVerifier({ jwks: { keys: keys as JWK[] }, algorithms: ['ES256', 'RS256'] });
        expect(await outcomeOf(fixed.verify(await token()))).toBe('key_unknown');
      }
    }
  });

  test('reports a fetch with the key ids of the set', async () => {
    const onEvent = vi.fn();
    const fetch = answering(() => Response.json(jwks));
    await createJwtVerifier({ jwks: url, algorithms: ['ES256'], fetch, onEvent }).verify(await token());
    const kids = jwks.keys.map(({ kid }) => kid);
    expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ type: 'keys_fetched', url, kids }));
  });

  test('imports a key once, and again if it has changed', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
    try {
      const importKey = vi.spyOn(crypto.subtle, 'importKey');
      let set = jwks;
      const torii = createJwtVerifier({
        jwks: url,
        algorithms: ['ES256'],
        fetch: answering(() => Response.json(set)),
        clockTolerance: 300,
      });
      for (let i = 0; i < 4; i++) {
        expect(await outcomeOf(torii.verify(await token()))).toBe('accepted');
        vi.advanceTimersByTime(5 * 60_000);
      }
      expect(importKey).toHaveBeenCalledTimes(1);
      set = { keys: jwks.keys.map((jwk) => (jwk.kid === 'ES256' ? { ...jwk, use: 'sig' } : jwk)) };
      expect(await outcomeOf(torii.verify(await token()))).toBe('accepted');
      expect(importKey).toHaveBeenCalledTimes(2);
      importKey.mockRestore();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a token without a kid', () => {
  const nameless = (alg: 'ES256' | 'RS256') => sign(alg, pairs[alg].privateKey);
  const [rsa, es256, es512] = jwks.keys;
  test.each<[string, readonly unknown[], string]>([
    ['the only key', [es256], 'accepted'],
    ['the only key, which has no id', [{ ...es256, kid: undefined }], 'accepted'],
    ['the only key of its type', [rsa, es256, es512], 'accepted'],
    [
      'the only key for its algorithm and use',
      [es256, { ...es256, kid: 'x', use: 'enc' }, { ...es256, kid: 'y', alg: 'ES384' }],
      'accepted',
    ],
    ['one of two keys', [es256, { ...es256, kid: 'x' }], 'key_unknown'],
    ['no key', [rsa, es512], 'key_unknown'],
    ['a key for signing only', [{ ...es256, key_ops: ['sign'] }], 'key_unknown'],
    ['a key that is not on its curve', [{ ...es256, x: 'A'.repeat(43) }], 'key_unknown'],
  ])('is verified with %s', async (_name, keys, outcome) => {
    const set = JSON.parse(JSON.stringify({ keys }));
    const fetch = vi.fn(async () => Response.json(set));
    const isUsable = outcome === 'accepted' || keys.length > 1;
    if (!isUsable) {
      expect(() => createJwtVerifier({ jwks: set, algorithms: ['ES256', 'RS256'] })).toThrow(
        expect.objectContaining({ name: 'ToriiConfigError', option: 'jwks' }),
      );
    }
    for (const source of isUsable ? [set, 'https://login.test/nameless.json'] : ['https://login.test/nameless.json']) {
      const torii = createJwtVerifier({ jwks: source, algorithms: ['ES256', 'RS256'], fetch });
      expect(await outcomeOf(torii.verify(await nameless('ES256')))).toBe(outcome);
    }
  });
});

describe('[1] [9] a secret or key that changes after the verifier was created', () => {
  test.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array]>([
    ['a Uint8Array', (bytes) => bytes],
    ['a subclass whose slice shares memory, like Buffer', (bytes) => new Proxied(bytes.buffer)],
  ])('is copied: a secret in %s', async (_name, wrap) => {
    const given = bytes(secret);
    const torii = createJwtVerifier({ secret: wrap(given), algorithms: ['HS256'] });
    given.fill(0);
    const forged = await sign('HS256', new Uint8Array(given.length));
    expect(await outcomeOf(torii.verify(forged))).toBe('signature_invalid');
    expect(await outcomeOf(torii.verify(await sign('HS256', bytes(secret))))).toBe('accepted');
  });

  test('is copied: a JSON Web Key and a key set', async () => {
    const own = { ...jwks.keys[1], kid: 'ES256', key_ops: ['verify'] };
    const set = { keys: [own] };
    const options = [{ key: own }, { jwks: set }].map((source) => ({ ...source, algorithms: ['ES256'] as const }));
    const verifiers = options.map((given) => createJwtVerifier(given));
    own.key_ops.length = 0;
    Object.assign(own, jwks.keys[2]);
    set.keys.length = 0;
    const token = await sign('ES256', pairs.ES256.privateKey, {}, { kid: 'ES256' });
    for (const torii of verifiers) expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });
});

describe('[9] [28] an RSA key of 1024 bits', () => {
  test('is refused as an option, as PEM and as a JSON Web Key', async () => {
    const { publicKey } = await makeRsa(1024);
    const [spki, jwk] = [
      await crypto.subtle.exportKey('spki', publicKey),
      await crypto.subtle.exportKey('jwk', publicKey),
    ];
    for (const key of [pemOf(spki), jwkOf(jwk)]) {
      expect(() => createJwtVerifier({ key, algorithms: ['RS256'] })).toThrow(
        expect.objectContaining({ name: 'ToriiConfigError', option: 'key' }),
      );
    }
  });

  test('or of 2040 bits verifies nothing in a key set', async () => {
    for (const bits of [1024, 2040]) {
      const { publicKey, privateKey } = await makeRsa(bits);
      const jwk = jwkOf(await crypto.subtle.exportKey('jwk', publicKey));
      const [header, payload] = [base64url('{"alg":"RS256"}'), base64url(JSON.stringify({ sub: 'ada', exp: 2e9 * 2 }))];
      const signed = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, bytes(`${header}.${payload}`));
      const token = `${header}.${payload}.${base64url(new Uint8Array(signed))}`;
      const fetch = async () => Response.json({ keys: [jwk] });
      const torii = createJwtVerifier({ jwks: 'https://login.test/small.json', algorithms: ['RS256'], fetch });
      expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
      expect(() => createJwtVerifier({ jwks: { keys: [jwk] }, algorithms: ['RS256'] })).toThrow(
        expect.objectContaining({ name: 'ToriiConfigError', option: 'jwks' }),
      );
    }
  });
});

describe('[28] an RSA key with the exponent 1, with which anyone can sign,', () => {
  const bad = { ...jwks.keys[0], kid: 'bad', e: 'AQ' };
  const set = { keys: [bad, jwks.keys[0] ?? {}] };

  // The signature is the padded hash itself (EMSA-PKCS1-v1_5, RFC 8017 9.2).
  async function forge(): Promise<string> {
    const [header, payload] = [base64url('{"alg":"RS256","kid":"bad"}'), base64url('{"sub":"ada","exp":4000000000}')];
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(`${header}.${payload}`)));
    const info = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32, ...hash];
    const padded = [0, 1, ...Array.from({ length: 256 - 3 - info.length }, () => 255), 0, ...info];
    return `${header}.${payload}.${base64url(Uint8Array.from(padded))}`;
  }

  test.each<[string, JwtOptions]>([
    ['an option', { jwks: set, algorithms: ['RS256'] }],
    ['JSON text', { jwks: JSON.stringify(set), algorithms: ['RS256'] }],
    [
      'the answer of a URL',
      { jwks: 'https://login.test/weak.json', fetch: async () => Response.json(set), algorithms: ['RS256'] },
    ],
  ])('verifies nothing in %s', async (_name, options) => {
    const torii = createJwtVerifier(options);
    expect(await outcomeOf(torii.verify(await forge()))).toBe('key_unknown');
    const token = await sign('RS256', pairs.RS256.privateKey, {}, { kid: 'RS256' });
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });
});

/** Its `slice` shares memory, like the `slice` of Node's Buffer. */
class Proxied extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }
}

function makeRsa(modulusLength: number) {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function pemOf(spki: ArrayBuffer): string {
  const body = btoa(String.fromCharCode(...new Uint8Array(spki)));
  return `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----`;
}

function jwkOf({ n, e }: { readonly n?: string; readonly e?: string }): JWK {
  return { kty: 'RSA', n, e };
}
