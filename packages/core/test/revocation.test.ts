import { afterEach, describe, expect, test, vi } from 'vitest';
import { withToken } from '../src/auth-with-token.ts';
import {
  createTokenVerifier,
  isAuth,
  type RevocableToken,
  type RevocationSource,
  refuse,
  ToriiAuthError,
  ToriiUnavailableError,
  verifyToken,
} from '../src/index.ts';
import { digestOfToken, tokenDigestOf } from '../src/internal.ts';
import { issuer, mint, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { key, keys, makeSource, makeVerifier, sha256, twinOf } from './revocation-source.ts';

afterEach(() => vi.useRealTimers());

const requestWith = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('[40] an Auth of a guard with exposeToken has the digest of its token', async () => {
  const { torii } = makeVerifier(makeSource(() => 'accepted').source);
  const token = await mint(key);
  const auth = withToken(await torii.verify(token), token);
  expect(tokenDigestOf(auth)).toBe(await digestOfToken(token));
});

describe('[40] a revoked token', () => {
  test('is refused with a challenge that says invalid_token', async () => {
    const { torii } = makeVerifier(makeSource(() => 'revoked').source);
    const { denial } = await torii.check(requestWith(await mint(key)));
    expect(denial).toEqual({
      status: 401,
      headers: {
        'WWW-Authenticate': 'Bearer realm="torii", error="invalid_token", error_description="The token was revoked."',
        'Cache-Control': 'private, no-store',
        Vary: 'Authorization, Cookie',
      },
      body: { error: { code: 'authentication_failed', reason: 'token_revoked', message: 'The token was revoked.' } },
    });
  });

  test('is refused from its next request on, although the verifier remembers it', async () => {
    let verdict = 'accepted';
    const { torii, events } = makeVerifier(makeSource(() => verdict).source);
    const token = await mint(key);
    await torii.authenticate(requestWith(token));
    await torii.authenticate(requestWith(token));
    expect(events).toMatchObject([{ fromCache: false }, { fromCache: true }]);
    verdict = 'revoked';
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
    expect(await outcomeOf(torii.authenticate(requestWith(token)))).toBe('token_revoked');
  });

  test('is refused if the answer is a promise', async () => {
    let verdict = 'accepted';
    const { torii } = makeVerifier(makeSource(async () => verdict).source);
    const token = await mint(key);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    verdict = 'revoked';
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('token_revoked');
  });

  test('is refused by every function that takes the options of a verifier', async () => {
    const { source } = makeSource(() => 'revoked');
    const token = await mint(key);
    const options = { issuer, keys, revocations: source };
    expect(await outcomeOf(createTokenVerifier(options).verify(token))).toBe('token_revoked');
    expect(await outcomeOf(verifyToken(token, options))).toBe('token_revoked');
  });

  test('is refused with the other signature that verifies, (r, n - s)', async () => {
    const revoked = new Set<string>();
    const { source, asked } = makeSource(({ digest }) => (revoked.has(digest) ? 'revoked' : 'accepted'));
    const { torii } = makeVerifier(source);
    const token = await mint(key);
    const auth = await torii.verify(token);
    const twin = twinOf(token);
    expect(twin).not.toBe(token);
    expect(await outcomeOf(torii.verify(twin))).toBe('accepted');
    expect(new Set(asked.map(({ digest }) => digest)).size).toBe(1);
    revoked.add(tokenDigestOf(auth) ?? '');
    for (const text of [token, twin]) {
      expect(await outcomeOf(torii.verify(text))).toBe('token_revoked');
      expect(await outcomeOf(createTokenVerifier({ issuer, keys, revocations: source }).verify(text))).toBe(
        'token_revoked',
      );
    }
  });

  test('stays remembered: its signature is not verified again', async () => {
    const { source, asked } = makeSource(() => 'revoked');
    const { torii } = makeVerifier(source);
    const token = await mint(key);
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
    expect(asked[1]).toBe(asked[0]);
  });
});

describe('the source', () => {
  test('is not asked about a token that is refused for another reason', async () => {
    const { source, asked } = makeSource();
    const { torii } = makeVerifier(source);
    const token = await mint(key);
    await outcomeOf(torii.verify(await mint(key, { exp: nowSeconds() - 60 })));
    await outcomeOf(torii.verify(`${token.slice(0, -8)}AAAAAAAA`));
    await outcomeOf(torii.authenticate({ headers: {} }));
    await outcomeOf(torii.authenticate({ headers: {} }, { optional: true }));
    expect(asked).toEqual([]);
  });

  test('gets the same object for each request with a remembered token, and can mark it', async () => {
    const { source, asked } = makeSource((token) => {
      token.mark ??= {};
      return 'accepted';
    });
    const { torii } = makeVerifier(source);
    const token = await mint(key);
    const auth = await torii.verify(token);
    await torii.verify(token);
    await torii.verify(await mint(key, { sub: 'user_2' }));
    const [first, second, other] = asked;
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatchObject({ auth, digest: await digestOfToken(token) });
    expect(isAuth(first?.auth)).toBe(true);
  });

  test('is asked before the event `verified` and before the checks', async () => {
    const order: string[] = [];
    const { source } = makeSource(() => order.push('asked') && 'accepted');
    const { torii } = makeVerifier(source, {
      checks: [() => order.push('check') > 0],
      onEvent: ({ type }) => order.push(type),
    });
    await torii.verify(await mint(key));
    expect(order).toEqual(['asked', 'verified', 'check']);
  });

  test('refuses before a check runs, and only the refusal is reported', async () => {
    const check = vi.fn(() => true);
    const { torii, types } = makeVerifier(makeSource(() => 'revoked').source, { checks: [check] });
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('token_revoked');
    expect(check).not.toHaveBeenCalled();
    expect(types()).toEqual(['refused']);
  });

  test('does not replace the checks', async () => {
    const { torii } = makeVerifier(makeSource().source, { checks: [() => refuse('No.')] });
    expect(await outcomeOf(torii.verify(await mint(key)))).toBe('not_allowed');
  });

  test('is called as a method, and read once', async () => {
    let reads = 0;
    const { source, asked } = makeSource();
    const { check } = source;
    const called: unknown[] = [];
    const read = () => {
      reads += 1;
      return function (this: unknown, token: RevocableToken) {
        called.push(this);
        return check(token);
      };
    };
    const given = Object.defineProperty({ ...source }, 'check', { get: read, enumerable: true });
    const { torii } = makeVerifier(given);
    await torii.verify(await mint(key));
    await torii.verify(await mint(key));
    expect([asked.length, reads, called[0] === given]).toEqual([2, 1, true]);
  });
});

describe('[40] a request is refused with 503 unless the source gives an answer', () => {
  const thrown = new ToriiAuthError('token_expired', 'Expired.');
  test.each<[name: string, verdict: () => unknown, problem: string]>([
    ['says `unavailable`', () => 'unavailable', 'revocations.check: unavailable'],
    ['returns nothing', () => undefined, 'revocations.check: undefined'],
    ['returns null', () => null, 'revocations.check: null'],
    ['returns true', () => true, 'revocations.check: true'],
    ['returns false', () => false, 'revocations.check: false'],
    ['returns another text', () => 'ACCEPTED', 'revocations.check: ACCEPTED'],
    ['returns a text that is an object', () => Object('accepted'), 'revocations.check: {'],
    ['returns a list', () => ['accepted'], 'revocations.check: ["accepted"]'],
    ['returns a function', () => () => 'accepted', 'revocations.check: a function'],
    [
      'returns a thenable without a result',
      () => Object.fromEntries([['then', (done: () => void) => done()]]),
      'undefined',
    ],
    ['throws an error', () => fail(new Error('no connection')), 'revocations.check: no connection'],
    ['throws a text', () => fail('no connection'), 'revocations.check: no connection'],
    ['throws nothing', () => fail(undefined), 'revocations.check: undefined'],
    ['throws a refusal', () => fail(thrown), 'revocations.check: Expired.'],
    ['returns an object that throws when it is read', () => unreadable, 'revocations.check: unreadable'],
  ])('the source %s', async (_name, verdict, problem) => {
    const token = await mint(key);
    for (const check of [verdict, async () => verdict()]) {
      const { torii, events } = makeVerifier(makeSource(check).source);
      for (let i = 0; i < 2; i++) {
        const error = await torii.authenticate(requestWith(token)).catch((each: unknown) => each);
        expect(error).toBeInstanceOf(ToriiUnavailableError);
        expect(error).toMatchObject({
          reason: 'revocations_unavailable',
          status: 503,
          headers: { 'Retry-After': '1' },
        });
      }
      expect(events).toMatchObject([
        { type: 'refused', detail: { problem: expect.stringContaining(problem) } },
        { type: 'refused', detail: { problem: expect.stringContaining(problem) } },
      ]);
    }
  });

  test('the caller does not see why, and the cause is safe to log', async () => {
    const secret = Object.assign(new Error('redis://user:password@store failed'), { command: 'AUTH password' });
    const { torii } = makeVerifier(makeSource(() => fail(secret)).source);
    const error: unknown = await torii.verify(await mint(key)).catch((each: unknown) => each);
    expect(JSON.stringify(error)).not.toContain('store');
    expect(error).toMatchObject({ cause: { message: 'redis://store failed' } });
    expect(Object.keys((error as { cause: object }).cause)).not.toContain('command');
  });

  test('a token that was first seen during an outage is accepted after it, and reports to its verifier', async () => {
    let verdict = 'unavailable';
    const { torii, events } = makeVerifier(makeSource(() => verdict).source, {
      checks: [({ userId }) => userId !== ''],
    });
    const token = await mint(key);
    expect(await outcomeOf(torii.verify(token))).toBe('revocations_unavailable');
    verdict = 'accepted';
    const auth = await torii.verify(token);
    expect(events).toMatchObject([{ type: 'refused' }, { type: 'verified', fromCache: true }]);
    const { authorize } = await import('../src/index.ts');
    expect(await outcomeOf(authorize(auth, { headers: {} }, [() => refuse('No.')]))).toBe('not_allowed');
    expect(events.at(-1)).toMatchObject({ type: 'refused', error: { reason: 'not_allowed' } });
  });

  test('an answer that comes after the token has expired lets nothing through', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await mint(key);
    const { torii } = makeVerifier(
      makeSource(async () => {
        vi.setSystemTime(Date.now() + 331_000);
        return 'accepted';
      }).source,
    );
    expect(await outcomeOf(torii.verify(token))).toBe('token_expired');
  });
});

describe('[41] a token that lives longer than its revocation is remembered', () => {
  test.each([
    [3600, 'accepted'],
    [3600.001, 'token_lifetime_refused'],
    [3601, 'token_lifetime_refused'],
    [86_400, 'token_lifetime_refused'],
    [Number.MAX_SAFE_INTEGER - 2_000_000_000, 'token_lifetime_refused'],
  ])('%d seconds: %s', async (seconds, outcome) => {
    const { source, asked } = makeSource();
    const { torii, events } = makeVerifier(source);
    const iat = nowSeconds();
    expect(await outcomeOf(torii.verify(await mint(key, { iat, exp: iat + seconds })))).toBe(outcome);
    expect(asked).toHaveLength(outcome === 'accepted' ? 1 : 0);
    if (outcome !== 'accepted')
      expect(events).toMatchObject([
        {
          error: { message: 'The token lives too long.' },
          detail: { claim: 'exp', expected: ['iat + 3600'] },
        },
      ]);
  });

  test('is refused near its end, too: the time since `iat` counts', async () => {
    const { torii } = makeVerifier(makeSource().source);
    const now = nowSeconds();
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now - 3500, exp: now + 101 })))).toBe(
      'token_lifetime_refused',
    );
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now - 3500, exp: now + 100 })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { iat: 0, exp: now + 100 })))).toBe('token_lifetime_refused');
  });

  test('`nbf` does not shorten a lifetime', async () => {
    const { torii } = makeVerifier(makeSource().source);
    const now = nowSeconds();
    expect(await outcomeOf(torii.verify(await mint(key, { iat: now - 4000, nbf: now, exp: now + 60 })))).toBe(
      'token_lifetime_refused',
    );
  });

  test('is refused each time, and `maxTokenSeconds` cannot be raised later', async () => {
    const { source } = makeSource();
    const { torii } = makeVerifier(source);
    const token = await mint(key, { exp: nowSeconds() + 7200 });
    expect(await outcomeOf(torii.verify(token))).toBe('token_lifetime_refused');
    Object.assign(source, { maxTokenSeconds: 86_400 });
    expect(await outcomeOf(torii.verify(token))).toBe('token_lifetime_refused');
  });

  test('without revocations a token may live as long as its issuer says', async () => {
    expect(await outcomeOf(verifyToken(await mint(key, { exp: nowSeconds() + 1e9 }), { issuer, keys }))).toBe(
      'accepted',
    );
  });
});

describe('the digest of a token', () => {
  test('is SHA-256 of header and payload, as base64url', async () => {
    const { torii } = makeVerifier(makeSource().source);
    for (let i = 0; i < 20; i++) {
      const token = await mint(key, { jti: `${i}` });
      const digest = await sha256(token.slice(0, token.lastIndexOf('.')));
      expect(digest).toMatch(/^[\w-]{43}$/);
      expect([tokenDigestOf(await torii.verify(token)), await digestOfToken(token)]).toEqual([digest, digest]);
    }
  });

  test('is not computed without revocations', async () => {
    const auth = await verifyToken(await mint(key), { issuer, keys });
    expect(tokenDigestOf(auth)).toBeUndefined();
  });

  test('of a copy of an Auth is unknown', async () => {
    const { torii } = makeVerifier(makeSource().source);
    expect(tokenDigestOf({ ...(await torii.verify(await mint(key))) })).toBeUndefined();
  });

  test.each(['', 'a.b', 'a.b.c', 'a.b.c.d', 'x'.repeat(20_000)])('of a text that is not a token: %s', async (text) => {
    expect(await outcomeOf(digestOfToken(text))).toBe('token_malformed');
  });
});

describe('[17] prototype pollution', () => {
  const polluted = (fields: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(fields))
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
    return {
      [Symbol.dispose]() {
        for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name);
      },
    };
  };

  test('lets no revoked token through', async () => {
    const { torii } = makeVerifier(makeSource(() => 'revoked').source);
    const token = await mint(key);
    using _ = polluted({ refuseRevoked: () => {}, revocable: undefined, verdict: 'accepted', mark: 'accepted' });
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
    expect(await outcomeOf(torii.verify(token))).toBe('token_revoked');
  });

  test('supplies no part of a source', async () => {
    using _ = polluted({ check: () => 'accepted', maxTokenSeconds: 86_400 });
    const { check: _check, ...others } = makeSource().source;
    expect(() => makeVerifier(others as RevocationSource)).toThrow('`revocations` must be');
  });

  test('supplies no source', async () => {
    const { source, asked } = makeSource(() => 'revoked');
    using _ = polluted({ revocations: source, maxTokenSeconds: 1, refuseRevoked: () => fail(new Error('polluted')) });
    expect(await outcomeOf(verifyToken(await mint(key), { issuer, keys }))).toBe('accepted');
    expect(asked).toEqual([]);
  });
});

const unreadable = new Proxy(
  {},
  {
    get: () => fail(new Error('unreadable')),
    getPrototypeOf: () => fail(new Error('unreadable')),
  },
);

function fail(thrown: unknown): never {
  throw thrown;
}
