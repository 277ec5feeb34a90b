import { describe, expect, test, vi } from 'vitest';
import { createJwtVerifier, type JwtOptions } from '../src/jwt.ts';
import { jwks, pairs, pem, secret, sign } from './jwt-mint.ts';
import { outcomeOf } from './outcome.ts';

describe('[9] [28] options that are refused', () => {
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
    ['jwks', { jwks: { keys: [] }, ...es }],
    ['jwks', { jwks: { keys: [{ kty: 'oct', k: 'AA' }] }, ...es }],
    ['jwks', { jwks: { keys: [{ ...jwks.keys[1], d: 'x' }] }, ...es }],
    ['jwks', { jwks, algorithms: ['HS256'] }],
    ['jwks', { jwks: 'http://login.test/jwks.json', ...es }],
    ['jwks', { jwks: 'login.test/jwks.json', ...es }],
    ['issuer', { secret, algorithms: ['HS256'], issuer: undefined }],
    ['issuer', { secret, algorithms: ['HS256'], issuer: [] }],
    ['audience', { secret, algorithms: ['HS256'], audience: '' }],
    ['clockTolerance', { secret, algorithms: ['HS256'], clockTolerance: 301 }],
    ['userId', { secret, algorithms: ['HS256'], claims: { userId: '' } }],
    ['roles', { secret, algorithms: ['HS256'], claims: { roles: 'x' } }],
    ['keys', { secret, algorithms: ['HS256'], keys: jwks }],
    ['options', undefined],
  ])('%s: %#', (option, options) => {
    expect(() => createJwtVerifier(options as JwtOptions)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });

  test('a key that is none is told to the developer, not to the caller', async () => {
    const torii = createJwtVerifier({
      key: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
      algorithms: ['RS256'],
    });
    await expect(torii.verify(await sign('RS256', pairs.RS256.privateKey))).rejects.toMatchObject({ option: 'key' });
  });
});

describe('a key set behind a URL', () => {
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

  test('is not fetched for a token of another algorithm, issuer or time', async () => {
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
    ['what is not JSON', () => new Response('<html>')],
    ['what is no key set', () => Response.json({ keys: 'none' })],
    ['a private key', () => Response.json({ keys: [{ kty: 'EC', d: 'x' }] })],
    ['a megabyte', () => new Response('x'.repeat(1_000_000))],
    [
      'nothing at all',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
  ])('that answers %s is 503 and not 401, and is not stormed', async (_name, answer) => {
    const fetch = answering(answer);
    const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256'], fetch });
    for (let i = 0; i < 3; i++) expect(await outcomeOf(torii.verify(await token()))).toBe('keys_unavailable');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('unknown key ids cause no further fetch right away', async () => {
    const fetch = answering(() => Response.json(jwks));
    const torii = createJwtVerifier({ jwks: url, algorithms: ['ES256'], fetch });
    for (let i = 0; i < 20; i++) {
      const unknown = await sign('ES256', pairs.ES256.privateKey, {}, { kid: `new-${i}` });
      expect(await outcomeOf(torii.verify(unknown))).toBe('key_unknown');
    }
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
