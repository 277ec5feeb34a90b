import { describe, expect, test, vi } from 'vitest';
import { type AuthWithToken, createGuards, type GuardOptions, tokenReaderOf } from '../src/adapter.ts';
import { withToken } from '../src/auth-with-token.ts';
import {
  type Auth,
  authorize,
  type Check,
  createVerifier,
  isAuth,
  ToriiConfigError,
  type Verifier,
  type VerifierEvent,
} from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { issuer, makeKey, mint } from './mint.ts';

interface Call {
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: string;
  caller?: unknown;
}

const guards = createGuards<Call, (call: Call) => Promise<unknown>>({
  place: 'call.caller',
  describe: ({ headers, method = 'GET' }) => ({ method, path: '/', headers }),
  read: (call) => call.caller,
  write(call, auth) {
    call.caller = auth;
  },
  toMiddleware: (guard) => (call) =>
    guard(call, {
      pass: () => 'passed',
      answer: ({ body }) => Reflect.get(Reflect.get(Object(body), 'error'), 'reason'),
      fail: (error) => Promise.reject(error),
    }),
});
const { requireAuth, optionalAuth, allow, getAuth, getToken } = guards;

const key = await makeKey();
const keys = { keys: [key.publicJwk] };
const verifier = createVerifier({ issuer, keys });
const [ada, bob] = [await mint(key, { sub: 'ada' }), await mint(key, { sub: 'bob' })];

const callWith = (token?: string): Call => ({
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
});
const tokenIn = ({ caller }: Call) => (caller as AuthWithToken).token;
const wrong = (option: string) => expect.objectContaining({ name: 'ToriiConfigError', option });

describe('a guard with exposeToken', () => {
  test.each([
    ['beside the options of the verifier', () => requireAuth({ issuer, keys, exposeToken: true })],
    ['as an option of the guard', () => requireAuth({ issuer, keys }, { exposeToken: true })],
    ['for a verifier that other guards use', () => requireAuth(verifier, { exposeToken: true })],
    ['if the token is optional', () => optionalAuth(verifier, { exposeToken: true })],
  ])('gives the token that was verified, %s', async (_name, make) => {
    const call = callWith(ada);
    expect(await make()(call)).toBe('passed');
    expect([tokenIn(call), getToken(call)]).toEqual([ada, ada]);
  });

  test.each([
    ['the token alone', { authorization: `beArer \t ${'TOKEN'}  ` }],
    ['the token of a cookie', { cookie: `a=b; session=${'TOKEN'}` }],
    ['the token of another header', { 'x-token': `Bearer ${'TOKEN'}` }],
  ])('gives %s', async (_name, headers) => {
    const place = 'x-token' in headers ? { header: 'x-token' } : { cookie: 'session' };
    const call: Call = { headers: JSON.parse(JSON.stringify(headers).replace('TOKEN', ada)) };
    expect(await requireAuth({ issuer, keys, ...place, exposeToken: true })(call)).toBe('passed');
    expect(getToken(call)).toBe(ada);
  });

  test('[17] gives an Auth that allow, authorize and getAuth accept', async () => {
    const call = callWith(ada);
    await requireAuth(verifier, { exposeToken: true })(call);
    const auth = getAuth(call);
    expect([isAuth(auth), auth.userId, Object.isFrozen(auth)]).toEqual([true, 'ada', true]);
    const check = vi.fn<Check>(() => true);
    expect(await allow(check)(call)).toBe('passed');
    await authorize(auth, { headers: {} }, [check]);
    expect(check).toHaveBeenCalledTimes(2);
  });

  test('reports the refusal of a later check to the listener of the verifier', async () => {
    const events: VerifierEvent[] = [];
    const call = callWith(ada);
    await requireAuth({ issuer, keys, exposeToken: true, onEvent: (event) => events.push(event) })(call);
    expect(await allow(() => false)(call)).toBe('not_allowed');
    expect(events.map(({ type }) => type)).toEqual(['verified', 'refused']);
    expect(JSON.stringify(events)).not.toContain('eyJ');
  });

  test('gives the token of a verifier for tokens that Torii did not issue', async () => {
    const own = createJwtVerifier({ key: key.publicJwk, algorithms: ['ES256'], issuer });
    const call = callWith(ada);
    await requireAuth(own, { exposeToken: true })(call);
    expect(getToken(call)).toBe(ada);
  });

  test('gives each of two users their own token, and the same user the same one again', async () => {
    const guard = requireAuth(verifier, { exposeToken: true });
    const calls = [ada, bob, ada, bob].map((token) => callWith(token));
    await Promise.all(calls.map((call) => guard(call)));
    expect(calls.map((call) => getToken(call))).toEqual([ada, bob, ada, bob]);
    expect(calls.map((call) => getAuth(call).userId)).toEqual(['ada', 'bob', 'ada', 'bob']);
  });

  test('gives the token of a verifier without a cache', async () => {
    const guard = requireAuth({ issuer, keys, cachedTokens: 0, exposeToken: true });
    for (const token of [ada, ada, bob]) {
      const call = callWith(token);
      await guard(call);
      expect(getToken(call)).toBe(token);
    }
  });

  test('[11] gives each token its own copy of a shared Auth', async () => {
    const auth = await verifier.verify(ada);
    expect([ada, bob, ada].map((token) => withToken(auth, token).token)).toEqual([ada, bob, ada]);
  });

  test('[13] gives no token of a request that is refused', async () => {
    const guard = requireAuth(verifier, { exposeToken: true });
    for (const authorization of [
      '',
      'Bearer a.b.c',
      `Basic ${ada}`,
      `Bearer ${ada}x`,
      `Bearer ${ada}, Bearer ${bob}`,
    ]) {
      const call: Call = { headers: { authorization }, caller: { userId: 'admin', token: 'planted' } };
      expect(await guard(call)).not.toBe('passed');
      expect(call.caller).toBeNull();
      expect(() => getToken(call)).toThrow(wrong('getToken'));
    }
  });

  test('[14] gives no token from a cookie that does not count', async () => {
    const guard = optionalAuth({ issuer, keys, cookie: 'session', exposeToken: true });
    const call: Call = { method: 'POST', headers: { cookie: `session=${ada}`, origin: 'https://evil.test' } };
    expect([await guard(call), call.caller]).toEqual(['passed', null]);
    expect(() => getToken(call)).toThrow(wrong('getToken'));
  });

  test('gives no token if a check of the verifier refuses the caller', async () => {
    const call = callWith(ada);
    expect(await requireAuth({ issuer, keys, checks: [() => false], exposeToken: true })(call)).toBe('not_allowed');
    expect(call.caller).toBeNull();
  });

  test('gives null on a public path, where a token is not verified', async () => {
    const call = callWith('not.a.token');
    await requireAuth({ issuer, keys, publicPaths: ['/'], exposeToken: true })(call);
    expect(call.caller).toBeNull();
    expect(() => getToken(call)).toThrow(wrong('getToken'));
  });
});

describe('[11] without exposeToken', () => {
  test.each([
    ['the option is left out', {}],
    ['the option is false', { exposeToken: false }],
  ])('no Auth has a token: %s', async (_name, options: GuardOptions<Call>) => {
    const [asking, call] = [callWith(ada), callWith(ada)];
    // The two guards share what the verifier has cached.
    await requireAuth(verifier, { exposeToken: true })(asking);
    await requireAuth(verifier, options)(call);
    expect([tokenIn(asking), tokenIn(call), 'token' in (call.caller as object)]).toEqual([ada, undefined, false]);
    expect(() => getToken(call)).toThrow(wrong('exposeToken'));
    expect(call.caller).toBe(await verifier.verify(ada));
  });

  test('a later guard takes the token away again', async () => {
    const call = callWith(ada);
    await requireAuth(verifier, { exposeToken: true })(call);
    await requireAuth(verifier)(call);
    expect(() => getToken(call)).toThrow(wrong('exposeToken'));
  });

  test('a polluted Object.prototype neither turns the option on nor supplies a token', async () => {
    Object.assign(Object.prototype, { exposeToken: true, token: 'planted' });
    try {
      for (const guard of [requireAuth(verifier), requireAuth({ issuer, keys }), requireAuth(verifier, {})]) {
        const call = callWith(ada);
        await guard(call);
        expect(() => getToken(call)).toThrow(wrong('exposeToken'));
      }
    } finally {
      Reflect.deleteProperty(Object.prototype, 'exposeToken');
      Reflect.deleteProperty(Object.prototype, 'token');
    }
  });
});

describe('[16] the token stays out of', () => {
  const make = async (): Promise<AuthWithToken> => {
    const call = callWith(ada);
    await requireAuth(verifier, { exposeToken: true })(call);
    return call.caller as AuthWithToken;
  };
  const list = (auth: object): string => {
    const names: unknown[] = [];
    for (const name in auth) names.push(name);
    return JSON.stringify([names, ...Object.entries(auth), Reflect.ownKeys(auth)]);
  };

  test.each<[string, (auth: AuthWithToken) => string]>([
    ['JSON', (auth) => JSON.stringify(auth)],
    ['JSON of an object that holds it', (auth) => JSON.stringify({ req: { auth } })],
    ['JSON of listed properties', (auth) => JSON.stringify({ auth }, ['auth', 'userId', 'token'])],
    ['a spread', (auth) => JSON.stringify({ ...auth })],
    ['Object.assign', (auth) => JSON.stringify(Object.assign({}, auth))],
    ['a structured clone', (auth) => JSON.stringify(structuredClone(auth))],
    ['a copy of its property descriptors', (auth) => JSON.stringify(Object.getOwnPropertyDescriptors(auth))],
    ['a list of its properties', list],
    ['text', (auth) => String(auth)],
  ])('%s', async (_name, show) => {
    const auth = await make();
    expect(auth.token).toBe(ada);
    const shown = show(auth);
    expect(shown).not.toContain('eyJ');
    expect(shown).not.toContain(ada);
  });

  test.each<[string, (auth: Auth) => object]>([
    ['a spread', (auth) => ({ ...auth })],
    ['a structured clone', (auth) => structuredClone(auth)],
    ['an object that inherits from it', (auth) => Object.create(auth)],
    ['an object with its prototype', (auth) => Object.assign(Object.create(Object.getPrototypeOf(auth)), auth)],
    ['a proxy', (auth) => new Proxy(auth, {})],
  ])('a copy, which is no Auth either: %s', async (_name, copy) => {
    const copied = copy(await make());
    expect(Reflect.get(copied, 'token', copied)).toBeUndefined();
    expect(isAuth(copied)).toBe(false);
    expect(() => getToken({ headers: {}, caller: copied })).toThrow(wrong('getToken'));
  });

  test('an Auth for other code: its fields are the same', async () => {
    const auth = await make();
    expect(JSON.parse(JSON.stringify(auth))).toEqual(JSON.parse(JSON.stringify(await verifier.verify(ada))));
    expect({ ...auth }).toEqual({ ...(await verifier.verify(ada)) });
  });
});

describe('a wrong call', () => {
  test.each<[string, unknown]>([
    ['undefined, as an unset variable', undefined],
    ['null', null],
    ['a text', 'true'],
    ['a number', 1],
    ['a function', () => true],
  ])('[9] throws if exposeToken is %s', (_name, exposeToken) => {
    expect(() => requireAuth({ issuer, keys, exposeToken } as never)).toThrow(wrong('exposeToken'));
    expect(() => optionalAuth(verifier, { exposeToken } as never)).toThrow(wrong('exposeToken'));
  });

  test('throws if exposeToken is given twice', () => {
    for (const [first, second] of [
      [true, true],
      [true, false],
      [false, true],
    ] as const)
      expect(() => requireAuth({ issuer, keys, exposeToken: first }, { exposeToken: second })).toThrow(
        wrong('exposeToken'),
      );
  });

  test.each<[string, (own: Verifier) => unknown]>([
    ['a copy of a verifier', (own) => ({ ...own })],
    [
      'a verifier that wraps another',
      (own) => ({ ...own, authenticate: (request: never) => own.authenticate(request) }),
    ],
    ['a mock', () => ({ authenticate: async () => null })],
  ])('throws for %s, which does not tell what it has verified', (_name, make) => {
    expect(() => requireAuth(make(verifier) as Verifier, { exposeToken: true })).toThrow(wrong('exposeToken'));
    expect(() => requireAuth(make(verifier) as Verifier)).not.toThrow();
  });

  test('[9] throws for an inherited option beside it, which would be lost', () => {
    const options = Object.assign(Object.create({ checks: [() => false] }), { issuer, keys, exposeToken: true });
    expect(() => requireAuth(options)).toThrow(wrong('checks'));
    const hidden = Object.defineProperty({ issuer, keys, exposeToken: true }, 'checks', { value: [() => false] });
    expect(() => requireAuth(hidden)).toThrow(wrong('checks'));
  });

  test('throws if a verifier is created with it, and names the guard', () => {
    const create = () => createVerifier({ issuer, keys, exposeToken: true } as never);
    expect(create).toThrow(wrong('exposeToken'));
    expect(create).toThrow(/requireAuth/);
  });

  test('throws if getToken is used as a middleware, or without a request', async () => {
    const call = callWith(ada);
    await requireAuth(verifier, { exposeToken: true })(call);
    expect(() => getToken(call, () => {})).toThrow(wrong('getToken'));
    for (const given of [undefined, null, ada, getAuth(call)])
      expect(() => getToken(given as never)).toThrow(ToriiConfigError);
    expect(() => getToken(callWith(ada))).toThrow(wrong('getToken'));
  });
});

describe('the reader of a verifier, for adapters', () => {
  test('gives the Auth and the token of a request', async () => {
    const read = tokenReaderOf(verifier);
    expect(await read?.(callWith(ada))).toEqual({ auth: await verifier.verify(ada), token: ada });
    expect(await read?.(callWith(), { optional: true })).toBeNull();
    await expect(read?.(callWith())).rejects.toMatchObject({ reason: 'token_missing' });
    await expect(read?.(callWith(`${ada}x`), { optional: true })).rejects.toMatchObject({ name: 'ToriiAuthError' });
  });

  test('refuses unknown options of a call', async () => {
    const read = tokenReaderOf(verifier);
    await expect(read?.(callWith(ada), { checks: [] } as never)).rejects.toMatchObject({ name: 'ToriiConfigError' });
  });
});
