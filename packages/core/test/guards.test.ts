import { describe, expect, test, vi } from 'vitest';
import {
  type Answer,
  createGuards,
  errorFrom,
  type GuardAdapter,
  type GuardOptions,
  guardKind,
  type ResponseProgress,
} from '../src/adapter.ts';
import {
  type Auth,
  type Check,
  createVerifier,
  isAuth,
  refuse,
  ToriiAuthError,
  ToriiConfigError,
  type Verifier,
  type VerifierEvent,
} from '../src/index.ts';
import { issuer, makeKey, mint } from './mint.ts';

// A minimal framework: a call has headers, a field for the Auth and a response.

interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  caller?: unknown;
  answered: Answer | undefined;
  sent: ResponseProgress;
}

/** Resolves with how the call ended. */
type Middleware = (call: Call, next?: () => unknown) => Promise<unknown>;

const guardsOf = ({ createGuards: create }: { createGuards: typeof createGuards }) =>
  create<Call, Middleware>({
    place: 'call.caller',
    describe: ({ path, headers }) => ({ method: 'GET', path, headers }),
    read: (call) => call.caller,
    write(call, auth) {
      call.caller = auth;
    },
    toMiddleware:
      (guard) =>
      (call, next = () => 'passed') =>
        guard(call, {
          pass: next,
          answer(answer) {
            call.answered = answer;
            return 'answered';
          },
          fail: (error) => Promise.reject(error),
          response: call.sent,
        }),
  });

const { requireAuth, optionalAuth, allow, getAuth } = guardsOf({ createGuards });

const key = await makeKey();
const keys = { keys: [key.publicJwk] };
const verifier = createVerifier({ issuer, keys });
const token = await mint(key);

function callWith(headers: Readonly<Record<string, string>> = {}, path = '/'): Call {
  return { path, headers, answered: undefined, sent: { headersSent: false, writableEnded: false } };
}

const signedIn = (path?: string) => callWith({ authorization: `Bearer ${token}` }, path);

/** Thrown values that a framework may read as "continue". */
const notErrors: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['an empty string', ''],
  ['"route"', 'route'],
  ['"router"', 'router'],
  ['zero', 0],
  ['a function', () => {}],
];

const throwing = (value: unknown) => (): never => {
  throw value;
};

describe('an adapter that has no response to look at', () => {
  const { requireAuth: guard } = createGuards<
    { headers: Record<string, string> },
    (headers: Record<string, string>) => Promise<unknown>
  >({
    place: 'auth',
    describe: ({ headers }) => ({ method: 'GET', path: '/', headers }),
    read: () => undefined,
    write: () => {},
    toMiddleware: (run) => (headers) =>
      run(
        { headers },
        { pass: () => 'passed', answer: ({ status }) => `answered ${status}`, fail: (error) => Promise.reject(error) },
      ),
  });

  test('lets signed-in callers pass and answers others', async () => {
    expect(await guard(verifier)({ authorization: `Bearer ${token}` })).toBe('passed');
    expect(await guard(verifier)({})).toBe('answered 401');
  });
});

test('allow without a check is refused when it is created', () => {
  expect(() => allow(...([] as unknown as [Check]))).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option: 'allow' }),
  );
});

test.each([
  ['a request and a response, as in Express', { method: 'GET', headers: {} }, { getHeaders: () => ({}) }],
  ['a context and `next`, as in Koa', { req: {} }, async () => {}],
  ['a context alone, as in Elysia', { request: {}, set: {} }, undefined],
  ['a Fetch request', new Request('http://localhost/'), undefined],
])('a guard without parentheses is named: %s', (_name, source, given) => {
  const message = /^`requireAuth` was called with a request. Write the parentheses: requireAuth\(\{ issuer/;
  expect(() => requireAuth(source as never, given as never)).toThrow(message);
  expect(() => optionalAuth(source as never, given as never)).toThrow(/^`optionalAuth` was called with a request/);
});

test.each([
  [
    'publicPaths',
    'Pass it to createVerifier, or to anyVerifier([…], { publicPaths }). If you create no verifier, write requireAuth({ issuer, publicPaths }).',
  ],
  ['audience', 'Pass it to createVerifier. If you create no verifier, write requireAuth({ issuer, audience }).'],
])('says where the option %s of the verifier belongs', (name, message) => {
  expect(() => requireAuth(verifier, { [name]: ['/'] } as never)).toThrow(message);
});

describe('requireAuth', () => {
  test('passes a signed-in caller on, and stores the Auth', async () => {
    const call = signedIn();
    expect(await requireAuth(verifier)(call)).toBe('passed');
    expect(isAuth(call.caller)).toBe(true);
    expect(getAuth(call).userId).toBe('user_1');
  });

  test('accepts options instead of a verifier', async () => {
    const guard = requireAuth({ issuer, keys, publicPaths: ['/health'] });
    const call = callWith({}, '/health');
    expect([await guard(call), call.caller]).toEqual(['passed', null]);
    expect(await guard(callWith({}, '/other'))).toBe('answered');
  });

  test('answers a refusal with the denial, and stores null', async () => {
    const call = callWith();
    const next = vi.fn();
    expect(await requireAuth(verifier)(call, next)).toBe('answered');
    expect(call.answered).toMatchObject({ status: 401, body: { error: { reason: 'token_missing' } } });
    expect([next.mock.calls, call.caller]).toEqual([[], null]);
  });

  test('returns the result of the next handler, and does not catch its errors', async () => {
    expect(await requireAuth(verifier)(signedIn(), async () => 'handled')).toBe('handled');
    const error = new ToriiAuthError('token_expired', 'thrown by the app');
    const call = signedIn();
    await expect(requireAuth(verifier)(call, throwing(error))).rejects.toBe(error);
    await expect(requireAuth(verifier)(call, () => Promise.reject(error))).rejects.toBe(error);
    expect(call.answered).toBeUndefined();
  });

  test.each([
    ['no issuer', { issuer: undefined }],
    ['an unknown option', { issuer, isuer: 'typo' }],
    ['onError among the verifier options', { issuer, onError: () => undefined }],
  ])('throws for %s when it is created', (_name, options) => {
    expect(() => requireAuth(options)).toThrow(ToriiConfigError);
    expect(() => optionalAuth(options)).toThrow(ToriiConfigError);
  });

  test('throws for a misspelt guard option when it is created', () => {
    const wrong = expect.objectContaining({ name: 'ToriiConfigError', option: 'onerror' });
    const options = { onerror: () => undefined } as GuardOptions<Call>;
    expect(() => requireAuth(verifier, options)).toThrow(wrong);
    expect(() => optionalAuth(verifier, options)).toThrow(wrong);
  });

  test('refuses if Object.prototype has a polluted `response` that looks answered', async () => {
    const { requireAuth: requireAuthWithoutResponse } = createGuards<Call, Middleware>({
      place: 'call.caller',
      describe: ({ path, headers }) => ({ method: 'GET', path, headers }),
      read: (call) => call.caller,
      write(call, auth) {
        call.caller = auth;
      },
      toMiddleware: (guard) => (call) =>
        guard(call, { pass: () => 'passed', answer: () => 'answered', fail: () => 'failed' }),
    });
    Object.assign(Object.prototype, { response: { writableEnded: true } });
    try {
      expect(await requireAuthWithoutResponse(verifier)(callWith())).toBe('answered');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'response');
    }
  });

  test.each([['text'], [null], [{}], [true]])('throws for an onError of %j when it is created', (onError) => {
    const wrong = expect.objectContaining({ name: 'ToriiConfigError', option: 'onError' });
    const options = { onError } as unknown as GuardOptions<Call>;
    expect(() => requireAuth(verifier, options)).toThrow(wrong);
    expect(() => optionalAuth(verifier, options)).toThrow(wrong);
  });
});

describe('optionalAuth', () => {
  test('passes a caller without a token on with null, and refuses an invalid token', async () => {
    const call = callWith();
    expect([await optionalAuth(verifier)(call), call.caller]).toEqual(['passed', null]);
    expect(await optionalAuth(verifier)(signedIn())).toBe('passed');
    expect(await optionalAuth(verifier)(callWith({ authorization: 'Bearer a.b.c' }))).toBe('answered');
  });
});

describe('[17] a forged Auth', () => {
  const forged = { userId: 'admin' };

  test.each([
    ['on a public path', () => requireAuth({ issuer, keys, publicPaths: ['/'] })],
    ['by optionalAuth', () => optionalAuth(verifier)],
  ])('is removed %s', async (_name, make) => {
    const call = { ...callWith(), caller: forged };
    expect([await make()(call), call.caller]).toEqual(['passed', null]);
  });

  test('is removed before the verifier runs, and stays removed if it fails', async () => {
    const seen: unknown[] = [];
    const failing = createVerifier({ issuer, keys, checks: [() => Promise.reject(new Error('broken'))] });
    const call: Call = { ...signedIn(), caller: forged };
    const authenticate: Verifier['authenticate'] = (request) => {
      seen.push(call.caller);
      return failing.authenticate(request);
    };
    const watched: Verifier = { ...failing, authenticate };
    await expect(requireAuth(watched)(call)).rejects.toThrow('broken');
    expect([seen, call.caller]).toEqual([[null], null]);
  });

  test.each<[string, unknown]>([
    ['an object that looks like an Auth', forged],
    ['true', true],
    ['undefined', undefined],
    ['a function', () => {}],
  ])('is not accepted from an object that looks like a verifier: %s', async (_name, value) => {
    const foreign = { authenticate: async () => value } as unknown as Verifier;
    const call = signedIn();
    await expect(requireAuth(foreign)(call)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'auth' });
    expect(call.caller).toBeNull();
  });

  test.each<[string, (auth: Auth) => unknown]>([
    ['an object that looks like an Auth', () => forged],
    ['true', () => true],
    ['a copy of a real Auth', (auth) => ({ ...auth })],
    ['a copy of a real Auth with another user', (auth) => ({ ...auth, userId: 'admin' })],
    ['an object that inherits from a real Auth', (auth) => Object.create(auth)],
    ['a proxy of a real Auth', (auth) => new Proxy(auth, {})],
  ])('is refused by allow and getAuth: %s', async (_name, make) => {
    const call: Call = { ...signedIn(), caller: make(await verifier.verify(token)) };
    const check = vi.fn<Check>(() => true);
    await expect(allow(check)(call)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'allow' });
    expect(() => getAuth(call)).toThrow(ToriiConfigError);
    expect(check).not.toHaveBeenCalled();
  });
});

describe('allow', () => {
  test('passes a caller on if every check returns true', async () => {
    const call = signedIn('/users/1');
    await requireAuth(verifier)(call);
    const check = vi.fn<Check>(() => true);
    expect(await allow(check, async () => true)(call)).toBe('passed');
    expect(check.mock.calls[0]?.[0]).toBe(call.caller);
    expect(check.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', path: '/users/1' });
  });

  test('[27] answers 403 for any other value, with the message of the check', async () => {
    const call = signedIn();
    await requireAuth(verifier)(call);
    for (const verdict of [false, undefined, null, 1, 'yes', {}]) {
      expect(await allow((() => verdict) as unknown as Check)(call)).toBe('answered');
      expect(call.answered).toMatchObject({ status: 403 });
    }
    await allow(
      () => true,
      () => refuse('Not on Sundays.'),
    )(call);
    expect(call.answered).toMatchObject({ body: { error: { message: 'Not on Sundays.' } } });
  });

  test('answers 401 if the caller is not signed in', async () => {
    const call = callWith();
    await optionalAuth(verifier)(call);
    const check = vi.fn<Check>(() => true);
    expect(await allow(check)(call)).toBe('answered');
    expect(call.answered).toMatchObject({ status: 401, body: { error: { reason: 'token_missing' } } });
    expect(check).not.toHaveBeenCalled();
  });

  test('throws a ToriiConfigError if no other guard ran', async () => {
    const call = signedIn();
    await expect(allow(() => true)(call)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'allow' });
    expect(call.answered).toBeUndefined();
  });

  test('[27] throws without a check, and for a check that is not a function', () => {
    expect(() => Reflect.apply(allow, undefined, [])).toThrow(ToriiConfigError);
    expect(() => Reflect.apply(allow, undefined, ['admin'])).toThrow(ToriiConfigError);
  });

  test('reports a refusal to the listener of the verifier', async () => {
    const events: VerifierEvent[] = [];
    const call = signedIn();
    await requireAuth({ issuer, keys, onEvent: (event) => events.push(event) })(call);
    await allow(() => refuse('No.', 'not on the list'))(call);
    expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'not on the list' } });
  });
});

describe('getAuth', () => {
  test('names the place, and distinguishes a signed-out caller from a missing guard', async () => {
    const call = callWith();
    const messages = [messageOf(call)];
    await optionalAuth(verifier)(call);
    messages.push(messageOf(call));
    for (const message of messages) expect(message).toContain('`call.caller`');
    expect(new Set(messages).size).toBe(2);
  });

  function messageOf(call: Call): string | undefined {
    try {
      getAuth(call);
      return undefined;
    } catch (error) {
      expect(error).toMatchObject({ name: 'ToriiConfigError', option: 'getAuth' });
      return (error as Error).message;
    }
  }
});

describe('[18] an error that is not a refusal', () => {
  test.each(notErrors)('does not let a request through if a check throws %s', async (_name, value) => {
    const call = signedIn();
    const next = vi.fn();
    const broken = createVerifier({ issuer, keys, checks: [throwing(value)] });
    for (const guard of [requireAuth(broken), allow(throwing(value)), allow(() => Promise.reject(value))]) {
      await requireAuth(verifier)(call);
      const error: unknown = await guard(call, next).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).cause).toBe(value);
    }
    expect([next.mock.calls, call.answered]).toEqual([[], undefined]);
  });

  test('is passed on unchanged if it is an object', async () => {
    const call = signedIn();
    await requireAuth(verifier)(call);
    for (const value of [new Error('store'), new TypeError('bug'), { status: 418 }, Object.create(null), []]) {
      await expect(allow(throwing(value))(call)).rejects.toBe(value);
      expect(errorFrom(value)).toBe(value);
    }
  });

  test('is passed on if describe, read, write or answer throws it', async () => {
    const broken = new Error('broken');
    const failingToAnswer = (answer: () => unknown): GuardAdapter<Call, Middleware> => ({
      place: 'call.caller',
      describe: () => ({ headers: {} }),
      read: () => null,
      write: () => {},
      toMiddleware: (guard) => (call, next) =>
        guard<unknown>(call, { pass: () => next?.(), answer, fail: (error) => ({ failed: error }) }),
    });
    const base = failingToAnswer(throwing(broken));
    for (const adapter of [
      base,
      failingToAnswer(() => Promise.reject(broken)),
      { ...base, describe: throwing(broken) },
      { ...base, write: throwing(broken) },
    ]) {
      const guards = createGuards(adapter);
      expect(await guards.requireAuth(verifier)(callWith())).toEqual({ failed: broken });
    }
    const unreadable = createGuards({ ...base, read: throwing(broken) });
    expect(await unreadable.allow(() => true)(callWith())).toEqual({ failed: broken });
    expect(() => unreadable.getAuth(callWith())).toThrow(broken);
  });
});

describe('onError', () => {
  const polite: GuardOptions<Call> = { onError: (denial) => ({ ...denial, body: 'Please sign in' }) };

  test('changes the answers of requireAuth and of the allow after it', async () => {
    const refused = callWith();
    await requireAuth(verifier, polite)(refused);
    expect(refused.answered).toMatchObject({ status: 401, body: 'Please sign in' });
    const forbidden = signedIn();
    await requireAuth(verifier, polite)(forbidden);
    await allow(() => false)(forbidden);
    expect(forbidden.answered).toMatchObject({ status: 403, body: 'Please sign in' });
  });

  test('is that of the last guard, and not shared with other requests', async () => {
    const call = signedIn();
    await requireAuth(verifier, polite)(call);
    await requireAuth(verifier)(call);
    await allow(() => false)(call);
    expect(call.answered).toMatchObject({ body: { error: { reason: 'not_allowed' } } });
    const other = signedIn();
    await requireAuth(verifier)(other);
    await allow(() => false)(other);
    expect(other.answered).toMatchObject({ body: { error: { reason: 'not_allowed' } } });
  });

  test('gets the denial, the error and the request, and is not called for other errors', async () => {
    const onError = vi.fn(() => undefined);
    const call = callWith();
    const guard = requireAuth(verifier, { onError });
    await guard(call);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ status: 401 }),
      expect.any(ToriiAuthError),
      call,
    );
    expect(call.answered).toMatchObject({ body: { error: { reason: 'token_missing' } } });
    const broken = createVerifier({ issuer, keys, checks: [throwing(new Error('store'))] });
    await expect(requireAuth(broken, { onError })(signedIn())).rejects.toThrow('store');
    expect(onError).toHaveBeenCalledTimes(1);
  });

  describe('that returns a string', () => {
    const careless = { onError: () => 'Please sign in' } as unknown as GuardOptions<Call>;
    const bad = { authorization: 'Bearer a.b.c' };

    test.each<[string, Call, (source: Verifier, call: Call) => Promise<unknown>, number]>([
      ['requireAuth refuses', callWith(), (source, call) => requireAuth(source, careless)(call), 401],
      ['optionalAuth refuses', callWith(bad), (source, call) => optionalAuth(source, careless)(call), 401],
      [
        'allow refuses a caller',
        signedIn(),
        (source, call) => requireAuth(source, careless)(call, () => allow(() => false)(call)),
        403,
      ],
      [
        'allow refuses a caller who is signed out',
        callWith(),
        (source, call) => optionalAuth(source, careless)(call, () => allow(() => true)(call)),
        401,
      ],
    ])('leads to the default answer, and to an event of the verifier, if %s', async (_name, call, run, status) => {
      const events: VerifierEvent[] = [];
      const source = createVerifier({ issuer, keys, onEvent: (event) => events.push(event) });
      expect(await run(source, call)).toBe('answered');
      expect(call.answered).toMatchObject({ status, body: { error: { reason: expect.any(String) } } });
      expect(events.at(-1)).toEqual({ type: 'callback_invalid', callback: 'onError', problem: expect.any(String) });
    });
  });

  test.each(notErrors)('that throws %s leads to the error handling', async (_name, value) => {
    const call = callWith();
    const next = vi.fn();
    const error: unknown = await requireAuth(verifier, { onError: throwing(value) })(call, next).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(Error);
    expect([(error as Error).cause, next.mock.calls, call.answered]).toEqual([value, [], undefined]);
  });
});

describe('[18] a request that another handler answers while the guard waits', () => {
  /** A guard that waits until `decide` is called. */
  function slowly(verdict: unknown) {
    let decide = () => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const check: Check = async () => {
      await decided;
      if (verdict instanceof Error) throw verdict;
      return verdict === true;
    };
    return { guard: requireAuth({ issuer, keys, checks: [check] }), decide };
  }

  test.each([true, false])('is neither passed on nor answered if the check returns %s', async (verdict) => {
    const call = signedIn();
    const next = vi.fn();
    const { guard, decide } = slowly(verdict);
    const done = guard(call, next);
    Object.assign(call.sent, { headersSent: true, writableEnded: true });
    decide();
    expect(await done).toBeUndefined();
    expect([next.mock.calls, call.answered]).toEqual([[], undefined]);
  });

  test('is neither passed on nor answered by allow', async () => {
    const call = signedIn();
    const next = vi.fn();
    await requireAuth(verifier)(call);
    for (const verdict of [true, false]) {
      const answering: Check = async () => {
        Object.assign(call.sent, { headersSent: true, writableEnded: true });
        return verdict;
      };
      expect(await allow(answering)(call, next)).toBeUndefined();
    }
    expect([next.mock.calls, call.answered]).toEqual([[], undefined]);
  });

  test('still passes an error that is not a refusal to the error handling', async () => {
    const broken = new Error('store');
    const { guard, decide } = slowly(broken);
    const call = signedIn();
    const done = guard(call);
    Object.assign(call.sent, { headersSent: true, writableEnded: true });
    decide();
    await expect(done).rejects.toBe(broken);
  });

  test('passes a refusal to the error handling if the headers are sent and the response has not ended', async () => {
    const call = callWith();
    Object.assign(call.sent, { headersSent: true });
    await expect(requireAuth(verifier)(call)).rejects.toMatchObject({ reason: 'token_missing' });
    expect(call.answered).toBeUndefined();
    expect(await requireAuth(verifier)(Object.assign(signedIn(), { sent: call.sent }))).toBe('passed');
  });
});

test('a guard has its kind in a property that is not enumerable', () => {
  const check: Check = () => true;
  const guards = [requireAuth(verifier), optionalAuth(verifier), allow(check)];
  expect(guards.map((guard) => Reflect.get(guard, guardKind))).toEqual(['requireAuth', 'optionalAuth', 'allow']);
  expect(guardKind).toBe(Symbol.for('torii.guard'));
  for (const guard of guards) expect(Object.getOwnPropertyDescriptor(guard, guardKind)?.enumerable).toBe(false);
});

describe('two copies of core in one process', async () => {
  const mine = { createGuards, createVerifier };
  vi.resetModules();
  const theirs = { ...(await import('../src/index.ts')), ...(await import('../src/adapter.ts')) };

  test('are separate modules', () => {
    expect(theirs.createGuards).not.toBe(createGuards);
    expect(theirs.guardKind).toBe(guardKind);
  });

  describe.each([
    ['this one before the other', mine, theirs],
    ['the other before this one', theirs, mine],
  ] as const)('%s', (_name, first, second) => {
    const [before, behind] = [guardsOf(first), guardsOf(second)];

    test('share the Auth, the listener and onError of a request', async () => {
      const events: VerifierEvent[] = [];
      const listening = first.createVerifier({ issuer, keys, onEvent: (event) => events.push(event) });
      const call = signedIn();
      await before.requireAuth(listening, { onError: (denial) => ({ ...denial, body: 'Please sign in' }) })(call);
      expect(behind.getAuth(call)).toBe(call.caller);
      expect(await behind.allow(() => true)(call)).toBe('passed');
      expect(await behind.allow(() => refuse('No.', 'not on the list'))(call)).toBe('answered');
      expect(call.answered).toMatchObject({ status: 403, body: 'Please sign in' });
      expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'not on the list' } });
    });

    test('[17] accept a verifier of the other copy, but no copied Auth', async () => {
      const call = signedIn();
      expect(await behind.requireAuth(first.createVerifier({ issuer, keys }))(call)).toBe('passed');
      const copied: Call = { ...signedIn(), caller: { ...(call.caller as Auth) } };
      await expect(before.allow(() => true)(copied)).rejects.toMatchObject({ option: 'allow' });
    });
  });
});
