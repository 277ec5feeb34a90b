import { describe, expect, test, vi } from 'vitest';
import { type Check, createVerifier, type Verifier, type VerifierEvent } from '../src/index.ts';
import { observeToken } from '../src/observation.ts';
import { issuer } from './mint.ts';
import { observe, refused } from './observing.ts';
import { ask, bearer, other, ours, torii } from './two-makers.ts';

describe('[46] an observed verifier has no effect', () => {
  const never = new Promise<never>(() => {});
  const down = createVerifier({ issuer, fetch: async () => Response.json({}, { status: 500 }) });
  const silent = createVerifier({ issuer, fetch: () => never, keysTimeoutMs: 100 });

  test.each<[string, Verifier<object, null>, object]>([
    [
      'whose check throws',
      torii({
        checks: [
          () => {
            throw new TypeError('broken');
          },
        ],
      }),
      { name: 'TypeError', message: 'broken' },
    ],
    ['whose check rejects with no error', torii({ checks: [() => Promise.reject(undefined)] }), {}],
    ['whose keys cannot be fetched', down, { name: 'ToriiUnavailableError' }],
    ['whose keys never come', silent, { name: 'ToriiUnavailableError' }],
  ])('%s', async (_name, observed, cause) => {
    const { verifier, events, reported } = observe(observed);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    await reported();
    expect(events).toMatchObject([{ type: 'not_observed', why: 'failed', cause }]);
  });

  test('whose check throws an object that cannot be read', async () => {
    const hostile: object = new Proxy(Object.create(null), {
      get: () => {
        throw new Error('trap');
      },
      has: () => {
        throw new Error('trap');
      },
      getPrototypeOf: () => {
        throw new Error('trap');
      },
      getOwnPropertyDescriptor: () => {
        throw new Error('trap');
      },
    });
    const observed = torii({
      checks: [
        (): never => {
          throw hostile;
        },
      ],
    });
    const { verifier, events, reported } = observe(observed);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    await reported();
    expect(events).toMatchObject([{ type: 'not_observed', why: 'failed' }]);
  });

  test('whose check returns an odd value refuses, as it would in its own place', async () => {
    const { verifier, events, reported } = observe(torii({ checks: [() => 'yes' as never] }));
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    await reported();
    expect(events).toMatchObject([{ type: 'disagreed', observed: refused('not_allowed') }]);
  });

  test.each([
    ['an object', { userId: 'admin' }],
    ['undefined', undefined],
    ['a copy of an Auth', 'copy'],
  ])('that returns %s instead of an Auth', async (_name, returned) => {
    const [token, verifier] = [await ours(), torii()];
    const auth = await verifier.verify(token);
    const answer = async () => (returned === 'copy' ? { ...auth } : returned);
    const events: VerifierEvent[] = [];
    const observed = { verify: answer, authenticate: answer };
    expect(
      await observeToken(
        () => verifier.verify(token),
        token,
        observed,
        (event) => events.push(event),
      ),
    ).toBe(auth);
    await vi.waitFor(() => expect(events).toMatchObject([{ type: 'not_observed', why: 'failed' }]));
  });

  test('on a platform that allows no timer', async () => {
    const { verifier, events } = observe(torii());
    vi.stubGlobal('setTimeout', () => {
      throw new Error('no timers in global scope');
    });
    const user = await ask(verifier, bearer(await ours())).finally(() => vi.unstubAllGlobals());
    expect([user, events]).toMatchObject(['ada', [{ type: 'not_observed', why: 'failed' }]]);
  });

  test('the listener may throw', async () => {
    const called = vi.fn();
    const onEvent = (event: VerifierEvent): void => {
      called(event.type);
      throw new Error('log');
    };
    const verifier = torii({ observe: other(), onEvent });
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    await vi.waitFor(() => expect(called).toHaveBeenLastCalledWith('disagreed'));
  });

  test('a request whose headers cannot be copied is decided', async () => {
    const { verifier, events } = observe(torii());
    const target: Record<string, string> = { authorization: `Bearer ${await ours()}` };
    let reads = 0;
    const headers = new Proxy(target, {
      getOwnPropertyDescriptor(from, name) {
        // Not for the verifier that decides.
        if (new Error().stack?.includes('copyRequest')) throw new Error('read twice');
        reads++;
        return Reflect.getOwnPropertyDescriptor(from, name);
      },
    });
    expect(await ask(verifier, { headers })).toBe('ada');
    expect(events).toMatchObject([{ type: 'not_observed', why: 'failed', cause: { message: 'read twice' } }]);
    expect(reads).toBeGreaterThan(0);
  });

  test('the answer comes before the other verifier is asked', async () => {
    const order: string[] = [];
    const check: Check = () => {
      order.push('observed');
      return true;
    };
    const { verifier, reported } = observe(torii({ checks: [check] }));
    await verifier.authenticate(bearer(await ours()));
    for (let i = 0; i < 50; i++) await undefined;
    order.push('answered');
    await reported();
    expect(order).toEqual(['answered', 'observed']);
  });

  test('an error of our own check is thrown as before, and is not compared', async () => {
    const failing = torii({
      checks: [
        () => {
          throw new RangeError('ours');
        },
      ],
    });
    const asked = vi.fn<Check>(() => true);
    const { verifier, events } = observe(torii({ checks: [asked] }), torii, {
      checks: [
        () => {
          throw new RangeError('ours');
        },
      ],
    });
    const token = await ours();
    await expect(verifier.authenticate(bearer(token))).rejects.toThrow(RangeError);
    await expect(failing.authenticate(bearer(token))).rejects.toThrow(RangeError);
    expect([events, asked.mock.calls]).toEqual([[], []]);
  });
});
