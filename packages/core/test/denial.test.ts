import { describe, expect, test } from 'vitest';
import {
  type AuthReason,
  createVerifier,
  denialFor,
  type Reason,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
  type UnavailableReason,
} from '../src/index.ts';
import { issuer, makeKey, mint, nowSeconds } from './mint.ts';

/** What the challenge of each 401 says. */
const challenges = {
  token_missing: 'nothing',
  scheme_unsupported: 'nothing',
  header_malformed: 'invalid_token',
  token_malformed: 'invalid_token',
  algorithm_refused: 'invalid_token',
  key_unknown: 'invalid_token',
  signature_invalid: 'invalid_token',
  token_expired: 'invalid_token',
  token_not_yet_valid: 'invalid_token',
  token_revoked: 'invalid_token',
  token_lifetime_refused: 'invalid_token',
  issuer_refused: 'invalid_token',
  audience_refused: 'invalid_token',
  environment_refused: 'invalid_token',
  claim_missing: 'invalid_token',
  claim_malformed: 'invalid_token',
} satisfies Record<AuthReason, 'nothing' | 'invalid_token'>;

const unavailable = {
  keys_unavailable: 503,
  policy_unavailable: 503,
  revocations_unavailable: 503,
  token_unavailable: 503,
} satisfies Record<UnavailableReason, number>;
const others = { request_malformed: 400, not_allowed: 403 } satisfies Record<
  Exclude<Reason, AuthReason | UnavailableReason>,
  number
>;

const reasonsWith = (says: string) =>
  Object.entries(challenges).flatMap(([reason, challenge]) => (challenge === says ? [reason as AuthReason] : []));
const silent = reasonsWith('nothing');
const told = reasonsWith('invalid_token');

const uncached = { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' };

describe('denialFor', () => {
  test.each(silent)('[15] %s is 401 with a challenge without an error code', (reason) => {
    expect(denialFor(new ToriiAuthError(reason, 'What is wrong.'))).toEqual({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer realm="torii"', ...uncached },
      body: { error: { code: 'authentication_failed', reason, message: 'What is wrong.' } },
    });
  });

  test.each(told)('[15] %s is 401 with invalid_token', (reason) => {
    expect(denialFor(new ToriiAuthError(reason, 'What is wrong.'))).toEqual({
      status: 401,
      headers: {
        'WWW-Authenticate': 'Bearer realm="torii", error="invalid_token", error_description="What is wrong."',
        ...uncached,
      },
      body: { error: { code: 'authentication_failed', reason, message: 'What is wrong.' } },
    });
  });

  test('[15] an ambiguous request is 400, without a challenge', () => {
    expect(denialFor(new ToriiRequestError('The path can be read in two ways.'))).toEqual({
      status: others.request_malformed,
      headers: uncached,
      body: {
        error: { code: 'bad_request', reason: 'request_malformed', message: 'The path can be read in two ways.' },
      },
    });
  });

  test('[15] a forbidden request is 403 with insufficient_scope', () => {
    expect(denialFor(new ToriiForbiddenError('Not yours.'))).toEqual({
      status: others.not_allowed,
      headers: {
        'WWW-Authenticate': 'Bearer realm="torii", error="insufficient_scope", error_description="Not yours."',
        ...uncached,
      },
      body: { error: { code: 'forbidden', reason: 'not_allowed', message: 'Not yours.' } },
    });
  });

  test.each(Object.keys(unavailable) as UnavailableReason[])(
    '[15] %s is 503 with Retry-After, without a challenge',
    (reason) => {
      expect(denialFor(new ToriiUnavailableError(reason, 'Later.', { retryAfterSeconds: 7 }))).toEqual({
        status: unavailable[reason],
        headers: { 'Retry-After': '7', ...uncached },
        body: { error: { code: 'unavailable', reason, message: 'Later.' } },
      });
    },
  );

  test.each<[number | undefined, string]>([
    [undefined, '1'],
    [0, '1'],
    [-5, '1'],
    [0.2, '1'],
    [1, '1'],
    [1.001, '2'],
    [8.9, '9'],
    [60, '60'],
    [Number.NaN, '1'],
    [Number.NEGATIVE_INFINITY, '1'],
    [Number.POSITIVE_INFINITY, '86400'],
    [1e21, '86400'],
  ])('[15] Retry-After is a whole number of seconds from 1 to 86400: %s', (retryAfterSeconds, header) => {
    const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    expect(denialFor(new ToriiUnavailableError('keys_unavailable', 'Later.', options))?.headers['Retry-After']).toBe(
      header,
    );
  });

  test('[15] Response.json accepts a denial', async () => {
    const denial = denialFor(new ToriiAuthError('token_expired', 'The token has expired.'));
    if (denial === undefined) throw new Error('unreachable');
    const response = Response.json(denial.body, denial);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('vary')).toBe('Authorization, Cookie');
    expect(await response.json()).toEqual(denial.body);
  });

  test('[20] every denial forbids caching, and denials share no mutable state', () => {
    const error = new ToriiAuthError('token_missing', 'No token was sent.');
    const [one, two] = [denialFor(error), denialFor(error)];
    Object.assign(one?.headers ?? {}, { 'Cache-Control': 'public' });
    expect(two?.headers['Cache-Control']).toBe('private, no-store');
    expect(denialFor(error)?.headers['Cache-Control']).toBe('private, no-store');
  });
});

describe('the description of a challenge', () => {
  test.each([
    ['a quote', 'a"b', 'ab'],
    ['a quote that would end the description', 'x", error="none', 'x, error=none'],
    ['a backslash', 'a\\b', 'ab'],
    ['CR LF and a header', 'a\r\nSet-Cookie: x=1', 'aSet-Cookie: x=1'],
    ['NUL', 'a\0b', 'ab'],
    ['a tab', 'a\tb', 'ab'],
    ['DEL', 'a\x7fb', 'ab'],
    ['letters beyond ASCII', 'smørrebrød 東京 👋', 'smrrebrd  '],
    ['half of a surrogate pair', 'a\uD800b', 'ab'],
    ['a line separator', 'a\u2028b', 'ab'],
    ['only characters that are dropped', 'æøå', ''],
    ['nothing', '', ''],
    [
      'every character that is allowed',
      " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~",
      " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~",
    ],
  ])('[15] drops characters that RFC 6750 does not allow: %s', (_name, message, description) => {
    const denial = denialFor(new ToriiForbiddenError(message));
    expect(denial?.headers['WWW-Authenticate']).toBe(
      `Bearer realm="torii", error="insufficient_scope", error_description="${description}"`,
    );
    expect(() => new Headers(denial?.headers)).not.toThrow();
    expect(denial?.body.error.message).toBe(message);
  });
});

test('[15] a challenge stays short enough for proxies, however long the message', () => {
  const denial = denialFor(new ToriiForbiddenError('a'.repeat(100_000)));
  expect(denial?.headers['WWW-Authenticate']?.length).toBeLessThan(1_000);
});

describe('other errors', () => {
  class Foreign extends Error {
    readonly code = 'authentication_failed';
    readonly reason = 'token_expired';
    readonly status = 401;
  }

  test.each<[string, unknown]>([
    ['an error', new Error('x')],
    ['a TypeError', new TypeError('x')],
    ['a foreign error with the same code and reason', new Foreign('x')],
    [
      'a foreign error with the same name',
      Object.assign(new Error('x'), { name: 'ToriiAuthError', reason: 'token_expired' }),
    ],
    [
      'an object with the same fields',
      { name: 'ToriiAuthError', code: 'authentication_failed', reason: 'token_expired', message: 'x' },
    ],
    ['an object that inherits from a ToriiAuthError', Object.create(new ToriiAuthError('token_expired', 'x'))],
    ['the JSON of a ToriiAuthError', new ToriiAuthError('token_expired', 'x').toJSON()],
    ['a wrong option', new ToriiConfigError('issuer', 'x')],
    ['an error caused by a ToriiAuthError', new Error('x', { cause: new ToriiAuthError('token_expired', 'x') })],
    ['the class itself', ToriiAuthError],
    ['a text', 'token_expired'],
    ['a number', 401],
    ['undefined', undefined],
    ['null', null],
    ['true', true],
  ])('[15] have no denial: %s', (_name, error) => {
    expect(denialFor(error)).toBeUndefined();
  });

  test('[15] have no denial: a ToriiError that is not a refusal', () => {
    class ToriiApiError extends ToriiError {
      override readonly code = 'api';
    }
    expect(denialFor(new ToriiApiError('x'))).toBeUndefined();
  });

  test('[15] a subclass of ToriiAuthError has the denial of a ToriiAuthError', () => {
    class Expired extends ToriiAuthError {
      constructor() {
        super('token_expired', 'x');
      }
    }
    expect(denialFor(new Expired())).toMatchObject({ status: 401 });
  });
});

describe('a denial', async () => {
  const key = await makeKey('kid-of-ours');
  const torii = createVerifier({
    issuer: [issuer, 'https://second.torii.test'],
    audience: 'https://api.expected.test',
    environmentId: 'env_expected',
    fetch: async () => Response.json({ keys: [key.publicJwk] }),
    checks: [() => false],
  });
  const stranger = await makeKey('kid-of-stranger');
  const good = { aud: 'https://api.expected.test', pid: 'env_expected' };

  test.each<[string, () => Promise<string>, AuthReason | 'not_allowed']>([
    ['another issuer', () => mint(key, { ...good, iss: 'https://evil.test' }), 'issuer_refused'],
    ['another audience', () => mint(key, { ...good, aud: 'https://evil.test' }), 'audience_refused'],
    ['another environment', () => mint(key, { ...good, pid: 'env_other' }), 'environment_refused'],
    ['an expired token', () => mint(key, { ...good, exp: nowSeconds() - 1234 }), 'token_expired'],
    ['an unknown key', () => mint(stranger, good), 'key_unknown'],
    ['a bad signature', () => mint(stranger, good, { kid: key.kid }), 'signature_invalid'],
    ['another algorithm', () => mint(key, good, { alg: 'RS256' }), 'algorithm_refused'],
    ['a missing claim', () => mint(key, { ...good, sub: undefined }), 'claim_missing'],
    ['a check', () => mint(key, good), 'not_allowed'],
  ])('[16] contains neither the expected nor the received value: %s', async (_name, forge, reason) => {
    const { denial } = await torii.check({ authorization: `Bearer ${await forge()}` });
    expect(denial?.body.error.reason).toBe(reason);
    const text = JSON.stringify(denial);
    expect(text).not.toMatch(/eyJ|expected|evil|torii\.test|env_|kid-of|user_1|ES256K|RS256|\.ts:/);
  });
});
