import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGuards } from '../src/adapter.ts';
import {
  type Auth,
  authorize,
  type Check,
  createVerifier,
  refuse,
  reportOnly,
  ToriiRequestError,
  type VerifierEvent,
} from '../src/index.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf, outcomeOfCall } from './outcome.ts';

const key = await makeKey();
const token = await mint(key);
const request = { method: 'GET', url: '/orders', headers: { authorization: `Bearer ${token}` } };

function make(...checks: readonly Check[]) {
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({
    issuer,
    keys: { keys: [key.publicJwk] },
    ...(checks.length > 0 && { checks }),
    onEvent: (event) => events.push(event),
  });
  const types = () => events.map(({ type }) => type);
  return { verifier, events, types, ask: () => outcomeOf(verifier.authenticate(request)) };
}

const named = (answer: unknown): Check => {
  const isAdmin = () => answer;
  return isAdmin as Check;
};

describe('a check that is only reported', () => {
  test.each<[string, unknown, object]>([
    ['false', false, { error: { message: 'You may not do this.' }, detail: { checkName: 'isAdmin' } }],
    [
      'a refusal',
      refuse('Admins only.', 'role: clerk'),
      { error: { message: 'Admins only.' }, detail: { check: 'role: clerk' } },
    ],
    ['undefined', undefined, { detail: { returned: 'undefined' } }],
    ['an object', { ok: true }, { detail: { returned: 'an object' } }],
    ['a promise of false', Promise.resolve(false), { error: { reason: 'not_allowed' } }],
  ])(
    'lets a request through if it returns %s, and says that it would have been refused',
    async (_, answer, expected) => {
      const { ask, events, types } = make(reportOnly(named(answer)));
      expect(await ask()).toBe('accepted');
      await vi.waitFor(() => expect(types()).toEqual(['verified', 'would_refuse']));
      expect(events[1]).toMatchObject({ detail: { checkPosition: 0 }, ...expected });
    },
  );

  test('reports nothing if it returns true', async () => {
    const { ask, types } = make(reportOnly(named(true)), reportOnly(named(Promise.resolve(true))));
    expect(await ask()).toBe('accepted');
    await new Promise((resolve) => setTimeout(resolve));
    expect(types()).toEqual(['verified']);
  });

  test.each<[string, unknown, object]>([
    ['an error', new TypeError('no column eyJhbGciOiJFUzI1NiJ9'), { name: 'TypeError', message: '[withheld]' }],
    ['a refusal of ours', new ToriiRequestError('Two paths.'), { reason: 'request_malformed' }],
    ['a string', 'no', {}],
    ['undefined', undefined, {}],
  ])('lets a request through if it throws %s', async (_, thrown, error) => {
    const sync: Check = () => {
      throw thrown;
    };
    for (const check of [sync, async () => Promise.reject(thrown)] as Check[]) {
      const { ask, events, types } = make(reportOnly(check));
      expect(await ask()).toBe('accepted');
      await vi.waitFor(() => expect(types()).toEqual(['verified', 'would_refuse']));
      expect(events[1]).toMatchObject({ error });
    }
  });

  test('does not change what the checks next to it decide', async () => {
    const [yes, no] = [vi.fn(() => true), vi.fn(() => false)];
    const later = vi.fn(() => false);
    const { ask, types } = make(reportOnly(yes), no, reportOnly(later));
    expect(await ask()).toBe('not_allowed');
    expect([yes, no, later].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
    expect(types()).toEqual(['verified', 'refused']);
    expect(await make(yes, reportOnly(no)).ask()).toBe('accepted');
  });

  test('[35] says only what is safe to log', async () => {
    const { ask, events } = make(reportOnly(() => refuse('No.', `the path was eyJhbGciOiJFUzI1NiJ9\n`)));
    await ask();
    expect(events[1]).toMatchObject({ type: 'would_refuse', detail: { check: '[withheld]' } });
  });

  test('is not run without `onEvent`', async () => {
    const check = vi.fn(() => false);
    const verifier = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, checks: [reportOnly(check)] });
    expect(await outcomeOf(verifier.authenticate(request))).toBe('accepted');
    expect(check).not.toHaveBeenCalled();
  });

  test('works in `authorize` and `allow`, which still refuse callers who are not signed in', async () => {
    const { verifier, types } = make();
    const auth = await verifier.authenticate(request);
    await authorize(auth, request, [reportOnly(named(false))]);
    expect(types()).toEqual(['verified', 'would_refuse']);
    expect(await outcomeOf(authorize(null, request, [reportOnly(named(true))]))).toBe('token_missing');

    type Framework = { readonly url: string; auth: Auth | null };
    const guards = createGuards<Framework, (request: Framework) => Promise<unknown>>({
      place: 'req.auth',
      describe: ({ url }) => ({ url, method: 'GET', headers: request.headers }),
      read: (req) => req.auth,
      write: (req, given) => {
        req.auth = given;
      },
      toMiddleware: (guard) => (req) =>
        guard(req, { pass: () => 'passed', answer: () => 'refused', fail: () => 'failed' }),
    });
    const given: Framework = { url: '/orders', auth: null };
    expect(await guards.requireAuth(verifier)(given)).toBe('passed');
    expect(await guards.allow(reportOnly(named(false)))(given)).toBe('passed');
    expect(types()).toEqual(['verified', 'would_refuse', 'verified', 'would_refuse']);
  });
});

describe('[27] a check that is only reported never becomes a yes or a no of another check', () => {
  const wrapped = reportOnly(named(true));
  const either: Check = (auth, view) => wrapped(auth, view);

  test('a function that calls it throws, so a request is not let through', async () => {
    expect(await make(either).ask()).toBe('configuration_invalid');
    const inverted: Check = async (auth, view) => (await wrapped(auth, view)) !== true;
    expect(await make(inverted).ask()).toBe('configuration_invalid');
    expect(await make(wrapped.bind(null) as Check).ask()).toBe('configuration_invalid');
  });

  test('it takes one check', () => {
    for (const wrong of [undefined, null, true, {}, [() => true], wrapped]) {
      expect(outcomeOfCall(() => reportOnly(wrong as unknown as Check))).toBe('configuration_invalid');
    }
    expect(wrapped.name).toBe('reportOnly(isAdmin)');
  });

  test('a check of another copy of this package is recognized', async () => {
    const foreign = Object.defineProperty(() => false, Symbol.for('torii.reportOnly'), { value: named(false) });
    const { ask, types } = make(foreign);
    expect(await ask()).toBe('accepted');
    expect(types()).toEqual(['verified', 'would_refuse']);
    // The mark must be an own property whose value is a function.
    expect(await make(Object.assign(() => false, { [Symbol.for('torii.reportOnly')]: true })).ask()).toBe(
      'not_allowed',
    );
    const inherits = Object.setPrototypeOf(() => false, foreign);
    expect(await make(inherits).ask()).toBe('not_allowed');
  });
});

describe('a check that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('does not hold the request, and is reported after ten seconds', async () => {
    const { ask, events, types } = make(reportOnly(() => new Promise(() => {})));
    expect(await ask()).toBe('accepted');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(types()).toEqual(['verified']);
    await vi.advanceTimersByTimeAsync(1);
    expect(events[1]).toMatchObject({
      type: 'would_refuse',
      error: { message: 'The check has not answered within 10 seconds.' },
    });
  });

  test('[36] is not run again while a thousand runs have not ended', async () => {
    const check = vi.fn(() => new Promise<boolean>(() => {}));
    const { verifier, events } = make();
    const auth = await verifier.authenticate(request);
    const report = () => authorize(auth, request, [reportOnly(check)]);
    for (let n = 0; n < 1_001; n++) await report();
    expect(check).toHaveBeenCalledTimes(1_000);
    expect(events.at(-1)).toMatchObject({ type: 'report_skipped', detail: { checkPosition: 0 } });
    await vi.advanceTimersByTimeAsync(10_000);
    await report();
    expect(check).toHaveBeenCalledTimes(1_001);
    await vi.advanceTimersByTimeAsync(10_000);
  });
});
