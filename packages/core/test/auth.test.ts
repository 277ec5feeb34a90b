import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Auth, authorize, type Claims, createVerifier, isAuth, type VerifierEvent } from '../src/index.ts';
import { claimsWith, issuer, makeKey, mint, signText } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });

async function authFor(claims: Record<string, unknown>): Promise<Auth> {
  return torii.verify(await mint(key, claims));
}

afterEach(() => {
  vi.restoreAllMocks();
});

test('a token with only the required claims gives an Auth with every field', async () => {
  const claims = claimsWith({ iat: 1_700_000_000, exp: 4_000_000_000 });
  const auth = await authFor(claims);
  expect({ ...auth }).toEqual({
    userId: 'user_1',
    environmentId: 'env_1',
    issuer,
    emailVerified: false,
    profileComplete: true,
    impersonating: false,
    actor: null,
    locale: null,
    organization: null,
    issuedAt: 1_700_000_000,
    expiresAt: 4_000_000_000,
    raw: claims,
  });
});

const values: unknown[] = [true, false, undefined, null, 1, 0, 'true', 'false', '', [], [true], {}, { valueOf: true }];

describe.each<[field: keyof Auth, claim: string, expected: (value: unknown) => boolean]>([
  ['emailVerified', 'email_verified', (value) => value === true],
  ['profileComplete', 'profile_complete', (value) => value !== false],
  ['impersonating', 'impersonating', (value) => value === true],
])('%s', (field, claim, expected) => {
  test.each(values.map((value) => [value, expected(value)]))(`${claim} of %j makes it %j`, async (value, result) => {
    expect((await authFor({ [claim]: value }))[field]).toBe(result);
  });

  test(`[8] does not read ${claim} from Object.prototype`, async () => {
    for (const value of [true, false]) {
      Object.defineProperty(Object.prototype, claim, { value, configurable: true });
      try {
        expect((await authFor({ [claim]: undefined }))[field]).toBe(expected(undefined));
      } finally {
        Reflect.deleteProperty(Object.prototype, claim);
      }
    }
  });
});

describe('the actor', () => {
  test('names who acts, and sets impersonating', async () => {
    const auth = await authFor({ act: { sub: 'admin_1', reason: 'support' } });
    expect(auth.actor).toEqual({ userId: 'admin_1', raw: { sub: 'admin_1', reason: 'support' } });
    expect(auth.impersonating).toBe(true);
  });

  test('can have no readable id, and still sets impersonating', async () => {
    for (const act of [{}, { sub: '' }, { sub: 1 }, { sub: null }, { sub: ['admin_1'] }, { iss: 'x' }]) {
      const auth = await authFor({ act });
      expect(auth.actor).toEqual({ userId: null, raw: act });
      expect(auth.impersonating).toBe(true);
    }
  });

  test('sets impersonating even if the claim impersonating is false', async () => {
    expect((await authFor({ act: { sub: 'admin_1' }, impersonating: false })).impersonating).toBe(true);
  });

  test('is null if the token has only the claim impersonating', async () => {
    expect(await authFor({ impersonating: true })).toMatchObject({ actor: null, impersonating: true });
  });

  test.each([[null], ['admin_1'], [''], [1], [0], [true], [false], [[]], [[{ sub: 'admin_1' }]]])(
    'is refused if it is malformed, never ignored: %j',
    async (act) => {
      expect(await outcomeOf(authFor({ act }))).toBe('claim_malformed');
    },
  );

  test('[8] is not read from Object.prototype', async () => {
    Object.defineProperty(Object.prototype, 'act', { value: { sub: 'admin_1' }, configurable: true });
    Object.defineProperty(Object.prototype, 'sub', { value: 'admin_2', configurable: true });
    try {
      expect((await authFor({})).actor).toBeNull();
      expect((await authFor({ act: {} })).actor).toMatchObject({ userId: null });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'act');
      Reflect.deleteProperty(Object.prototype, 'sub');
    }
  });

  test('[8] is not read from inside __proto__, and neither is its id', async () => {
    const header = JSON.stringify({ alg: 'ES256', kid: key.kid });
    const rest = JSON.stringify(claimsWith()).slice(1);
    const outside = await signText(key, header, `{"__proto__":{"act":{"sub":"admin_1"},"impersonating":true},${rest}`);
    expect(await torii.verify(outside)).toMatchObject({ actor: null, impersonating: false });
    const inside = await signText(key, header, `{"act":{"__proto__":{"sub":"admin_1"}},${rest}`);
    expect(await torii.verify(inside)).toMatchObject({ actor: { userId: null }, impersonating: true });
  });
});

describe('the organization', () => {
  const org = (id: string, role: string | null = null) => ({ id, role });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['no claim', {}, null],
    ['org_id', { org_id: 'org_1' }, org('org_1')],
    ['org_id and org_role', { org_id: 'org_1', org_role: 'org:administrator' }, org('org_1', 'org:administrator')],
    ['org_role without org_id', { org_role: 'org:administrator' }, null],
    ['org_id of null', { org_id: null, org_role: 'org:administrator' }, null],
    ['an empty role', { org_id: 'org_1', org_role: '' }, org('org_1')],
    ['a role that is null', { org_id: 'org_1', org_role: null }, org('org_1')],
    ['a role that is a number', { org_id: 'org_1', org_role: 1 }, org('org_1')],
    ['a role that is a list', { org_id: 'org_1', org_role: ['org:administrator'] }, org('org_1')],
    ['o with id', { o: { id: 'org_1' } }, org('org_1')],
    ['o with id and role', { o: { id: 'org_1', role: 'org:member' } }, org('org_1', 'org:member')],
    ['o with id and rol', { o: { id: 'org_1', rol: 'org:member' } }, org('org_1', 'org:member')],
    ['o with a role that is a number', { o: { id: 'org_1', role: 1 } }, org('org_1')],
    ['o that is empty', { o: {} }, null],
    ['o that is null', { o: null }, null],
    ['o with an id of null', { o: { id: null, role: 'org:member' } }, null],
    ['o that is empty beside org_id', { o: {}, org_id: 'org_1', org_role: 'org:member' }, org('org_1', 'org:member')],
    ['both, agreeing', { org_id: 'org_1', org_role: 'a', o: { id: 'org_1', role: 'a' } }, org('org_1', 'a')],
    ['both, a role only in o', { org_id: 'org_1', o: { id: 'org_1', role: 'a' } }, org('org_1', 'a')],
    ['both, a role only in org_role', { org_id: 'org_1', org_role: 'a', o: { id: 'org_1' } }, org('org_1', 'a')],
    [
      'both, with the prefix org: in org_role only',
      { org_id: 'org_1', org_role: 'org:member', o: { id: 'org_1', rol: 'member' } },
      org('org_1', 'org:member'),
    ],
    [
      'both, with the prefix org: in o only',
      { org_id: 'org_1', org_role: 'member', o: { id: 'org_1', rol: 'org:member' } },
      org('org_1', 'member'),
    ],
  ])('is read from %s', async (_name, claims, expected) => {
    expect((await authFor(claims)).organization).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>]>([
    ['two that differ', { org_id: 'org_1', o: { id: 'org_2' } }],
    ['two that differ in case', { org_id: 'org_1', o: { id: 'ORG_1' } }],
    ['two that differ, roles agreeing', { org_id: 'org_1', org_role: 'a', o: { id: 'org_2', role: 'a' } }],
    ['two of one id with roles that differ', { org_id: 'org_1', org_role: 'a', o: { id: 'org_1', role: 'b' } }],
    ['two of one id with roles that differ, as rol', { org_id: 'org_1', org_role: 'a', o: { id: 'org_1', rol: 'b' } }],
    [
      'two of one id with roles that differ after the prefix',
      { org_id: 'org_1', org_role: 'org:member', o: { id: 'org_1', rol: 'org:admin' } },
    ],
    ['an empty org_id', { org_id: '' }],
    ['an org_id that is a number', { org_id: 1 }],
    ['an org_id that is zero', { org_id: 0 }],
    ['an org_id that is false', { org_id: false }],
    ['an org_id that is a list', { org_id: ['org_1'] }],
    ['a malformed org_id beside a valid o', { org_id: 1, o: { id: 'org_1' } }],
    ['an o that is text', { o: 'org_1' }],
    ['an o that is empty text', { o: '' }],
    ['an o that is a list', { o: [{ id: 'org_1' }] }],
    ['an o that is true', { o: true }],
    ['an o with an empty id', { o: { id: '' } }],
    ['an o with an id that is a number', { o: { id: 1 } }],
    ['a malformed o beside a valid org_id', { org_id: 'org_1', o: 'org_1' }],
  ])('[8] is refused for %s', async (_name, claims) => {
    expect(await outcomeOf(authFor(claims))).toBe('claim_malformed');
  });

  test('[8] is not read from Object.prototype', async () => {
    const planted = {
      org_id: 'org_9',
      org_role: 'org:administrator',
      o: { id: 'org_9' },
      id: 'org_9',
      role: 'a',
      rol: 'a',
    };
    for (const [name, value] of Object.entries(planted)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
    }
    try {
      expect((await authFor({})).organization).toBeNull();
      expect((await authFor({ o: {} })).organization).toBeNull();
      expect((await authFor({ org_id: 'org_1' })).organization).toEqual({ id: 'org_1', role: null });
    } finally {
      for (const name of Object.keys(planted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

test.each([
  ['en', 'en'],
  ['', ''],
  [null, null],
  [undefined, null],
  [1, null],
  [['en'], null],
  [{ en: true }, null],
])('a locale of %j is %j', async (claim, locale) => {
  expect((await authFor({ locale: claim })).locale).toBe(locale);
});

describe('raw', () => {
  test('has every claim, custom ones included', async () => {
    const claims = claimsWith({ plan: 'pro', limits: { seats: 5, regions: ['eu', 'us'] }, nothing: null });
    expect((await authFor(claims)).raw).toEqual(claims);
  });

  test('[8] a __proto__ claim changes nothing, at any depth and in any copy of the claims', async () => {
    const header = JSON.stringify({ alg: 'ES256', kid: key.kid });
    const evil = '{"isAdmin":true,"email_verified":true,"impersonating":true}';
    const claims = `{"__proto__":${evil},"deep":{"__proto__":${evil},"list":[{"__proto__":${evil}}]},${JSON.stringify(claimsWith()).slice(1)}`;
    const auth = await torii.verify(await signText(key, header, claims));

    expect(auth).toMatchObject({ emailVerified: false, impersonating: false });
    for (const copy of [auth.raw, { ...auth.raw }, Object.assign({}, auth.raw), assignEach(auth.raw)]) {
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
      expect(copy).not.toHaveProperty('isAdmin');
    }
    const deep = auth.raw['deep'] as { list: object[] };
    for (const copy of [Object.assign({}, deep), Object.assign({}, deep.list[0])]) {
      expect(copy).not.toHaveProperty('isAdmin');
    }
    expect(JSON.stringify(auth)).not.toContain('isAdmin');
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });

  test('[8] a __proto__ claim of null does not change the prototype of the claims', async () => {
    const claims = `{"__proto__":null,${JSON.stringify(claimsWith()).slice(1)}`;
    const { raw } = await torii.verify(await signText(key, JSON.stringify({ alg: 'ES256', kid: key.kid }), claims));
    expect(Object.getPrototypeOf(raw)).toBe(Object.prototype);
    expect(Object.hasOwn(raw, '__proto__')).toBe(false);
  });

  test('contains claims that are named like methods of objects', async () => {
    const claims = claimsWith({ toString: 'x', hasOwnProperty: 1, constructor: null, toJSON: 'y', valueOf: [] });
    const { raw } = await authFor(claims);
    expect(Object.entries(raw)).toEqual(Object.entries(claims));
  });

  // Assignment, as some libraries copy objects: it would set a prototype for `__proto__`.
  function assignEach(claims: Claims): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of Object.getOwnPropertyNames(claims)) copy[name] = claims[name];
    return copy;
  }
});

describe('an Auth is frozen', () => {
  test('at every depth', async () => {
    const auth = await authFor({
      act: { sub: 'admin_1', chain: [{ sub: 'admin_2' }] },
      org_id: 'org_1',
      limits: { regions: ['eu', { code: 'us' }] },
    });
    const seen = new Set<object>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect(Object.isFrozen(value)).toBe(true);
      for (const name of Reflect.ownKeys(value)) visit(Reflect.get(value, name));
    };
    visit(auth);
    expect(seen.size).toBe(10);
  });

  test.each<[string, (auth: Writable) => void]>([
    ['its user', (auth) => (auth['userId'] = 'admin')],
    ['a new field', (auth) => (auth['isAdmin'] = true)],
    ['a claim', (auth) => (part(auth, 'raw')['sub'] = 'admin')],
    ['a new claim', (auth) => (part(auth, 'raw')['isAdmin'] = true)],
    ['a claim inside a claim', (auth) => (part(auth, 'raw', 'limits')['seats'] = 500)],
    ['a list inside a claim', (auth) => (part(auth, 'raw', 'limits', 'regions') as unknown as string[]).push('us')],
    ['its organization', (auth) => (part(auth, 'organization')['id'] = 'org_2')],
    ['its actor', (auth) => (part(auth, 'actor')['userId'] = null)],
    ['the removal of its actor', (auth) => delete auth['actor']],
    ['its prototype', (auth) => Object.setPrototypeOf(auth, { isAdmin: true })],
  ])('against a change of %s', async (_name, write) => {
    const auth = await authFor({ act: { sub: 'a' }, org_id: 'org_1', limits: { seats: 5, regions: ['eu'] } });
    const before = JSON.stringify(auth);
    expect(() => write(auth as unknown as Writable)).toThrow(TypeError);
    expect(JSON.stringify(auth)).toBe(before);
    expect(auth).not.toHaveProperty('isAdmin');
  });

  type Writable = Record<string, unknown>;

  function part(value: Writable, ...names: string[]): Writable {
    return names.reduce((inner, name) => inner[name] as Writable, value);
  }
});

test.each<[string, Record<string, unknown>]>([
  ['act', { act: 'admin_1' }],
  ['org_id', { org_id: 1 }],
  ['o', { o: 'org_1' }],
  ['o', { o: { id: 1 } }],
  ['o', { org_id: 'org_1', o: { id: 'org_2' } }],
])('the event about a claim %s that cannot be read names the claim: %#', async (claim, claims) => {
  const events: VerifierEvent[] = [];
  const reporting = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, onEvent: (event) => events.push(event) });
  expect(await outcomeOf(reporting.verify(await mint(key, claims)))).toBe('claim_malformed');
  expect(events).toMatchObject([{ type: 'refused', detail: { claim } }]);
});

describe('isAuth', () => {
  test('[17] accepts an Auth of another version of this package, which looks for it under the same name', async () => {
    const shared: unknown = Reflect.get(globalThis, Symbol.for('torii.auths'));
    expect(WeakMap.prototype.has.call(shared as WeakMap<object, unknown>, await authFor({}))).toBe(true);
  });

  test('[17] ignores what another version of this package wrote about an Auth, unless it is a listener', async () => {
    const shared: unknown = Reflect.get(globalThis, Symbol.for('torii.auths'));
    for (const written of [undefined, true, { emit: 1 }]) {
      const auth = await authFor({});
      WeakMap.prototype.set.call(shared as WeakMap<object, unknown>, auth, written);
      expect(isAuth(auth)).toBe(true);
      expect(await outcomeOf(authorize(auth, {}, [() => false]))).toBe('not_allowed');
    }
  });

  test('[17] a copy is refused as a wrong `auth`', async () => {
    const copy = { ...(await authFor({})) };
    await expect(authorize(copy, {}, [() => true])).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'auth' });
  });

  test('[17] accepts an Auth that a verifier created', async () => {
    expect(isAuth(await authFor({}))).toBe(true);
  });

  test.each<[string, (auth: Auth) => unknown]>([
    ['a spread copy', (auth) => ({ ...auth })],
    ['a copy with another user', (auth) => ({ ...auth, userId: 'admin' })],
    ['an object that inherits from one', (auth) => Object.create(auth)],
    [
      'an object that inherits from one, with another user',
      (auth) => Object.create(auth, { userId: { value: 'admin' } }),
    ],
    ['a copy by Object.assign', (auth) => Object.assign({}, auth)],
    ['a copy through JSON', (auth) => JSON.parse(JSON.stringify(auth))],
    ['a structured clone', (auth) => structuredClone(auth)],
    ['a copy by Object.entries', (auth) => Object.fromEntries(Object.entries(auth))],
    ['an object that contains it', (auth) => ({ auth })],
    ['a list with it', (auth) => [auth]],
    ['a function', () => () => true],
    ['a proxy of one', (auth) => new Proxy(auth, {})],
    [
      'an object with the registered symbols on it',
      () => ({ [Symbol.for('torii.auth')]: true, [Symbol.for('torii.auths')]: true }),
    ],
    ['true', () => true],
    ['a string', () => 'user_1'],
    ['null', () => null],
    ['undefined', () => undefined],
  ])('[17] does not accept %s', async (_name, make) => {
    expect(isAuth(make(await authFor({})))).toBe(false);
  });

  test('[17] ignores symbols on Object.prototype', () => {
    const symbols = [Symbol.for('torii.auth'), Symbol.for('torii.auths')];
    for (const symbol of symbols) Object.defineProperty(Object.prototype, symbol, { value: true, configurable: true });
    try {
      expect(isAuth({ userId: 'admin' })).toBe(false);
    } finally {
      for (const symbol of symbols) Reflect.deleteProperty(Object.prototype, symbol);
    }
  });
});

// React warns about symbols when an object is passed to a client component.
test('an Auth has the documented fields and no other property', async () => {
  expect(Reflect.ownKeys(await authFor({ act: { sub: 'admin_1' }, org_id: 'org_1' }))).toEqual([
    'userId',
    'environmentId',
    'issuer',
    'emailVerified',
    'profileComplete',
    'impersonating',
    'actor',
    'locale',
    'organization',
    'issuedAt',
    'expiresAt',
    'raw',
  ]);
});

describe('an Auth for serializers', () => {
  // React, superjson and devalue accept only such objects, and `structuredClone` copies only these without a loss.
  test('is a plain object without symbols, getters or methods, at every depth', async () => {
    const claims = { act: { sub: 'admin' }, org_id: 'acme', org_role: 'org:member', plan: { seats: [1, { a: null }] } };
    const pending: unknown[] = [await authFor(claims)];
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (typeof value !== 'object' || value === null) continue;
      expect(Object.getPrototypeOf(value)).toBe(Array.isArray(value) ? Array.prototype : Object.prototype);
      expect(Object.getOwnPropertySymbols(value)).toEqual([]);
      for (const { value: member, enumerable } of Object.values(Object.getOwnPropertyDescriptors(value))) {
        if (enumerable) pending.push(member);
        expect(typeof member).not.toBe('function');
      }
    }
  });

  test.each<[string, (auth: Auth) => unknown]>([
    ['structuredClone', (auth) => structuredClone(auth)],
    ['JSON', (auth) => JSON.parse(JSON.stringify(auth))],
    ['spreading', (auth) => ({ ...auth })],
  ])('[17] is copied completely by %s, and the copy is no Auth', async (_name, copy) => {
    const auth = await authFor({ plan: { seats: [1] } });
    expect(copy(auth)).toEqual(auth);
    expect(isAuth(copy(auth))).toBe(false);
  });
});
