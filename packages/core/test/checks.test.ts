import { describe, expect, test, vi } from 'vitest';
import { isRefusal, requireChecks } from '../src/adapter.ts';
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
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const token = await mint(key);
const request = { method: 'GET', url: '/orders?x', headers: { authorization: `Bearer ${token}`, host: 'app.test' } };

function verifierWith(checks: readonly Check[], onEvent: (event: VerifierEvent) => void = () => {}) {
  return createVerifier({ issuer, keys: { keys: [key.publicJwk] }, checks, onEvent });
}

/** A check that answers what TypeScript would not let it. */
const answering = (value: unknown): Check => (() => value) as Check;

describe('a check', () => {
  test.each<[string, unknown]>([
    ['true', true],
    ['a promise of true', Promise.resolve(true)],
    ['a promise of a promise of true', Promise.resolve(Promise.resolve(true))],
  ])('[27] lets the request through by %s', async (_name, value) => {
    expect(await outcomeOf(verifierWith([answering(value)]).authenticate(request))).toBe('accepted');
  });

  const refusing: [string, unknown][] = [
    ['false', false],
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['0', 0],
    ['the text true', 'true'],
    ['an empty text', ''],
    ['an object', {}],
    ['a list', []],
    ['a list of true', [true]],
    ['true in an object', Object(true)],
    ['a function', () => true],
    ['a symbol', Symbol('true')],
    ['a big number', 1n],
    ['NaN', Number.NaN],
    ['an error', new Error('no')],
    ['a refusal', refuse()],
    ['something like a refusal', { message: 'no', detail: undefined }],
    ['something like an answer', { allowed: true, ok: true, value: true }],
  ];

  test.each(refusing)('[27] refuses by %s, and by a promise of it', async (_name, value) => {
    for (const given of [value, Promise.resolve(value)]) {
      const torii = verifierWith([answering(given)]);
      expect(await outcomeOf(torii.authenticate(request))).toBe('not_allowed');
      expect(await outcomeOf(torii.authenticate(request, { optional: true }))).toBe('not_allowed');
      expect(await outcomeOf(torii.verify(token))).toBe('not_allowed');
      expect(await torii.check(request)).toMatchObject({ auth: null, denial: { status: 403 } });
    }
  });

  test('[27] that forgets to answer refuses', async () => {
    expect(await outcomeOf(verifierWith([answering(undefined), async () => true]).authenticate(request))).toBe(
      'not_allowed',
    );
  });

  test('sees who is calling, and the request', async () => {
    const check = vi.fn<Check>(() => true);
    const auth = await verifierWith([check]).authenticate(request);
    const [seenAuth, seenRequest] = check.mock.calls[0] as [Auth, RequestView];
    expect(seenAuth).toBe(auth);
    expect(seenRequest).toMatchObject({ method: 'GET', path: '/orders', host: 'app.test' });
    expect(seenRequest.headerValues('Host')).toEqual(['app.test']);
  });

  test('sees a request of which nothing is known where a token is verified alone', async () => {
    const check = vi.fn<Check>(() => true);
    await verifierWith([check]).verify(token);
    const [, seen] = check.mock.calls[0] as [Auth, RequestView];
    expect(seen).toMatchObject({ method: undefined, path: undefined, host: undefined });
    expect(seen.headerValues('authorization')).toEqual([]);
  });

  test('[27] is asked about every request, also when the token was verified before', async () => {
    const check = vi.fn<Check>(() => true);
    const torii = verifierWith([check]);
    await torii.authenticate(request);
    check.mockReturnValue(false);
    expect(await outcomeOf(torii.authenticate(request))).toBe('not_allowed');
    check.mockReturnValue(true);
    expect(await outcomeOf(torii.authenticate(request))).toBe('accepted');
    expect(check).toHaveBeenCalledTimes(3);
  });

  test('[27] is not asked about a caller who is not known', async () => {
    const check = vi.fn<Check>(() => true);
    const torii = verifierWith([check]);
    const stranger = await mint(await makeKey());
    for (const authorization of ['', 'Basic YTpi', `Bearer ${stranger}`, 'Bearer a.b.c']) {
      expect(await outcomeOf(torii.authenticate({ authorization }))).not.toBe('accepted');
    }
    expect(await torii.authenticate({}, { optional: true })).toBeNull();
    expect(check).not.toHaveBeenCalled();
  });

  test('[27] keeps an impersonated token out where it says so', async () => {
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

  test('cannot change who is calling for the next one', async () => {
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
    ['the first says no', [() => false, yes, yes]],
    ['the last says no', [yes, yes, () => false]],
    ['one in the middle says nothing', [yes, answering(undefined), yes]],
    ['all say no', [() => false, () => refuse()]],
    ['one promises a no', [yes, async () => false]],
  ])('[27] mean all of them: refused when %s', async (_name, checks) => {
    expect(await outcomeOf(verifierWith(checks).authenticate(request))).toBe('not_allowed');
  });

  test('[27] let through where all say true', async () => {
    expect(await outcomeOf(verifierWith([yes, async () => true, yes]).authenticate(request))).toBe('accepted');
  });

  test('[27] are asked in order, one after the other, until the first no', async () => {
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

  test('[27] cannot be taken away afterwards', async () => {
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
    ['nothing', []],
    ['undefined', undefined],
    ['null', null],
    ['a function', () => true],
    ['true', true],
    ['an object', {}],
    ['a list of undefined', [undefined]],
    ['a list with something that is no function', [() => true, 'admin']],
    ['a list of true', [true]],
    // biome-ignore lint/suspicious/noSparseArray: a comma too many is what the case is about
    ['a list with a hole', [() => true, , () => true]],
  ])('[27] cannot be %s', (_name, checks) => {
    const wrong = expect.objectContaining({ name: 'ToriiConfigError', option: 'checks' });
    expect(() => verifierWith(checks as readonly Check[])).toThrow(wrong);
    expect(() => requireChecks(checks, 'checks')).toThrow(wrong);
  });
});

describe('what a check says', () => {
  test('goes into the answer, and its detail to the logs alone', async () => {
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

  test('is our own word where it says nothing', async () => {
    for (const value of [false, undefined, {}, refuse(), { message: 'planted', detail: 'planted' }]) {
      const { denial } = await verifierWith([answering(value)]).check(request);
      expect(denial?.body.error.message).toBe(refuse().message);
    }
  });

  test('is not in the error, which may be logged or answered', async () => {
    const error = await verifierWith([() => refuse('No.', 'secret detail')])
      .authenticate(request)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToriiForbiddenError);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('secret detail');
  });

  test('is kept for each refusal apart', async () => {
    const events: VerifierEvent[] = [];
    const details = ['one', undefined, 'two'];
    const torii = verifierWith([() => refuse('No.', details.shift())], (event) => events.push(event));
    for (let i = 0; i < 3; i++) await torii.check(request);
    expect(events.filter((event) => event.type === 'refused').map((event) => event.detail)).toEqual([
      { check: 'one' },
      {},
      { check: 'two' },
    ]);
  });

  test('[27] a refusal is never taken for a yes, frozen as it is', () => {
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
  ])('[27] is passed on as it is when the check %s', async (_name, failing) => {
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
          () => 'was let in',
          (reason: unknown) => ({ reason }),
        );
        expect(caught).toEqual({ reason: error });
        expect((caught as { reason: unknown }).reason).toBe(error);
      }
    }
  });

  test('[27] is not told as a refusal, since it is none', async () => {
    const events: VerifierEvent[] = [];
    const check: Check = () => {
      throw new StoreError('down');
    };
    await expect(verifierWith([check], (event) => events.push(event)).check(request)).rejects.toThrow(StoreError);
    expect(events.map((event) => event.type)).toEqual(['verified']);
  });

  test('[27] that is ours is answered as ours', async () => {
    const check: Check = () => {
      throw new ToriiForbiddenError('Not on Sundays.');
    };
    expect(await verifierWith([check]).check(request)).toMatchObject({
      denial: { status: 403, body: { error: { message: 'Not on Sundays.' } } },
    });
  });
});

test('[27] authorize, which adapters use for one route, follows the same rule', async () => {
  const auth = await verifierWith([() => true]).authenticate(request);
  if (auth === null) throw new Error('unreachable');
  await expect(authorize(auth, request, [() => true, async () => true])).resolves.toBeUndefined();
  await expect(authorize(auth, request, [() => true, answering(1)])).rejects.toThrow(ToriiForbiddenError);
  await expect(authorize(auth, request, [answering(undefined)])).rejects.toThrow(ToriiForbiddenError);
});

test('[27] authorize without a check passes nobody', async () => {
  const auth = await verifierWith([() => true]).authenticate(request);
  await expect(authorize(auth, request, [])).rejects.toThrow(ToriiConfigError);
});

test('[27] authorize asks the checks that it was given, whatever becomes of the list', async () => {
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

test('authorize refuses nobody as a request without a token', async () => {
  const check = vi.fn<Check>(() => true);
  await expect(authorize(null, request, [check])).rejects.toMatchObject({ reason: 'token_missing' });
  expect(check).not.toHaveBeenCalled();
});

test("a refusal by authorize reaches the verifier's listener, with what the check said for the logs", async () => {
  const events: VerifierEvent[] = [];
  const keys = { keys: [key.publicJwk] };
  const auth = await createVerifier({ issuer, keys, onEvent: (event) => events.push(event) }).authenticate(request);
  await expect(authorize(auth, request, [() => refuse('No.', 'not on the list')])).rejects.toThrow('No.');
  expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: 'not on the list' } });
});

test.each([undefined, 0, 'x', { userId: 'x' }, {}])('[17] authorize takes %j for no caller', async (auth) => {
  const check = vi.fn<Check>(() => true);
  await expect(authorize(auth as unknown as Auth, request, [check])).rejects.toThrow(ToriiConfigError);
  expect(check).not.toHaveBeenCalled();
});

test('[16] what a check says for the logs is withheld where it holds a token', async () => {
  const events: VerifierEvent[] = [];
  const torii = verifierWith([() => refuse('No.', `sent ${token}`)], (event) => events.push(event));
  await outcomeOf(torii.authenticate(request));
  expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: '[withheld]' } });
});

test('[27] a refusal is known from what merely looks like one', () => {
  expect(isRefusal(refuse('No.', 'for the logs'))).toBe(true);
  for (const value of [false, true, undefined, null, 'No.', {}, { message: 'No.' }, { ...refuse('No.') }]) {
    expect(isRefusal(value)).toBe(false);
  }
});
