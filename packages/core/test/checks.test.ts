import { describe, expect, test, vi } from 'vitest';
import {
  type Auth,
  authorize,
  type Check,
  createVerifier,
  type RequestView,
  refuse,
  ToriiConfigError,
  ToriiForbiddenError,
  type VerifierEvent,
} from '../src/index.ts';
import { isRefusal, requireChecks } from '../src/internal.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const token = await mint(key);
const request = { method: 'GET', url: '/orders?x', headers: { authorization: `Bearer ${token}`, host: 'app.test' } };

function verifierWith(checks: readonly Check[], onEvent: (event: VerifierEvent) => void = () => {}) {
  return createVerifier({ issuer, keys: { keys: [key.publicJwk] }, checks, onEvent });
}

/** A check that returns a value of any type. */
const answering = (value: unknown): Check => (() => value) as Check;

describe('a check', () => {
  test('[21] sees the path that the request had at the call, even if the app changes it during a wait', async () => {
    const paths: unknown[] = [];
    const noting: Check = (_auth, { path }) => paths.push(path) > 0;
    const changing = { ...request };
    const authenticating = verifierWith([noting]).authenticate(changing);
    changing.url = '/other';
    const auth = await authenticating;
    changing.url = '/orders';
    await authorize(auth, changing, [
      async () => {
        changing.url = '/other';
        return true;
      },
      noting,
    ]);
    expect(paths).toEqual(['/orders', '/orders']);
  });

  test.each<[string, unknown]>([
    ['true', true],
    ['a promise of true', Promise.resolve(true)],
    ['a promise of a promise of true', Promise.resolve(Promise.resolve(true))],
  ])('[27] that returns %s lets the request through', async (_name, value) => {
    expect(await outcomeOf(verifierWith([answering(value)]).authenticate(request))).toBe('accepted');
  });

  const refusing: [string, unknown][] = [
    ['false', false],
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['0', 0],
    ['the string true', 'true'],
    ['an empty string', ''],
    ['an object', {}],
    ['a list', []],
    ['a list of true', [true]],
    ['true in an object', Object(true)],
    ['a function', () => true],
    ['a symbol', Symbol('true')],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['an error', new Error('no')],
    ['a refusal', refuse()],
    ['an object that looks like a refusal', { message: 'no', detail: undefined }],
    ['an object that looks like an approval', { allowed: true, ok: true, value: true }],
  ];

  test.each(refusing)('[27] that returns %s, or a promise of it, refuses', async (_name, value) => {
    for (const given of [value, Promise.resolve(value)]) {
      const torii = verifierWith([answering(given)]);
      expect(await outcomeOf(torii.authenticate(request))).toBe('not_allowed');
      expect(await outcomeOf(torii.authenticate(request, { optional: true }))).toBe('not_allowed');
      expect(await outcomeOf(torii.verify(token))).toBe('not_allowed');
      expect(await torii.check(request)).toMatchObject({ auth: null, denial: { status: 403 } });
    }
  });

  test('[27] that returns nothing refuses, even if a later check returns true', async () => {
    expect(await outcomeOf(verifierWith([answering(undefined), async () => true]).authenticate(request))).toBe(
      'not_allowed',
    );
  });

  test('gets the Auth and the request', async () => {
    const check = vi.fn<Check>(() => true);
    const auth = await verifierWith([check]).authenticate(request);
    const [seenAuth, seenRequest] = check.mock.calls[0] as [Auth, RequestView];
    expect(seenAuth).toBe(auth);
    expect(seenRequest).toMatchObject({ method: 'GET', path: '/orders', host: 'app.test' });
    expect(seenRequest.headerValues('Host')).toEqual(['app.test']);
  });

  test('gets an unknown request from verify', async () => {
    const check = vi.fn<Check>(() => true);
    await verifierWith([check]).verify(token);
    const [, seen] = check.mock.calls[0] as [Auth, RequestView];
    expect(seen).toMatchObject({ method: undefined, path: undefined, host: undefined });
    expect(seen.headerValues('authorization')).toEqual([]);
  });

  test('[27] runs for every request, also if the token is cached', async () => {
    const check = vi.fn<Check>(() => true);
    const torii = verifierWith([check]);
    await torii.authenticate(request);
    check.mockReturnValue(false);
    expect(await outcomeOf(torii.authenticate(request))).toBe('not_allowed');
    check.mockReturnValue(true);
    expect(await outcomeOf(torii.authenticate(request))).toBe('accepted');
    expect(check).toHaveBeenCalledTimes(3);
  });

  test('[27] does not run for a caller who is not authenticated', async () => {
    const check = vi.fn<Check>(() => true);
    const torii = verifierWith([check]);
    const stranger = await mint(await makeKey());
    for (const authorization of ['', 'Basic YTpi', `Bearer ${stranger}`, 'Bearer a.b.c']) {
      expect(await outcomeOf(torii.authenticate({ authorization }))).not.toBe('accepted');
    }
    expect(await torii.authenticate({}, { optional: true })).toBeNull();
    expect(check).not.toHaveBeenCalled();
  });

  test('[27] can refuse impersonated tokens', async () => {
    const torii = verifierWith([(auth) => !auth.impersonating]);
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
    for (const claims of [
      { act: { sub: 'admin_1' } },
      { act: {} },
      { impersonating: true },
      { act: {}, impersonating: false },
    ]) {
      expect(await outcomeOf(torii.verify(await mint(key, claims)))).toBe('not_allowed');
    }
  });

  test('cannot change the Auth', async () => {
    const promote: Check = (auth) => {
      (auth as { userId: string }).userId = 'admin';
      return true;
    };
    await expect(verifierWith([promote]).authenticate(request)).rejects.toThrow(TypeError);
  });
});

describe('several checks', () => {
  const yes: Check = () => true;

  test.each<[string, readonly Check[]]>([
    ['the first refuses', [() => false, yes, yes]],
    ['the last refuses', [yes, yes, () => false]],
    ['one in the middle returns nothing', [yes, answering(undefined), yes]],
    ['all refuse', [() => false, () => refuse()]],
    ['one refuses asynchronously', [yes, async () => false]],
  ])('[27] must all return true: refused if %s', async (_name, checks) => {
    expect(await outcomeOf(verifierWith(checks).authenticate(request))).toBe('not_allowed');
  });

  test('[27] let the request through if all return true', async () => {
    expect(await outcomeOf(verifierWith([yes, async () => true, yes]).authenticate(request))).toBe('accepted');
  });

  test('[27] run in order, one after the other, until the first refusal', async () => {
    const order: string[] = [];
    const saying = (name: string, value: boolean): Check => {
      return async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        return value;
      };
    };
    const checks = [saying('first', true), saying('second', false), saying('third', true)];
    expect(await outcomeOf(verifierWith(checks).authenticate(request))).toBe('not_allowed');
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  test('[27] cannot be removed later', async () => {
    const checks: Check[] = [() => false];
    const torii = verifierWith(checks);
    checks.length = 0;
    expect(await outcomeOf(torii.authenticate(request))).toBe('not_allowed');
    const list = requireChecks(
      checks.concat(() => false),
      'checks',
    );
    expect(list).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['an empty list', []],
    ['undefined', undefined],
    ['null', null],
    ['a function', () => true],
    ['true', true],
    ['an object', {}],
    ['a list of undefined', [undefined]],
    ['a list with a string', [() => true, 'admin']],
    ['a list of true', [true]],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what the case is about
    ['a list with a hole', [() => true, , () => true]],
  ])('[27] cannot be %s', (_name, checks) => {
    const wrong = expect.objectContaining({ name: 'ToriiConfigError', option: 'checks' });
    expect(() => verifierWith(checks as readonly Check[])).toThrow(wrong);
    expect(() => requireChecks(checks, 'checks')).toThrow(wrong);
  });
});

describe('the refusal of a check', () => {
  test('has a message for the caller and a detail for the logs', async () => {
    const events: VerifierEvent[] = [];
    const torii = verifierWith([() => refuse('Wrong tenant.', 'expected org_1')], (event) => events.push(event));
    const { denial } = await torii.check(request);
    expect(denial).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden', reason: 'not_allowed', message: 'Wrong tenant.' } },
    });
    expect(JSON.stringify(denial)).not.toContain('org_1');
    expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'expected org_1' } });
  });

  test('has the default message if it has none', async () => {
    for (const value of [false, undefined, {}, refuse(), { message: 'planted', detail: 'planted' }]) {
      const { denial } = await verifierWith([answering(value)]).check(request);
      expect(denial?.body.error.message).toBe(refuse().message);
    }
  });

  test('is not what the event reports if the check throws another error', async () => {
    const events: VerifierEvent[] = [];
    const broken = () => {
      throw new RangeError('broken');
    };
    await expect(verifierWith([broken], (event) => events.push(event)).authenticate(request)).rejects.toThrow(
      RangeError,
    );
    expect(events.map(({ type }) => type)).toEqual(['verified']);
  });

  test('may come from another version of this package', async () => {
    const other = Object.defineProperty({ message: 'No.', detail: 'x' }, Symbol.for('torii.refusal'), { value: true });
    const { denial } = await verifierWith([answering(other)]).check(request);
    expect(denial?.body.error.message).toBe('No.');
  });

  test('does not have its detail in the error, which may be sent to the caller', async () => {
    const error = await verifierWith([() => refuse('No.', 'secret detail')])
      .authenticate(request)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToriiForbiddenError);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('secret detail');
  });

  test('does not share its detail with another refusal', async () => {
    const events: VerifierEvent[] = [];
    const details = ['one', undefined, 'two'];
    const torii = verifierWith([() => refuse('No.', details.shift())], (event) => events.push(event));
    for (let i = 0; i < 3; i++) await torii.check(request);
    expect(events.filter((event) => event.type === 'refused').map((event) => event.detail)).toEqual([
      { check: 'one', checkPosition: 0 },
      { checkPosition: 0 },
      { check: 'two', checkPosition: 0 },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 1, 'a number'],
    ['a string', 'planted', 'a string'],
    ['a symbol', Symbol('planted'), 'a symbol'],
    ['a bigint', 1n, 'a bigint'],
    ['a function', () => true, 'a function'],
    ['an object', { planted: 1 }, 'an object'],
    ['an object for true', Object(true), 'an object'],
    ['an array', ['planted'], 'an array'],
    ['a forged refusal', { message: 'planted', detail: 'planted' }, 'an object'],
  ])('[27] names the check and its position if it returned %s, but not the value', async (_name, value, returned) => {
    const events: VerifierEvent[] = [];
    const isGood: Check = () => true;
    for (const given of [value, Promise.resolve(value)]) {
      const isCareless = (() => given) as Check;
      await verifierWith([isGood, isCareless], (event) => events.push(event)).check(request);
      expect(events.at(-1)).toMatchObject({
        type: 'refused',
        detail: { checkName: 'isCareless', checkPosition: 1, returned },
      });
      expect(JSON.stringify(events)).not.toContain('planted');
    }
  });

  test('[27] names the check of a route, and tells a mistake from a refusal', async () => {
    const events: VerifierEvent[] = [];
    const isOpen: Check = () => true;
    const isLate: Check = () => false;
    const isOther: Check = () => refuse('No.', 'other');
    const auth = await verifierWith([isOpen], (event) => events.push(event)).verify(token);
    for (const check of [isLate, isOther]) {
      await expect(authorize(auth, request, [isOpen, check])).rejects.toThrow(ToriiForbiddenError);
    }
    expect(events.filter(({ type }) => type === 'refused')).toMatchObject([
      { detail: { checkName: 'isLate', checkPosition: 1 } },
      { detail: { checkName: 'isOther', checkPosition: 1, check: 'other' } },
    ]);
    expect(JSON.stringify(events)).not.toContain('returned');
  });

  test('[35] has a name that is safe to log, whatever the name of the check is', async () => {
    const events: VerifierEvent[] = [];
    const names: unknown[] = [`for ${token}`, 'a\nb', 'x'.repeat(1_000), '', 7, null, Symbol('x'), {}];
    for (const name of names) {
      const check = Object.defineProperty(() => false, 'name', { value: name });
      await verifierWith([check], (event) => events.push(event)).check(request);
    }
    const throws = Object.defineProperty(() => false, 'name', {
      get: () => {
        throw new Error('planted');
      },
    });
    expect(await outcomeOf(verifierWith([throws]).authenticate(request))).toBe('not_allowed');
    const seen = events.flatMap((event) => (event.type === 'refused' ? [event.detail.checkName] : []));
    expect(seen).toEqual(['[withheld]', 'a?b', `${'x'.repeat(200)}…`, ...Array(5).fill(undefined)]);
  });

  test.each([[1], [null], [Symbol('planted')], [{}], [['planted']]])(
    '[27] has the default message if refuse was given %s as its message',
    async (message) => {
      const { denial } = await verifierWith([() => refuse(message as string)]).check(request);
      expect([denial?.status, denial?.body.error.message]).toEqual([403, refuse().message]);
    },
  );

  test('[27] is frozen', () => {
    const refusal = refuse('No.', 'x');
    expect(Object.isFrozen(refusal)).toBe(true);
    expect(refusal).toEqual({ message: 'No.', detail: 'x' });
  });
});

describe('an error of a check', () => {
  class StoreError extends Error {}

  test.each<[string, (error: unknown) => Check]>([
    [
      'throws',
      (error) => () => {
        throw error;
      },
    ],
    ['rejects', (error) => () => Promise.reject(error)],
  ])('[27] is passed on unchanged if the check %s', async (_name, failing) => {
    for (const error of [
      new StoreError('down'),
      new TypeError('bug'),
      'a text',
      undefined,
      null,
      false,
      true,
      { allowed: true },
    ]) {
      const torii = verifierWith([failing(error), () => true]);
      const calls = [
        () => torii.authenticate(request),
        () => torii.authenticate(request, { optional: true }),
        () => torii.check(request),
        () => torii.verify(token),
      ];
      for (const call of calls) {
        const caught = await call().then(
          () => 'accepted',
          (reason: unknown) => ({ reason }),
        );
        expect(caught).toEqual({ reason: error });
        expect((caught as { reason: unknown }).reason).toBe(error);
      }
    }
  });

  test('[27] is not reported as a refusal', async () => {
    const events: VerifierEvent[] = [];
    const check: Check = () => {
      throw new StoreError('down');
    };
    await expect(verifierWith([check], (event) => events.push(event)).check(request)).rejects.toThrow(StoreError);
    expect(events.map((event) => event.type)).toEqual(['verified']);
  });

  test('[27] that is a ToriiForbiddenError is a refusal', async () => {
    const check: Check = () => {
      throw new ToriiForbiddenError('Not on Sundays.');
    };
    expect(await verifierWith([check]).check(request)).toMatchObject({
      denial: { status: 403, body: { error: { message: 'Not on Sundays.' } } },
    });
  });
});

test('[27] authorize refuses unless every check returns true', async () => {
  const auth = await verifierWith([() => true]).authenticate(request);
  if (auth === null) throw new Error('unreachable');
  await expect(authorize(auth, request, [() => true, async () => true])).resolves.toBeUndefined();
  await expect(authorize(auth, request, [() => true, answering(1)])).rejects.toThrow(ToriiForbiddenError);
  await expect(authorize(auth, request, [answering(undefined)])).rejects.toThrow(ToriiForbiddenError);
});

test('[27] authorize throws without a check', async () => {
  const auth = await verifierWith([() => true]).authenticate(request);
  await expect(authorize(auth, request, [])).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'checks' });
});

test('[27] authorize runs the checks that it was given, even if the list changes', async () => {
  const auth = await verifierWith([() => true]).authenticate(request);
  const checks: [Check, ...Check[]] = [async () => true, () => false];
  const asked = authorize(auth, request, checks);
  checks.length = 1;
  await expect(asked).rejects.toThrow(ToriiForbiddenError);

  class Empty extends Array<Check> {
    override [Symbol.iterator]() {
      return [][Symbol.iterator]();
    }
  }
  await expect(
    authorize(
      auth,
      request,
      new Empty(
        () => false,
        () => false,
      ),
    ),
  ).rejects.toThrow(ToriiConfigError);
});

test('authorize refuses null like a request without a token', async () => {
  const check = vi.fn<Check>(() => true);
  await expect(authorize(null, request, [check])).rejects.toMatchObject({ reason: 'token_missing' });
  expect(check).not.toHaveBeenCalled();
});

test("authorize reports a refusal to the verifier's listener, with the detail of the check", async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const auth = await createVerifier({ issuer, keys, onEvent: (event) => events.push(event) }).authenticate(request);
  await expect(authorize(auth, request, [() => refuse('No.', 'not on the list')])).rejects.toThrow('No.');
  expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'not on the list' } });
});

test.each([undefined, 0, 'x', { userId: 'x' }, {}])('[17] authorize throws for %j instead of an Auth', async (auth) => {
  const check = vi.fn<Check>(() => true);
  await expect(authorize(auth as unknown as Auth, request, [check])).rejects.toThrow(ToriiConfigError);
  expect(check).not.toHaveBeenCalled();
});

test('[16] the detail of a check is withheld if it contains a token', async () => {
  const events: VerifierEvent[] = [];
  const torii = verifierWith([() => refuse('No.', `sent ${token}`)], (event) => events.push(event));
  await outcomeOf(torii.authenticate(request));
  expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: '[withheld]' } });
});

test('[27] isRefusal rejects objects that look like a refusal', () => {
  expect(isRefusal(refuse('No.', 'for the logs'))).toBe(true);
  for (const value of [false, true, undefined, null, 'No.', {}, { message: 'No.' }, { ...refuse('No.') }]) {
    expect(isRefusal(value)).toBe(false);
  }
});
