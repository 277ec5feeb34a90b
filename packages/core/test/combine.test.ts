import { describe, expect, test } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import { anyVerifier, createVerifier, type Verifier } from '../src/index.ts';
import { combine } from '../src/makers/combine.ts';
import { createRequestFilter } from '../src/request-filter.ts';
import { issuer } from './mint.ts';
import { key, other, ours, theirs, torii } from './two-makers.ts';

type Given = (own: Verifier) => unknown;

const settings = { cookie: 'c', origins: [], publicPaths: ['/health'], allowPreflight: true };
const filterWith = (combination: Given) =>
  createRequestFilter({ issuer, keys: { keys: [key.publicJwk] } }, settings, { combine: combination });

describe('the filter of an adapter with other verifiers', () => {
  const filter = filterWith((own) =>
    anyVerifier([own, other({ cookie: '__session', checks: [(_, { path }) => path !== '/no'] })]),
  );
  const ask = async (headers: Record<string, string>, url = '/', method = 'GET') => {
    const { auth, denial } = await filter(viewOf({ method, url, headers }));
    return denial?.body.error.reason ?? auth?.userId ?? 'signed out';
  };

  test('accepts the tokens of both', async () => {
    const [ada, bob] = [await ours(), await theirs()];
    for (let i = 0; i < 2; i++) {
      expect(await ask({ authorization: `Bearer ${ada}` })).toBe('ada');
      expect(await ask({ authorization: `Bearer ${bob}` })).toBe('bob');
      expect(await ask({ cookie: `c=${ada}; __session=${bob}` })).toBe('ada');
      expect(await ask({ cookie: `__session=${bob}` })).toBe('bob');
    }
    expect(await ask({ authorization: `Bearer ${bob}` }, '/no')).toBe('not_allowed');
  });

  test('[14] refuses what one of them would refuse', async () => {
    expect(await ask({ cookie: `c=${await theirs()}` })).toBe('issuer_refused');
    expect(await ask({ cookie: `__session=${await ours()}` })).toBe('issuer_refused');
    expect(await ask({ cookie: `__session=${await theirs()}`, authorization: 'x' })).toBe('scheme_unsupported');
    expect(await ask({ cookie: `__session=${await theirs()}`, origin: 'https://evil.test' }, '/', 'POST')).toBe(
      'token_missing',
    );
  });

  test('has its own public paths and preflights', async () => {
    expect(await ask({}, '/health')).toBe('signed out');
    expect(await ask({ origin: 'https://a.test', 'access-control-request-method': 'PUT' }, '/', 'OPTIONS')).toBe(
      'signed out',
    );
    expect(await ask({})).toBe('token_missing');
  });
});

test('combine gives the verifier and the list that the function made', async () => {
  const own = torii();
  const { verifier, list } = combine(own, (given: Verifier) => anyVerifier([other(), given]));
  expect(list.makers).toHaveLength(2);
  expect((await verifier.verify(await ours())).userId).toBe('ada');
});

test.each<[string, unknown, RegExp]>([
  ['no function', undefined, /a function.*anyVerifier/],
  ['a list', anyVerifier([torii()]), /a function/],
  ['a function without a result', () => {}, /anyVerifier returned. Found: undefined/],
  ['its argument', (own: Verifier) => own, /anyVerifier returned/],
  ['a list without its argument', () => anyVerifier([createVerifier({ issuer })]), /contains its argument/],
  ['public paths', (own: Verifier) => anyVerifier([own], { publicPaths: ['/'] }), /publicPaths/],
  ['no public paths', (own: Verifier) => anyVerifier([own], { publicPaths: [] }), /publicPaths/],
  ['preflights', (own: Verifier) => anyVerifier([own], { allowPreflight: true }), /allowPreflight/],
])('%s is a config error', (_name, given, message) => {
  const wrong = expect.objectContaining({
    name: 'ToriiConfigError',
    option: 'verifier',
    message: expect.stringMatching(message),
  });
  expect(() => combine(torii(), given)).toThrow(wrong);
  expect(() => filterWith(given as Given)).toThrow(wrong);
});
