import { describe, expect, test, vi } from 'vitest';
import {
  anyVerifier,
  authenticateRequest,
  type Check,
  type RequestParts,
  ToriiError,
  type Verifier,
  type VerifierEvent,
} from '../src/index.ts';
import { issuer } from './mint.ts';
import { accepted, kinds, observe, refused } from './observing.ts';
import { outcomeOf } from './outcome.ts';
import { ask, bearer, foreign, key, other, ours, theirs, torii } from './two-makers.ts';

describe('observe', () => {
  test.each<[string, () => Verifier<object, null>, () => Promise<RequestParts>, string, object]>([
    [
      'both accept a user',
      () => torii(),
      async () => bearer(await ours()),
      'ada',
      { type: 'agreed', outcome: 'accepted' },
    ],
    [
      'both refuse, for other reasons',
      () => other(),
      async () => bearer(await ours({ exp: 1 })),
      'token_expired',
      {
        type: 'agreed',
        outcome: 'refused',
      },
    ],
    [
      'the other one would refuse',
      () => other(),
      async () => bearer(await ours()),
      'ada',
      {
        type: 'disagreed',
        decided: accepted('ada'),
        observed: refused('issuer_refused'),
        differs: ['outcome'],
      },
    ],
    [
      'the other one would accept',
      () => other(),
      async () => bearer(await theirs()),
      'issuer_refused',
      {
        type: 'disagreed',
        decided: refused('issuer_refused'),
        observed: accepted('bob', null),
        differs: ['outcome'],
      },
    ],
    [
      'a check of the other one would refuse',
      () => torii({ checks: [() => false] }),
      async () => bearer(await ours()),
      'ada',
      {
        type: 'disagreed',
        observed: refused('not_allowed'),
      },
    ],
    [
      'the other one reads another user elsewhere',
      () => torii({ header: 'x-token' }),
      async () => ({
        headers: {
          authorization: `Bearer ${await ours()}`,
          'x-token': `Bearer ${await ours({ sub: 'eve', pid: 'env_2', org_id: 'org_1' })}`,
        },
      }),
      'ada',
      {
        type: 'disagreed',
        decided: accepted('ada'),
        observed: accepted('eve', 'env_2'),
        differs: ['userId', 'environmentId', 'organization'],
      },
    ],
    [
      'the other one reads another role elsewhere',
      () => torii({ header: 'x-token' }),
      async () => ({
        headers: {
          authorization: `Bearer ${await ours({ org_id: 'org_1', org_role: 'org:admin' })}`,
          'x-token': `Bearer ${await ours({ org_id: 'org_1', org_role: 'org:member' })}`,
        },
      }),
      'ada',
      { type: 'disagreed', differs: ['organization'] },
    ],
    [
      'the other one knows no organization',
      () => other({ issuer, jwks: { keys: [key.publicJwk] } }),
      async () => {
        return bearer(await ours({ org_id: 'org_1' }));
      },
      'ada',
      { type: 'agreed', outcome: 'accepted' },
    ],
    [
      'the other one reads another organization elsewhere',
      () => torii({ header: 'x-token' }),
      async () => ({
        headers: {
          authorization: `Bearer ${await ours({ org_id: 'org_1', org_role: 'org:admin' })}`,
          'x-token': `Bearer ${await ours({ org_id: 'org_2', org_role: 'org:admin' })}`,
        },
      }),
      'ada',
      { type: 'disagreed', differs: ['organization'] },
    ],
    [
      'the other one looks at no token on this path',
      () => torii({ publicPaths: ['/'] }),
      async () => ({ ...bearer(await ours()), url: '/' }),
      'ada',
      { type: 'disagreed', decided: accepted('ada'), observed: { outcome: 'passed' }, differs: ['outcome'] },
    ],
    [
      'the other one has a public path',
      () => torii({ publicPaths: ['/'] }),
      async () => ({ url: '/', headers: {} }),
      'token_missing',
      {
        type: 'disagreed',
        decided: refused('token_missing'),
        observed: { outcome: 'passed' },
      },
    ],
  ])('%s', async (_name, makeOther, request, outcome, event) => {
    const { verifier, events, reported } = observe(makeOther());
    expect(await ask(verifier, await request())).toBe(outcome);
    await reported();
    expect(events[0]).toMatchObject(event);
    expect(JSON.stringify(events)).not.toContain('eyJ');
  });

  test('observes `check`, `verify`, optional auth, a list, a one-call form and a verifier of other tokens', async () => {
    const token = await ours();
    const refusing = () => torii({ environmentId: 'env_2' });
    const { verifier, events, reported } = observe(refusing());
    expect((await verifier.check(bearer(token))).auth?.userId).toBe('ada');
    await reported(1);
    expect((await verifier.verify(token)).userId).toBe('ada');
    await reported(2);
    expect(await ask(verifier, { headers: {} }, true)).toBe('signed out');
    await reported(3);
    expect(events.map(({ type }) => type)).toEqual(['disagreed', 'disagreed', 'agreed']);

    const listEvents: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => void (kinds.test(event.type) && listEvents.push(event));
    const [member, second] = [torii(), other()];
    const list = anyVerifier([member, second], { observe: member, onEvent });
    expect(await ask(list, bearer(await theirs()))).toBe('bob');
    await vi.waitFor(() => expect(listEvents).toMatchObject([{ observed: refused('issuer_refused') }]));
    await authenticateRequest(bearer(token), { issuer, keys: { keys: [key.publicJwk] }, observe: refusing(), onEvent });
    await vi.waitFor(() => expect(listEvents).toHaveLength(2));

    const jwt = observe(torii(), other as typeof torii);
    expect(await ask(jwt.verifier, bearer(await theirs()))).toBe('bob');
    await jwt.reported();
    expect(jwt.events).toMatchObject([{ decided: accepted('bob', null), observed: refused('issuer_refused') }]);

    // `createJwtVerifier` reads no organization, so it is not compared.
    const sameIssuer: typeof torii = ({ issuer: _, ...options } = {}) =>
      other({ ...(options as object), issuer, jwks: { keys: [key.publicJwk] } });
    const same = observe(torii(), sameIssuer);
    expect(await ask(same.verifier, bearer(await ours({ org_id: 'org_1' })))).toBe('ada');
    await same.reported();
    expect(same.events).toEqual([{ type: 'agreed', outcome: 'accepted' }]);
  });

  test('does not observe a public path, a preflight, or what is not a request', async () => {
    const asked = vi.fn<Check>(() => true);
    const observed = torii({ checks: [asked] });
    const { verifier, events, reported } = observe(observed, torii, { publicPaths: ['/health'], allowPreflight: true });
    const headers = {
      ...bearer(await ours()).headers,
      origin: 'https://a.test',
      'access-control-request-method': 'PUT',
    };
    expect(await ask(verifier, { url: '/health', headers })).toBe('signed out');
    expect(await ask(verifier, { method: 'OPTIONS', headers })).toBe('signed out');
    await expect(verifier.authenticate('token' as never)).rejects.toThrow(ToriiError);
    await expect(verifier.verify({ authorization: 'x' } as never)).rejects.toThrow(ToriiError);
    // This request is observed. If the earlier ones were too, their events would be here before its event.
    await ask(verifier, { url: '/', headers });
    await reported();
    expect([asked.mock.calls.length, events.length]).toEqual([1, 1]);
  });

  test('sees the request as it was decided about', async () => {
    const { verifier, events, reported } = observe(torii({ checks: [(_auth, request) => request.path === '/a'] }));
    const request = {
      method: 'GET',
      url: '/a?b',
      headers: { ...bearer(await ours()).headers } as Record<string, string>,
    };
    const deciding = verifier.authenticate(request);
    Reflect.deleteProperty(request.headers, 'authorization');
    request.url = '/b';
    await deciding;
    await reported();
    expect(events).toMatchObject([{ type: 'agreed' }]);
  });

  test.each<[string, () => Promise<RequestParts>]>([
    ['a Fetch request', async () => new Request('https://a.test/x?y', bearer(await ours()) as RequestInit)],
    [
      'pairs that can be read once',
      async () => {
        const pairs = [['authorization', `Bearer ${await ours()}`]] as const;
        return { url: '/x', headers: pairs.values() as Iterable<readonly [string, string]> };
      },
    ],
    [
      'two Authorization headers',
      async () => {
        const token = await ours();
        const rawHeaders = ['Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`];
        return { url: '/x', headers: { authorization: `Bearer ${token}` }, rawHeaders };
      },
    ],
    [
      'distinct headers',
      async () => {
        const authorization = `Bearer ${await ours()}`;
        return { headers: { authorization }, headersDistinct: { authorization: [authorization, 'x'] } };
      },
    ],
    [
      'an event of AWS Lambda',
      async () => ({
        version: '2.0',
        rawPath: '/x',
        requestContext: { http: { method: 'GET' } },
        cookies: [`c=${await ours()}`],
        headers: { host: 'a.test' },
      }),
    ],
    [
      'two hosts',
      async () => ({
        method: 'POST',
        url: 'https://b.test/x',
        headers: { cookie: `c=${await ours()}`, host: 'a.test', origin: 'https://a.test' },
      }),
    ],
    [
      'a page of the app',
      async () => ({
        method: 'POST',
        url: '/x',
        host: 'a.test',
        headers: { cookie: `c=${await ours()}`, host: 'internal', origin: 'https://a.test' },
      }),
    ],
  ])('sees %s as it is', async (_name, make) => {
    const { verifier, events, reported } = observe(torii({ cookie: 'c' }), torii, { cookie: 'c' });
    await ask(verifier, await make());
    await reported();
    expect(events).toMatchObject([{ type: 'agreed' }]);
  });
});

describe('the option `observe`', () => {
  const wrong = (message: RegExp) =>
    expect.objectContaining({ name: 'ToriiConfigError', option: 'observe', message: expect.stringMatching(message) });

  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /undefined/],
    ['null', null, /null/],
    ['options', { issuer }, /an object/],
    ['a copy', { ...torii() }, /a verifier/],
    ['a verifier of the app', { authenticate: async () => null, verify: async () => null }, /a verifier/],
    ['a list', [torii()], /a list|an array/],
    ['a verifier that observes another one', torii({ observe: other() }), /has the option `observe` itself/],
    [
      'a list that observes another one',
      anyVerifier([torii()], { observe: other() }),
      /has the option `observe` itself/,
    ],
  ])('%s is a config error', (_name, value, message) => {
    expect(() => torii({ observe: value as never })).toThrow(wrong(message));
    expect(() => other({ observe: value as never })).toThrow(wrong(message));
    expect(() => anyVerifier([torii()], { observe: value as never })).toThrow(wrong(message));
  });

  test('can be a list', async () => {
    const { verifier, events, reported } = observe(anyVerifier([torii(), other({ issuer: foreign })]));
    expect(await outcomeOf(verifier.authenticate(bearer(await theirs())))).toBe('issuer_refused');
    await reported();
    expect(events).toMatchObject([{ type: 'disagreed', observed: accepted('bob', null) }]);
  });
});
