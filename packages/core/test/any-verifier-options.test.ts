import { describe, expect, test } from 'vitest';
import { createGuards, tokenReaderOf } from '../src/adapter.ts';
import { anyVerifier, createTokenVerifier, type Verifier, type VerifierEvent } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { issuer } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { ask, bearer, key, other, ours, theirs, torii } from './two-makers.ts';

const wrong = (option: string, message: RegExp) =>
  expect.objectContaining({ name: 'ToriiConfigError', option, message: expect.stringMatching(message) });

describe('the options of the whole', () => {
  test('a public path and a preflight are let through by the second argument', async () => {
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => void events.push(event);
    const verifier = anyVerifier([torii(), other()], { publicPaths: ['/health'], allowPreflight: true, onEvent });
    expect(await ask(verifier, { url: '/health', headers: {} })).toBe('signed out');
    expect(await ask(verifier, { url: '/health/', headers: {} })).toBe('token_missing');
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://a.test', 'access-control-request-method': 'PUT' },
    };
    expect(await ask(verifier, preflight)).toBe('signed out');
    expect(await ask(anyVerifier([torii(), other()]), preflight)).toBe('token_missing');
    expect(events).toMatchObject([{ why: 'public_path' }, { type: 'refused' }, { why: 'preflight' }]);
  });

  test('each verifier gets the events of its tokens, and the whole those of no verifier', async () => {
    const logs: Record<string, string[]> = { torii: [], other: [], whole: [] };
    const to = (name: string) => (event: VerifierEvent) =>
      void logs[name]?.push(event.type === 'refused' ? String(event.error.toJSON().reason) : event.type);
    const members = [torii({ onEvent: to('torii') }), other({ onEvent: to('other'), checks: [() => false] })] as const;
    const verifier = anyVerifier(members, { onEvent: to('whole') });
    await ask(verifier, bearer(await ours()));
    await ask(verifier, bearer(await ours({ exp: 1 })));
    await ask(verifier, bearer(await theirs()));
    await ask(verifier, bearer(await theirs({ iss: 'x' })));
    await ask(verifier, bearer('a.b.c'));
    await ask(verifier, { headers: {} });
    await ask(verifier, { headers: {} }, true);
    await outcomeOf(verifier.verify(''));
    await outcomeOf(verifier.verify(await theirs({ exp: 1 })));
    expect(logs).toEqual({
      torii: ['verified', 'token_expired'],
      other: ['verified', 'not_allowed', 'token_expired'],
      whole: ['issuer_refused', 'token_malformed', 'token_missing', 'passed', 'token_missing'],
    });
    await ask(anyVerifier(members), { headers: {} });
    expect(logs['torii']).toEqual(['verified', 'token_expired', 'token_missing']);
  });

  test.each<[string, () => unknown, string, RegExp]>([
    ['an empty list', () => anyVerifier([] as never), 'verifiers', /is empty/],
    ['no list', () => anyVerifier(torii() as never), 'verifiers', /list of verifiers/],
    ['a hole', () => anyVerifier(new Array(1) as never), 'verifiers', /undefined.*position 0/],
    ['options in place of a verifier', () => anyVerifier([{ issuer }] as never), 'verifiers', /createVerifier/],
    ['a copy of a verifier', () => anyVerifier([{ ...torii() }]), 'verifiers', /createVerifier/],
    ['a token verifier', () => anyVerifier([createTokenVerifier({ issuer })] as never), 'verifiers', /createVerifier/],
    ['a nested one', () => anyVerifier([anyVerifier([torii()]), other()]), 'verifiers', /List its verifiers/],
    [
      'two verifiers of one issuer',
      () => anyVerifier([torii(), torii({ environmentId: 'e' })]),
      'issuer',
      /two verifiers/,
    ],
    [
      'one verifier twice',
      () => {
        const one = torii();
        return anyVerifier([one, one]);
      },
      'issuer',
      /acme.*two verifiers/,
    ],
    [
      'one issuer with and without a slash',
      () => anyVerifier([torii(), other({ issuer: `${issuer}/` })]),
      'issuer',
      /two/,
    ],
    [
      'one issuer in two lists',
      () => anyVerifier([other({ issuer: ['a', 'b'] }), other({ issuer: ['c', 'b/'] })]),
      'issuer',
      /b is/,
    ],
    [
      'a verifier without an issuer',
      () => {
        return anyVerifier([torii(), createJwtVerifier({ algorithms: ['ES256'], key: key.publicJwk })]);
      },
      'issuer',
      /is not set in a verifier.*position 1/,
    ],
    ['public paths of one', () => anyVerifier([torii({ publicPaths: ['/'] })]), 'publicPaths', /anyVerifier\(\[…\]/],
    [
      'empty public paths of one',
      () => anyVerifier([torii({ publicPaths: [] })]),
      'publicPaths',
      /applies to the whole list/,
    ],
    [
      'preflights of one',
      () => anyVerifier([other({ allowPreflight: true })]),
      'allowPreflight',
      /applies to the whole list/,
    ],
    [
      'an observed verifier of one',
      () => anyVerifier([other({ observe: torii() })]),
      'observe',
      /applies to the whole list/,
    ],
    ['checks for all', () => anyVerifier([torii()], { checks: [() => true] } as never), 'checks', /option/],
    ['no object of options', () => anyVerifier([torii()], null as never), 'options', /object/],
    ['a verifier as options', () => anyVerifier([torii()], other() as never), 'options', /object/],
    ['a wrong listener', () => anyVerifier([torii()], { onEvent: 'log' as never }), 'onEvent', /function/],
  ])('%s is a config error', (_name, make, option, message) => {
    expect(make).toThrow(wrong(option, message));
  });

  test('a list of one is that verifier', async () => {
    const verifier = anyVerifier([torii()]);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    expect(await ask(verifier, bearer(await theirs()))).toBe('issuer_refused');
  });

  test('a list that is changed later changes nothing', async () => {
    const list: [Verifier<object, null>, ...Verifier<object, null>[]] = [torii()];
    const verifier = anyVerifier(list);
    list.push(other());
    expect(await ask(verifier, bearer(await theirs()))).toBe('issuer_refused');
  });
});

describe('guards', () => {
  interface Call {
    readonly headers: Record<string, string>;
    caller?: unknown;
  }
  const { requireAuth, getToken, getAuth, allow } = createGuards<Call, (call: Call) => Promise<unknown>>({
    place: 'call.caller',
    describe: ({ headers }) => ({ method: 'GET', path: '/', headers }),
    read: (call) => call.caller,
    write(call, auth) {
      call.caller = auth;
    },
    toMiddleware: (guard) => (call) =>
      guard<unknown>(call, {
        pass: () => 'passed',
        answer: ({ status }) => status,
        fail: (error) => Promise.reject(error),
      }),
  });

  test('take it, and hand out the token that was verified', async () => {
    const guard = requireAuth(anyVerifier([torii(), other({ cookie: 'c' })]), { exposeToken: true });
    const [ada, bob] = [await ours(), await theirs()];
    for (const [headers, token, user] of [
      [{ authorization: `Bearer ${ada}` }, ada, 'ada'],
      [{ cookie: `c=${bob}` }, bob, 'bob'],
    ] as const) {
      const call: Call = { headers };
      expect(await guard(call)).toBe('passed');
      expect([getToken(call), getAuth(call).userId]).toEqual([token, user]);
      expect(await allow((auth) => auth.userId === user)(call)).toBe('passed');
    }
    expect(await guard({ headers: { authorization: 'Bearer a.b.c', cookie: `c=${bob}` } })).toBe(401);
  });

  test('report the refusal of a later check to the verifier of the token', async () => {
    const [first, second]: string[][] = [[], []];
    const verifier = anyVerifier([
      torii({ onEvent: ({ type }) => first?.push(type) }),
      other({ onEvent: ({ type }) => second?.push(type) }),
    ]);
    const call: Call = { headers: { authorization: `Bearer ${await theirs()}` } };
    await requireAuth(verifier)(call);
    expect(await allow(() => false)(call)).toBe(403);
    expect([first, second]).toEqual([[], ['verified', 'refused']]);
  });

  test('tokenReaderOf knows it', async () => {
    const read = tokenReaderOf(anyVerifier([torii(), other()]));
    const token = await theirs();
    expect(await read?.(bearer(token))).toMatchObject({ token, auth: { userId: 'bob' } });
  });
});
