import { describe, expect, test } from 'vitest';
import { hostileTexts, unsafeTexts, wellFormed } from '../../../scripts/hostile-texts.ts';
import { authorize, createTokenVerifier, createVerifier, refuse, type VerifierEvent } from '../src/index.ts';
import { loggable } from '../src/internal.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { createWebhookReceiver, type WebhookReceiverEvent } from '../src/webhooks/index.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { deliver, eventWith, secret } from './webhook-delivery.ts';

const key = await makeKey();
const keys = { keys: [key.publicJwk] };

function listening() {
  const events: VerifierEvent[] = [];
  return { events, onEvent: (event: VerifierEvent) => void events.push(event) };
}

/** The members that an event of a type must have, so that a test does not pass because nothing was reported. */
const ofType = (events: readonly { readonly type: string }[], type: string) =>
  events.filter((event) => event.type === type);

describe.each(Object.entries(hostileTexts))('[35] %s', (_name, text) => {
  test('in a claim of a valid token reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createVerifier({ issuer, keys, onEvent, checks: [(auth) => refuse('No.', auth.userId)] });
    const token = await mint(key, { sub: text, pid: text, act: { sub: text }, org_id: text, [text]: text });
    for (const _time of ['first', 'again, from the cache']) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'not_allowed' });
    }
    expect(ofType(events, 'verified')).toHaveLength(2);
    expect(ofType(events, 'refused')).toHaveLength(2);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a claim of a valid token is not changed in the Auth', async () => {
    const { events, onEvent } = listening();
    const verifier = createTokenVerifier({ issuer, keys, onEvent });
    expect(await verifier.verify(await mint(key, { sub: text }))).toMatchObject({ userId: text });
    expect(events).toHaveLength(1);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a refused token reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createVerifier({ issuer, keys, environmentId: 'env_1', audience: 'api', onEvent });
    const tokens = [
      mint(key, { iss: text }),
      mint(key, { pid: text, aud: 'api' }),
      mint(key, { aud: text }),
      mint(key, { aud: [text, text] }),
      mint(key, { act: text, aud: 'api' }),
      mint(key, { exp: text, aud: 'api' }),
      mint(key, { aud: 'api' }, { kid: text }),
      mint(key, { aud: 'api' }, { alg: text }),
    ];
    for (const token of await Promise.all(tokens)) await verifier.verify(token).catch(() => {});
    await verifier.verify(text).catch(() => {});
    expect(ofType(events, 'refused')).toHaveLength(tokens.length + 1);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a request reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createVerifier({ issuer, keys, cookie: 'torii', publicPaths: ['/public/*'], onEvent });
    const places: readonly object[] = [
      { authorization: text },
      { authorization: `Bearer ${text}` },
      { cookie: `torii=${text}` },
      { host: text, origin: text, [text]: text },
    ];
    for (const headers of places) {
      const request = { method: text, url: `/${text}`, headers: headers as Record<string, string>, host: text };
      await verifier.authenticate(request).catch(() => {});
      await verifier.authenticate({ ...request, headers: {} }, { optional: true });
    }
    expect(ofType(events, 'refused')).toHaveLength(places.length);
    expect(ofType(events, 'passed')).toHaveLength(places.length);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a request for a public path reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createVerifier({ issuer, keys, publicPaths: ['/public/*'], onEvent });
    await verifier
      .authenticate({
        method: 'GET',
        url: `/public/${encodeURIComponent(wellFormed(text))}`,
        headers: {},
      })
      .catch(() => {});
    expect(events).toHaveLength(1);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('as the detail of a check reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createVerifier({ issuer, keys, onEvent });
    const auth = await verifier.verify(await mint(key));
    await authorize(auth, {}, [() => refuse('No.', text)]).catch(() => {});
    expect(ofType(events, 'refused')).toHaveLength(1);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a token of another issuer reaches no event', async () => {
    const { events, onEvent } = listening();
    const verifier = createJwtVerifier({ issuer, jwks: keys, algorithms: ['ES256'], onEvent });
    for (const token of [mint(key, { sub: text }), mint(key, { iss: text }), mint(key, {}, { kid: text })]) {
      await verifier.verify(await token).catch(() => {});
    }
    expect(events).toHaveLength(3);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('as a key id of the issuer reaches no event', async () => {
    const { events, onEvent } = listening();
    const published = { keys: [{ ...key.publicJwk, kid: text }] };
    const verifier = createVerifier({ issuer, onEvent, fetch: async () => Response.json(published) });
    await verifier.verify(await mint(key, {}, { kid: text })).catch(() => {});
    expect(ofType(events, 'keys_fetched')).toHaveLength(1);
    expect(unsafeTexts(events)).toEqual([]);
  });

  test('in a webhook reaches no event', async () => {
    const events: WebhookReceiverEvent[] = [];
    const receiver = createWebhookReceiver({
      secret,
      store: new Map<string, object>(),
      onEvent: (event) => events.push(event),
    });
    const deliveries = [
      deliver({ event: eventWith({ type: text }) }),
      deliver({ event: eventWith({ type: text }) }),
      deliver({
        id: text.replaceAll(/[^\x20-\x7E]/g, ''),
        event: eventWith({ id: text.replaceAll(/[^\x20-\x7E]/g, '') }),
      }),
      { headers: { 'webhook-id': text, 'webhook-timestamp': text, 'webhook-signature': text }, payload: text },
    ];
    for (const delivery of deliveries) await receiver.receive(delivery, () => {}).catch(() => {});
    expect(events.length).toBeGreaterThan(1);
    expect(unsafeTexts(events)).toEqual([]);
  });
});

test('[35] an ordinary id is reported as it is', async () => {
  const { events, onEvent } = listening();
  const ids = { userId: '01931a73-8b00-7000-8000-000000000000', environmentId: '01931a72-0000-7000-8000-000000000000' };
  const verifier = createVerifier({ issuer, keys, onEvent });
  const token = await mint(key, { sub: ids.userId, pid: ids.environmentId });
  await verifier.verify(token);
  await verifier.verify(token);
  expect(events).toEqual([
    { type: 'verified', ...ids, fromCache: false },
    { type: 'verified', ...ids, fromCache: true },
  ]);
});

test('[35] a token without an environment is reported without one', async () => {
  const { events, onEvent } = listening();
  await createJwtVerifier({ issuer, jwks: keys, algorithms: ['ES256'], onEvent }).verify(await mint(key));
  expect(events).toEqual([{ type: 'verified', userId: 'user_1', environmentId: null, fromCache: false }]);
});

describe('[35] a value that is not a text', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const fail = (): never => {
    throw new Error('ran foreign code');
  };
  let called = 0;
  const count = () => {
    called++;
    return 'x';
  };

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7.5, '7.5'],
    ['NaN', Number.NaN, 'NaN'],
    ['a bigint', 7n, '7'],
    ['a bigint in an object', { a: 7n }, '{"a":"7"}'],
    ['a symbol', Symbol('a\nb'), 'Symbol(a?b)'],
    ['a function', () => 'source code', 'a function'],
    ['a list', ['a', 1, null, undefined], '["a",1,null,null]'],
    ['an object', { a: { b: [true] } }, '{"a":{"b":[true]}}'],
    ['an object with a function', { a: () => {}, b: 1 }, '{"b":1}'],
    ['a key that begins a line', { 'a\nb': 1 }, String.raw`{"a\nb":1}`],
    ['a token in a key', { eyJhbGci: 1 }, '[withheld]'],
    ['a token deep inside', { a: [{ b: 'eyJhbGci' }] }, '[withheld]'],
    ['a Proxy that throws', new Proxy({}, { ownKeys: fail }), 'an unreadable object'],
    ['an own __proto__', JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  ])('is shown without failing: %s', (_name, value, shown) => {
    expect(loggable(value)).toBe(shown);
  });

  test('is shortened if it has a cycle, is deep or is large', () => {
    let deep: unknown = 'eyJhbGci';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const large = Array.from({ length: 100_000 }, (_, i) => i);
    for (const value of [cycle, { a: cycle }, deep, large]) {
      expect(loggable(value).length).toBeLessThanOrEqual(201);
      expect(loggable(value)).toMatch(value === large ? /^\[0,1,2,/ : /^[{[].*\[\["\.\.\."\]\]/);
    }
  });

  test('runs no code of the value', () => {
    for (const value of [
      { toJSON: count },
      { a: { toJSON: count } },
      Object.defineProperty({}, 'a', { get: count, enumerable: true }),
      Object.create({ toJSON: count }),
      { toString: count, valueOf: count, [Symbol.toPrimitive]: count },
      new (class {
        toJSON = count;
      })(),
    ]) {
      loggable(value);
    }
    expect(called).toBe(0);
  });
});

test.each([
  'a token: ewogICJhbGciOiAi.eXl6enp6enp6enp6.c2lnbmF0dXJlc2lnbmF0',
  ...['sk_live_1', 'sk_test_1', 'pk_live_1', 'pk_test_1', 'whsec_1', '-----BEGIN PRIVATE KEY-----'],
  ...['Bearer 0123456789abcdef', 'bearer 0123456789abcdef', 'BEARER \t 0123456789abcdef', 'Bearer++0123456789abcdef'],
  ...[
    'Bearer%200123456789abcdef',
    'Bearer%25200123456789abcdef',
    'Bearer%2525200123456789abcdef',
    'Bearer%090123456789abcdef',
  ],
])('[16] [35] %s is withheld', (text) => {
  for (const value of [
    text,
    `${text}2`,
    `the ${text} of ada`,
    [text],
    JSON.stringify(JSON.stringify({ a: text })),
    { [text]: 1 },
  ])
    expect(loggable(value)).toBe('[withheld]');
});

test('[35] has at most 200 characters, and a sign if there were more', () => {
  expect(loggable('a'.repeat(200))).toBe('a'.repeat(200));
  expect(loggable('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`);
});

test.each([
  'user_1',
  'a.b.c',
  'ada@example.com',
  '01931a73-8b00-7000-8000-000000000000',
  'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  '/api/v1/users/01931a73-8b00-7000-8000-000000000000',
  'the bearer token of the caller is old',
  'https://acme.torii.so',
  'a-long-name-of-a-host.a-long-name-of-a-domain.example',
  'sk_prod_1, rk_live_1, whsecret, ----BEGIN',
  'Bearer 0123456789abcde',
])('[35] %s is loggable as it is', (text) => {
  expect(loggable(text)).toBe(text);
});
