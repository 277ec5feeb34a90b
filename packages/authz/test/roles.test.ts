import { describe, expect, test } from 'vitest';
import { type AuthzOptions, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

const permissions = {
  permissions: { '0': ['zero:get'], '1': ['one:get'], admin: ['admin/*:*'], 'org:member': ['member:get'] },
};
const authz = createAuthz({ permissions });
const ask = async (claims: object, url: string, options: Omit<AuthzOptions, 'permissions'> = {}) =>
  statusOf(createAuthz({ permissions, ...options }), await callerWith({ ...claims }), requestFor(url));

test('[25] 1 and "1" are one role', async () => {
  for (const roles of [1, '1', [1], ['1'], ['x', 1]]) expect(await ask({ roles }, '/one')).toBe(200);
});

test.each<[string, unknown]>([
  ['a word', 'admin'],
  ['a list of a word', ['admin']],
  ['__proto__', '__proto__'],
  ['constructor', ['constructor']],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['length', 'length'],
  ['nothing', undefined],
  ['null', null],
  ['false', false],
  ['true', true],
  ['an empty text', ''],
  ['an empty list', []],
  ['an object', { 0: 'admin' }],
  ['a list in a list', [['0']]],
  ['half a number', 0.5],
  ['a number beyond those that are exact', 2 ** 60],
  ['a list with something unreadable', ['0', null]],
  ['a list with an object', ['0', {}]],
  ['white space around it', ' 0'],
  ['another way to write it', '00'],
  ['several in one text', '0,admin'],
])('[25] a role that is %s never reads key 0', async (_name, roles) => {
  expect(await ask(roles === undefined ? {} : { roles }, '/zero')).toBe(403);
});

test.each(['__proto__', 'constructor', 'toString', 'valueOf', ''])(
  '[25] a document cannot grant anything to %j',
  async (role) => {
    const text = `{"permissions":{${JSON.stringify(role)}:["/*:*"],"admin":["a:get"]}}`;
    const odd = createAuthz({ permissions: () => text });
    const auth = await callerWith({ roles: [role] });
    for (const url of ['/a', '/x', '/admin/x']) expect(await statusOf(odd, auth, requestFor(url))).toBe(403);
    expect(await statusOf(odd, await callerWith({ roles: 'admin' }), requestFor('/a'))).toBe(200);
  },
);

describe("Torii's own roles", () => {
  test.each<[string, object]>([
    ['org_id and org_role', { org_id: 'acme', org_role: 'org:member' }],
    ['o', { o: { id: 'acme', role: 'org:member' } }],
    ['o, the shorter form', { o: { id: 'acme', rol: 'org:member' } }],
  ])('are read from %s', async (_name, claims) => {
    expect(await ask(claims, '/member')).toBe(200);
  });

  test('need an organization', async () => {
    expect(await ask({ org_role: 'org:member' }, '/member')).toBe(403);
    expect(await ask({ org_role: 'org:member', org_id: null }, '/member')).toBe(403);
  });

  test.each<[string, object]>([
    ['an empty text', { org_id: 'acme', org_role: '' }],
    ['null', { org_id: 'acme', org_role: null }],
    ['an empty list', { org_id: 'acme', org_role: [] }],
    ['a list', { org_id: 'acme', org_role: ['org:member'] }],
    ['a number', { org_id: 'acme', org_role: 7 }],
    ['an empty text without an organization', { org_role: '' }],
    ['a role without an organization', { org_role: 'org:member' }],
    ['an empty text in o', { o: { id: 'acme', role: '' } }],
    ['null in o', { o: { id: 'acme', role: null } }],
    ['null in the shorter form', { o: { id: 'acme', rol: null } }],
    ['null in o, without an id', { o: { role: null } }],
  ])('[25] [26] that are %s are none, and no other claim gives one back', async (_name, claims) => {
    for (const roles of [undefined, ['org_role'], ['org_role', 'roles'], 'org_role']) {
      const named = createAuthz({ permissions, ...(roles !== undefined && { claims: { roles } }) });
      const auth = await callerWith({ ...claims, roles: ['admin'], role: 'admin', user_roles: ['admin'] });
      expect(named.roles(auth)).toEqual([]);
      expect(await statusOf(named, auth, requestFor('/admin/x'))).toBe(403);
    }
  });

  test('leave room for others only where the token says nothing of an organization’s role', async () => {
    for (const claims of [{}, { org_id: 'acme' }, { o: { id: 'acme' } }]) {
      expect(authz.roles(await callerWith({ ...claims, roles: ['admin'] }))).toEqual(['admin']);
    }
  });

  test('come before the others, and others do not add to them', async () => {
    const claims = { org_id: 'acme', org_role: 'org:member', roles: ['admin'] };
    expect(authz.roles(await callerWith(claims))).toEqual(['org:member']);
    expect(await ask(claims, '/admin/x')).toBe(403);
  });
});

describe('a configured claim', () => {
  test('that is there but empty is not replaced by another', async () => {
    for (const user_roles of [null, [], '', {}]) {
      expect(await ask({ user_roles, roles: ['admin'] }, '/admin/x', { claims: { roles: 'user_roles' } })).toBe(403);
    }
    expect(await ask({ roles: ['admin'] }, '/admin/x', { claims: { roles: 'user_roles' } })).toBe(200);
  });

  test('in a list is the only one', async () => {
    const options = { claims: { roles: ['user_roles', 'groups'] } };
    expect(await ask({ roles: ['admin'], role: 'admin' }, '/admin/x', options)).toBe(403);
    expect(await ask({ groups: ['admin'] }, '/admin/x', options)).toBe(200);
    expect(await ask({ user_roles: 'x', groups: ['admin'] }, '/admin/x', options)).toBe(403);
  });

  test('may not come from a prototype', async () => {
    expect(await ask({ roles: 'admin' }, '/admin/x', { claims: { roles: ['toString'] } })).toBe(403);
  });
});

test('[25] what somebody puts on Object.prototype is nobody’s role', async () => {
  const auth = await callerWith({});
  Object.defineProperty(Object.prototype, 'roles', { value: ['admin'], configurable: true });
  try {
    expect(await statusOf(createAuthz({ permissions }), auth, requestFor('/admin/x'))).toBe(403);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'roles');
  }
});

describe('can', () => {
  test('answers for the caller’s roles', async () => {
    const auth = await callerWith({ roles: ['admin', 1] });
    expect(await authz.can(auth, 'admin/users/7:delete')).toBe(true);
    expect(await authz.can(auth, '/admin/x:GET')).toBe(true);
    expect(await authz.can(auth, 'one:head')).toBe(true);
    for (const question of ['one:post', 'zero:get', 'admin:get', 'adminx:get', 'admin/x:trace', '/:get']) {
      expect(await authz.can(auth, question)).toBe(false);
    }
  });

  test.each([
    'admin/*:get',
    '*:get',
    'admin/x:*',
    '%r{.*}:get',
    'admin/x',
    '',
    ':get',
    'a//b:get',
    '../x:get',
    17,
    null,
  ])('refuses the question %j', async (question) => {
    const auth = await callerWith({ roles: 'admin' });
    await expect(authz.can(auth, question as string)).rejects.toMatchObject({
      name: 'ToriiConfigError',
      option: 'can',
    });
  });

  test('[17] knows nobody but an Auth that a verifier made', async () => {
    const auth = await callerWith({ roles: 'admin' });
    for (const forged of [null, undefined, {}, { ...auth }, Object.create(auth), JSON.parse(JSON.stringify(auth))]) {
      await expect(authz.can(forged, 'admin/x:get')).rejects.toMatchObject({ option: 'auth' });
      expect(() => authz.roles(forged)).toThrow(expect.objectContaining({ option: 'auth' }));
      await expect(authz.checks[0](forged, {} as never)).rejects.toMatchObject({ option: 'auth' });
    }
  });

  test('needs permissions', async () => {
    const tenants = createAuthz({ tenant: { header: true } });
    await expect(tenants.can(await callerWith(), 'a:get')).rejects.toMatchObject({ option: 'permissions' });
    await expect(tenants.refresh()).rejects.toMatchObject({ option: 'permissions' });
  });
});

test.each([undefined, '', 'get', 'Get', 'GET ', 'G\u0000T', 'trace', 'connect'])(
  '[24] refuses the method %j',
  async (method) => {
    const auth = await callerWith({ roles: 'admin' });
    expect(await statusOf(authz, auth, { url: '/admin/x', method, headers: {} })).toBe(403);
  },
);

test('[24] X-HTTP-Method-Override is not looked at', async () => {
  const headers = { 'x-http-method-override': 'GET', 'x-http-method': 'GET', 'x-method-override': 'GET' };
  const auth = await callerWith({ roles: 1 });
  expect(await statusOf(authz, auth, requestFor('/one', { method: 'DELETE', headers }))).toBe(403);
  expect(await statusOf(authz, auth, requestFor('/one?_method=GET', { method: 'DELETE' }))).toBe(403);
});

test('a base pattern says where the resource begins', async () => {
  const under = { base: '/api/v1/*' };
  expect(await ask({ roles: 1 }, '/api/v1/one', under)).toBe(200);
  for (const url of ['/one', '/api/v2/one', '/api/v1/x/one', '/api/v1', '/api'])
    expect(await ask({ roles: 1 }, url, under)).toBe(403);
});

test('what follows the slug is the resource, and the base for paths without one', async () => {
  const options: AuthzOptions = {
    tenant: { slug: '/api/:company/*', withoutSlug: ['/api/one', '/one'] },
    base: '/api/*',
  };
  const claims = { roles: 1, pathname_slugs: ['acme'] };
  expect(await ask(claims, '/api/acme/one', options)).toBe(200);
  expect(await ask(claims, '/api/one', options)).toBe(200);
  for (const url of ['/one', '/api/acme/api/one', '/api/acme', '/api/evil/one'])
    expect(await ask(claims, url, options)).toBe(403);
});
