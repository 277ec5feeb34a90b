import { describe, expect, test, vi } from 'vitest';
import * as adapter from '../src/adapter.ts';
import * as surface from '../src/index.ts';
import {
  createVerifier,
  denialFor,
  type RequestLike,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
  type VerifierEvent,
  type VerifierEventListener,
  type VerifierOptions,
} from '../src/index.ts';
import * as internal from '../src/internal.ts';
import { base64url, issuer, makeKey, mint, nowSeconds, signText } from './mint.ts';

/** All exports of one copy of the package. */
const core = { ...surface, ...adapter, ...internal };

const key = await makeKey();
const stranger = await makeKey();
const jwks = { keys: [key.publicJwk] };

const ours = {
  ToriiAuthError: new ToriiAuthError('token_expired', 'The token has expired.'),
  ToriiRequestError: new ToriiRequestError('The path can be read in two ways.'),
  ToriiForbiddenError: new ToriiForbiddenError('Not yours.'),
  ToriiUnavailableError: new ToriiUnavailableError('keys_unavailable', 'Later.'),
  ToriiConfigError: new ToriiConfigError('issuer', '`issuer` is undefined.'),
};
const classes = { ToriiAuthError, ToriiRequestError, ToriiForbiddenError, ToriiUnavailableError, ToriiConfigError };

describe('instanceof', () => {
  test.each(Object.entries(ours))('distinguishes %s from the other classes', (name, error) => {
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof ToriiError).toBe(true);
    const matching = Object.entries(classes).filter(([, type]) => error instanceof type);
    expect(matching.map(([matched]) => matched)).toEqual([name]);
    expect(error.name).toBe(name);
  });

  test('recognizes instances of a subclass, and does not match the subclass for its parent', () => {
    class Expired extends ToriiAuthError {}
    const expired = new Expired('token_expired', 'x');
    expect(expired instanceof Expired).toBe(true);
    expect(expired instanceof ToriiAuthError).toBe(true);
    expect(expired instanceof ToriiError).toBe(true);
    expect(expired instanceof ToriiForbiddenError).toBe(false);
    expect(ours.ToriiAuthError instanceof Expired).toBe(false);
  });

  test.each<[string, unknown]>([
    ['a foreign error', new Error('x')],
    ['a foreign error with the same name', Object.assign(new Error('x'), { name: 'ToriiAuthError' })],
    [
      'a foreign error with the same code',
      Object.assign(new Error('x'), { code: 'authentication_failed', reason: 'token_expired' }),
    ],
    ['an object that inherits from one', Object.create(ours.ToriiAuthError)],
    ['the prototype', ToriiAuthError.prototype],
    ['a copy', { ...ours.ToriiAuthError }],
    ['its JSON', JSON.parse(JSON.stringify(ours.ToriiAuthError))],
    ['a brand that is not a list', Object.assign(new Error('x'), { [Symbol.for('torii.error')]: 'ToriiAuthError' })],
    ['a text', 'ToriiAuthError'],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => {}],
  ])('is false for %s', (_name, value) => {
    expect(value instanceof ToriiError).toBe(false);
    expect(value instanceof ToriiAuthError).toBe(false);
  });
});

describe('toJSON', () => {
  test.each<[string, ToriiError, object]>([
    [
      'ToriiAuthError',
      ours.ToriiAuthError,
      { code: 'authentication_failed', reason: 'token_expired', message: 'The token has expired.' },
    ],
    [
      'ToriiRequestError',
      ours.ToriiRequestError,
      { code: 'bad_request', reason: 'request_malformed', message: 'The path can be read in two ways.' },
    ],
    [
      'ToriiForbiddenError',
      ours.ToriiForbiddenError,
      { code: 'forbidden', reason: 'not_allowed', message: 'Not yours.' },
    ],
    [
      'ToriiUnavailableError',
      ours.ToriiUnavailableError,
      { code: 'unavailable', reason: 'keys_unavailable', message: 'Later.' },
    ],
    [
      'ToriiConfigError',
      ours.ToriiConfigError,
      {
        code: 'configuration_invalid',
        message: '`issuer` is undefined. See https://torii.so/docs/typescript/troubleshooting#issuer',
      },
    ],
  ])('of %s contains name, code, reason and message', (name, error, expected) => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name, ...expected });
  });

  test('[16] contains neither stack nor cause', () => {
    const error = new ToriiAuthError('token_expired', 'x', { cause: new Error('eyJsecret') });
    expect(error.cause).toBeInstanceOf(Error);
    expect(Object.keys(error.toJSON())).toEqual(['name', 'code', 'reason', 'message']);
    expect(JSON.stringify(error)).not.toContain('eyJ');
  });
});

/** Refused requests, with a token in every place where a token can be. */
async function refusedRequests(): Promise<[name: string, request: RequestLike, tokens: string[]][]> {
  const good = await mint(key);
  const alien = await mint(stranger);
  const expired = await mint(key, { exp: nowSeconds() - 600 });
  const header = (name: string, token: string): [string, RequestLike, string[]] => {
    return [name, { authorization: `Bearer ${token}` }, [token]];
  };
  return [
    header('an expired token', expired),
    header('a token that is not valid yet', await mint(key, { nbf: nowSeconds() + 600 })),
    header('a bad signature', alien),
    header('an unknown key', await mint(stranger, {}, { kid: 'another' })),
    header('another algorithm', await mint(key, {}, { alg: 'RS256' })),
    header('a missing claim', await mint(key, { sub: undefined })),
    header('a claim that cannot be read', await mint(key, { act: good })),
    header('another environment', await mint(key, { pid: 'env_2' })),
    header('another audience', await mint(key, { aud: 'web' })),
    header('one part too many', `${good}.${good.split('.')[2]}`),
    header('one part too few', good.split('.').slice(0, 2).join('.')),
    header('no JSON', await signText(key, '{"alg":"ES256","kid":"key-1"}', 'eyJhbGciOiJ: this is no JSON')),
    header('padding', `${good}=`),
    header('a token that is too long', await mint(key, { pad: 'x'.repeat(20_000) })),
    header('a token as the issuer', await mint(key, { iss: alien })),
    header('a token as the audience', await mint(key, { aud: alien })),
    header('a token in a list of audiences', await mint(key, { aud: ['web', alien] })),
    header('a token as the environment', await mint(key, { aud: 'api', pid: alien })),
    header('a token as the key id', await mint(key, { aud: 'api', pid: 'env_1' }, { kid: alien })),
    header(
      'a token as the key id, signed by another key',
      await mint(stranger, { aud: 'api', pid: 'env_1' }, { kid: `x${alien}` }),
    ),
    header('a token late in a long claim', await mint(key, { iss: `https://${'x'.repeat(300)}${alien}` })),
    ['another scheme', { authorization: `Token ${good}` }, [good]],
    ['no scheme', { authorization: good }, [good]],
    ['two tokens', { authorization: `Bearer ${good} ${alien}` }, [good, alien]],
    ['two headers', { authorization: [`Bearer ${good}`, `Bearer ${alien}`] }, [good, alien]],
    ['a newline', { authorization: `Bearer ${good}\n` }, [good]],
    ['two cookies', { method: 'GET', headers: { cookie: `token=${good}; token=${alien}` } }, [good, alien]],
    ['a bad cookie', { method: 'GET', headers: { cookie: `token=${expired}` } }, [expired]],
    ['a cookie in quotes', { method: 'GET', headers: { cookie: `token="${good}"` } }, [good]],
    [
      'a cookie from elsewhere',
      { method: 'POST', headers: { cookie: `token=${good}`, origin: 'https://evil.test' } },
      [good],
    ],
    ['a token in the query', { method: 'GET', url: `/orders?access_token=${good}`, headers: {} }, [good]],
    ['a token in the path', { method: 'GET', url: `/reset/${good}`, headers: {} }, [good]],
  ];
}

/** Options that enable every check. Each call returns a new fetch function, and so an empty key cache. */
function strict(): VerifierOptions {
  const fetch = async () => Response.json(jwks);
  return { issuer, audience: 'api', environmentId: 'env_1', cookie: 'token', fetch };
}

/** Everything that an error and its causes can print. */
function textOf(error: unknown): string {
  const shown: string[] = [];
  for (let next = error; next instanceof Error; next = next.cause) {
    const own = Reflect.ownKeys(next).map((name) => String(Reflect.get(next as object, name)));
    shown.push(String(next), next.message, next.stack ?? '', JSON.stringify(next), ...own);
  }
  return shown.join('\n');
}

function expectNoToken(text: string, tokens: readonly string[]): void {
  expect(text).not.toContain('eyJ');
  const parts = tokens.flatMap((token) => token.split('.')).filter((part) => part.length >= 20);
  for (const part of parts) {
    expect(text).not.toContain(part);
    expect(text).not.toContain(part.slice(0, 20));
    expect(text).not.toContain(part.slice(-20));
  }
}

describe('tokens are not leaked', async () => {
  const requests = await refusedRequests();

  test.each(requests)('[16] in the error, the denial or an event: %s', async (_name, request, tokens) => {
    const events: VerifierEvent[] = [];
    const torii = createVerifier({ ...strict(), onEvent: (event) => events.push(event) });
    const error: unknown = await torii.authenticate(request).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ToriiAuthError);
    expectNoToken(textOf(error), tokens);
    expectNoToken(JSON.stringify(denialFor(error)), tokens);
    expectNoToken(JSON.stringify((await torii.check(request)).denial), tokens);

    expect(events.filter((event) => event.type === 'refused')).toHaveLength(2);
    for (const event of events) {
      expectNoToken(JSON.stringify(event), tokens);
      if (event.type === 'refused') expectNoToken(textOf(event.error), tokens);
    }
  });

  test.each(requests)('[16] if auth is optional or the path is public: %s', async (_name, request, tokens) => {
    const events: VerifierEvent[] = [];
    const options = { ...strict(), publicPaths: ['/reset/*'], allowPreflight: true };
    const torii = createVerifier({ ...options, onEvent: (event) => events.push(event) });
    await torii.check(request, { optional: true });
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expectNoToken(JSON.stringify(event), tokens);
  });

  test('[16] if the keys cannot be fetched', async () => {
    const token = await mint(key, { aud: 'api', pid: 'env_1' });
    const failing = [
      async () => Promise.reject(new Error(`refused: ${token}`)),
      async () => new Response(token, { status: 500 }),
      async () => new Response(token),
      async () => Response.json({ keys: token }),
      async () => Response.redirect(`https://evil.test/?${token}`),
    ];
    for (const fetch of failing) {
      const events: VerifierEvent[] = [];
      const torii = createVerifier({ ...strict(), fetch, onEvent: (event) => events.push(event) });
      const error = await torii.verify(token).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ToriiUnavailableError);
      expectNoToken(textOf(error) + JSON.stringify(events) + JSON.stringify(denialFor(error)), [token]);
      expect(events.map((event) => event.type)).toEqual(['keys_failed', 'refused']);
    }
  });

  test('[16] if the token is accepted', async () => {
    const events: VerifierEvent[] = [];
    const token = await mint(key, { aud: 'api', pid: 'env_1' });
    const torii = createVerifier({ ...strict(), onEvent: (event) => events.push(event) });
    for (let i = 0; i < 2; i++) await torii.authenticate({ authorization: `Bearer ${token}` });
    expect(events.map((event) => event.type)).toEqual(['keys_fetched', 'verified', 'verified']);
    expectNoToken(JSON.stringify(events), [token]);
  });
});

describe('the detail of a refused event', () => {
  async function refusal(claims: Record<string, unknown>, header: Record<string, unknown> = {}, signer = key) {
    const events: VerifierEvent[] = [];
    const torii = createVerifier({ ...strict(), onEvent: (event) => events.push(event) });
    await torii.check({ authorization: `Bearer ${await mint(signer, { aud: 'api', ...claims }, header)}` });
    const last = events.at(-1);
    if (last?.type !== 'refused') throw new Error('Nothing was refused.');
    return last;
  }

  test.each<[string, Record<string, unknown>, object]>([
    ['another issuer', { iss: 'https://evil.test' }, { claim: 'iss', actual: 'https://evil.test', expected: [issuer] }],
    ['another audience', { aud: ['a', 'b'] }, { claim: 'aud', actual: '["a","b"]', expected: ['api'] }],
    ['another environment', { pid: 'env_2' }, { claim: 'pid', actual: 'env_2', expected: ['env_1'] }],
    ['an expiry', { exp: 12 }, { claim: 'exp', actual: '12' }],
    ['an issue time', { iat: 9e9 }, { claim: 'iat', actual: '9000000000' }],
    ['a claim that is missing', { sub: undefined }, { claim: 'sub' }],
    ['a malformed claim', { exp: 'soon' }, { claim: 'exp' }],
    ['a malformed actor', { act: 'admin' }, { claim: 'act' }],
    ['a malformed organization', { o: 7 }, { claim: 'o' }],
  ])('contains what was found and what was expected: %s', async (_name, claims, detail) => {
    expect((await refusal(claims)).detail).toEqual(detail);
  });

  test('contains the key id', async () => {
    expect((await refusal({}, { kid: 'key-2' })).detail).toEqual({ kid: 'key-2' });
    expect((await refusal({}, {}, stranger)).detail).toEqual({ kid: 'key-1' });
  });

  test.each([
    ['a token', 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA'],
    ['a token after other text', 'x eyJhbGciOiJFUzI1NiJ9.e30.AAAA'],
    ['a token late in a long text', `${'x'.repeat(500)}eyJhbGciOiJFUzI1NiJ9`],
    ['a secret key', 'sk_live_abc'],
    ['a secret key for tests', 'sk_test_abc'],
    ['a webhook secret', 'whsec_abc'],
    [
      'a token whose header begins with a blank',
      `${base64url('{ "alg":"ES256" }')}.${'a'.repeat(40)}.${'b'.repeat(86)}`,
    ],
  ])('[16] withholds %s', async (_name, secret) => {
    expect((await refusal({ iss: secret })).detail.actual).toBe('[withheld]');
    expect((await refusal({ aud: secret })).detail.actual).toBe('[withheld]');
    expect((await refusal({ aud: ['x', secret] })).detail.actual).toBe('[withheld]');
    expect((await refusal({ pid: secret })).detail.actual).toBe('[withheld]');
    expect((await refusal({}, { kid: secret })).detail.kid).toBe('[withheld]');
  });

  test.each([
    ['a line break', 'a\r\nINFO forged', 'a??INFO forged'],
    ['an escape sequence', '\u001b[2Jx', '?[2Jx'],
    ['NUL and DEL', 'a\0b\x7f', 'a?b?'],
    ['a right-to-left override', 'a\u202Eb', 'a?b'],
    ['non-ASCII letters', 'æ', '?'],
    ['a line separator', 'a\u2028b', 'a?b'],
  ])('[16] replaces %s, which could forge log lines', async (_name, text, shown) => {
    expect((await refusal({ iss: text })).detail.actual).toBe(shown);
    expect((await refusal({ pid: text })).detail.actual).toBe(shown);
    expect((await refusal({}, { kid: text })).detail.kid).toBe(shown);
  });

  test('[16] shortens long claims', async () => {
    const long = 'x'.repeat(5_000);
    expect((await refusal({ iss: long })).detail.actual).toBe(`${'x'.repeat(200)}…`);
    expect((await refusal({ aud: [long, long] })).detail.actual).toHaveLength(201);
    expect((await refusal({}, { kid: long })).detail.kid).toHaveLength(201);
  });

  test.each<[string, string]>([
    ['a line break', '/a\r\nINFO forged'],
    ['NUL', '/a\0'],
    ['an escape sequence', '/\u001b[2J'],
    ['ten thousand characters', `/${'x'.repeat(10_000)}`],
  ])('[16] escapes or shortens a path with %s', async (_name, url) => {
    const events: VerifierEvent[] = [];
    const torii = createVerifier({ ...strict(), onEvent: (event) => events.push(event) });
    await torii.authenticate({ method: 'GET', url, headers: {} }, { optional: true });
    const [event] = events;
    if (event?.type !== 'passed') throw new Error('Nothing passed.');
    expect(event.path).toMatch(/^\/[\x20-\x7E]*…?$/);
    expect(event.path?.length).toBeLessThanOrEqual(201);
  });
});

describe('a listener', () => {
  const fail = (): never => {
    throw new Error('listener');
  };
  const failing: [string, () => unknown][] = [
    ['throws', fail],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['rejects later', () => Promise.resolve().then(fail)],
    ['returns a promise that never settles', () => new Promise(() => {})],
    ['returns a thenable that throws', () => Object.fromEntries([['then', fail]])],
    ['returns an object whose `then` cannot be read', () => Object.defineProperty({}, 'then', { get: fail })],
    ['returns null', () => null],
    ['returns false', () => false],
  ];

  test.each(failing)('that %s does not change the outcome', async (_name, listener) => {
    const torii = createVerifier({ ...strict(), onEvent: listener as VerifierEventListener });
    const good = await mint(key, { aud: 'api' });
    expect(await torii.verify(good)).toMatchObject({ userId: 'user_1' });
    expect(await torii.authenticate({}, { optional: true })).toBeNull();
    await expect(torii.verify(await mint(stranger, { aud: 'api' }))).rejects.toMatchObject({
      reason: 'signature_invalid',
    });
    await expect(torii.authenticate({})).rejects.toMatchObject({ reason: 'token_missing' });
  });

  test('that throws does not let a request through while keys are unavailable', async () => {
    const torii = createVerifier({
      ...strict(),
      fetch: async () => new Response('', { status: 500 }),
      onEvent: () => {
        throw new Error('listener');
      },
    });
    await expect(torii.verify(await mint(key, { aud: 'api' }))).rejects.toMatchObject({ reason: 'keys_unavailable' });
  });

  test('cannot change the Auth', async () => {
    const torii = createVerifier({
      ...strict(),
      onEvent: (event) => {
        if (event.type === 'verified') (event as { userId: string }).userId = 'admin';
      },
    });
    expect(await torii.verify(await mint(key, { aud: 'api' }))).toMatchObject({ userId: 'user_1' });
  });
});

describe('two copies of core in one process', async () => {
  vi.resetModules();
  const copy = {
    ...(await import('../src/index.ts')),
    ...(await import('../src/adapter.ts')),
    ...(await import('../src/internal.ts')),
  };

  const pairs = [
    ['first and second copy', core, copy],
    ['second and first copy', copy, core],
  ] as const;

  test('have different classes', () => {
    expect(copy.ToriiAuthError).not.toBe(core.ToriiAuthError);
    expect(copy.createVerifier).not.toBe(core.createVerifier);
  });

  describe.each(pairs)('%s', (_name, mine, theirs) => {
    test('agree on errors', () => {
      expect(new mine.ToriiAuthError('token_expired', 'x') instanceof theirs.ToriiAuthError).toBe(true);
      expect(new mine.ToriiRequestError('x') instanceof theirs.ToriiRequestError).toBe(true);
      expect(new mine.ToriiForbiddenError('x') instanceof theirs.ToriiForbiddenError).toBe(true);
      expect(new mine.ToriiUnavailableError('keys_unavailable', 'x') instanceof theirs.ToriiUnavailableError).toBe(
        true,
      );
      expect(new mine.ToriiConfigError('issuer', 'x') instanceof theirs.ToriiConfigError).toBe(true);
      expect(new mine.ToriiAuthError('token_expired', 'x') instanceof theirs.ToriiError).toBe(true);
      expect(new mine.ToriiAuthError('token_expired', 'x') instanceof theirs.ToriiForbiddenError).toBe(false);
      class Derived extends mine.ToriiAuthError {}
      expect(new Derived('token_expired', 'x') instanceof theirs.ToriiAuthError).toBe(true);
      expect(new theirs.ToriiAuthError('token_expired', 'x') instanceof Derived).toBe(false);
    });

    test('agree on denials', () => {
      const errors = [
        new mine.ToriiAuthError('token_missing', 'x'),
        new mine.ToriiAuthError('token_expired', 'x'),
        new mine.ToriiRequestError('x'),
        new mine.ToriiForbiddenError('x'),
        new mine.ToriiUnavailableError('policy_unavailable', 'x', { retryAfterSeconds: 9 }),
        new mine.ToriiConfigError('issuer', 'x'),
      ];
      expect(errors.map((error) => theirs.denialFor(error)?.status)).toEqual([401, 401, 400, 403, 503, undefined]);
      for (const error of errors) expect(theirs.denialFor(error)).toEqual(mine.denialFor(error));
    });

    test('[17] agree on isAuth', async () => {
      const auth = await mine.createVerifier({ issuer, keys: jwks }).verify(await mint(key));
      expect(theirs.isAuth(auth)).toBe(true);
      expect(theirs.isAuth({ ...auth })).toBe(false);
    });

    test("agree on the listener of a caller's verifier, and on the details of a refusal", async () => {
      const events: VerifierEvent[] = [];
      const listening = mine.createVerifier({ issuer, keys: jwks, onEvent: (event) => events.push(event) });
      const auth = await listening.verify(await mint(key));
      const request = { headers: {} };
      await expect(theirs.authorize(auth, request, [() => mine.refuse('No.', 'for the logs')])).rejects.toMatchObject({
        reason: 'not_allowed',
      });
      expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'for the logs' } });
      const detailed = theirs.withDetail(new theirs.ToriiForbiddenError('No.'), { check: 'said by the other' });
      await expect(mine.authorize(auth, request, [() => Promise.reject(detailed)])).rejects.toBe(detailed);
      expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'said by the other' } });
    });

    test('agree on patches', () => {
      expect(theirs.Patch.is(mine.Patch.set(1))).toBe(true);
      expect(theirs.Patch.body({ name: mine.Patch.set(null), locale: mine.Patch.set('en') })).toEqual({
        name: null,
        locale: 'en',
      });
      expect(theirs.Patch.is({ value: 1 })).toBe(false);
    });

    test('[27] agree on refusals of checks, which never let a request through', async () => {
      const torii = theirs.createVerifier({ issuer, keys: jwks, checks: [() => mine.refuse('Said by the other.')] });
      const { denial } = await torii.check({ authorization: `Bearer ${await mint(key)}` });
      expect(denial).toMatchObject({ status: 403, body: { error: { message: 'Said by the other.' } } });
    });

    test('agree on verifiers', async () => {
      const verifier = mine.createVerifier({ issuer, keys: jwks });
      expect(theirs.verifierFrom(verifier)).toBe(verifier);
    });
  });
});
