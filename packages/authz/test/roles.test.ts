import { describe, expect, test } from 'vitest';
import { type AuthzOptions, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

const permissions = {
  permissions: { '0': ['zero:get'], '1': ['one:get'], admin: ['admin/*:*'], 'org:member': ['member:get'] },
};
const authz = createAuthz({ permissions });
const ask = async (claims: object, url: string, options: Omit<AuthzOptions, 'permissions'> = {}) =>
  statusOf(createAuthz({ permissions, ...options }), await callerWith({ ...claims }), requestFor(url));

test('[25] 1 and "1" are the same role', async () => {
  for (const roles of [1, '1', [1], ['1'], ['x', 1]]) expect(await ask({ roles }, '/one')).toBe(200);
});

test.each<[string, unknown]>([
  ['a string', 'admin'],
  ['a list of one string', ['admin']],
  ['__proto__', '__proto__'],
  ['constructor', ['constructor']],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['length', 'length'],
  ['nothing', undefined],
  ['null', null],
  ['false', false],
  ['true', true],
  ['an empty string', ''],
  ['an empty list', []],
  ['an object', { 0: 'admin' }],
  ['a list in a list', [['0']]],
  ['a fraction', 0.5],
  ['an unsafe integer', 2 ** 60],
  ['a list with null', ['0', null]],
  ['a list with an object', ['0', {}]],
  ['a number with white space', ' 0'],
  ['a number with a leading zero', '00'],
  ['several roles in one string', '0,admin'],
])('[25] a roles claim never grants the role "0" if it is %s', async (_name, roles) => {
  expect(await ask(roles === undefined ? {} : { roles }, '/zero')).toBe(403);
});

test('roles() returns sorted strings without duplicates', async () => {
  expect(authz.roles(await callerWith({ roles: ['b', 2, 'a', 'b', 10] }))).toEqual(['10', '2', 'a', 'b']);
});

test('each fact is read from the claim that the option names', async () => {
  const named = createAuthz({
    permissions,
    claims: { userId: 'uid', tenant: 'tid', subdomain: 'sub_domain', slugs: 'companies', roles: 'groups' },
  });
  const auth = await callerWith({
    ...{ uid: 'bob', tid: 7, sub_domain: 'acme', companies: ['north'], groups: ['b'] },
    ...{ org_id: 'org_1', subdomain: 'x', pathname_slugs: ['x'], roles: ['x'] },
  });
  expect([named.userId(auth), named.tenant(auth), named.subdomain(auth)]).toEqual(['bob', '7', 'acme']);
  expect([named.slugs(auth), named.roles(auth)]).toEqual([['north'], ['b']]);
  expect(['north', 'x', ''].map((slug) => named.hasSlug(auth, slug))).toEqual([true, false, false]);
});

test('slugs() is empty if the claim is not a list', async () => {
  for (const pathname_slugs of ['north', 7, { 0: 'north' }, null])
    expect(authz.slugs(await callerWith({ pathname_slugs }))).toEqual([]);
});

test('tenant() and subdomain() are null if the claim is empty, or is neither a string nor a whole number', async () => {
  const named = createAuthz({ permissions, claims: { tenant: 'tenant_id' } });
  for (const value of ['', null, true, 1.5, [], {}]) {
    const auth = await callerWith({ tenant_id: value, subdomain: value });
    expect([named.tenant(auth), named.subdomain(auth)]).toEqual([null, null]);
  }
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

  test('are read from the other claims if `o` is null', async () => {
    expect(await ask({ o: null, roles: 1 }, '/one')).toBe(200);
  });

  test('need an organization', async () => {
    expect(await ask({ org_role: 'org:member' }, '/member')).toBe(403);
    expect(await ask({ org_role: 'org:member', org_id: null }, '/member')).toBe(403);
  });

  test.each<[string, object]>([
    ['an empty string', { org_id: 'acme', org_role: '' }],
    ['null', { org_id: 'acme', org_role: null }],
    ['an empty list', { org_id: 'acme', org_role: [] }],
    ['a list', { org_id: 'acme', org_role: ['org:member'] }],
    ['a number', { org_id: 'acme', org_role: 7 }],
    ['an empty string without an organization', { org_role: '' }],
    ['a role without an organization', { org_role: 'org:member' }],
    ['an empty string in o', { o: { id: 'acme', role: '' } }],
    ['null in o', { o: { id: 'acme', role: null } }],
    ['null in the shorter form', { o: { id: 'acme', rol: null } }],
    ['null in o, without an id', { o: { role: null } }],
  ])('[25] [26] count as no role, and no other claim replaces them, if they are %s', async (_name, claims) => {
    for (const roles of [undefined, ['org_role'], ['org_role', 'roles'], 'org_role']) {
      const named = createAuthz({ permissions, ...(roles !== undefined && { claims: { roles } }) });
      const auth = await callerWith({ ...claims, roles: ['admin'], role: 'admin', user_roles: ['admin'] });
      expect(named.roles(auth)).toEqual([]);
      expect(await statusOf(named, auth, requestFor('/admin/x'))).toBe(403);
    }
  });

  test('are replaced by other claims only if the token has no organization role claim', async () => {
    for (const claims of [{}, { org_id: 'acme' }, { o: { id: 'acme' } }]) {
      expect(authz.roles(await callerWith({ ...claims, roles: ['admin'] }))).toEqual(['admin']);
    }
  });

  test('take precedence over other claims, which are not added', async () => {
    const claims = { org_id: 'acme', org_role: 'org:member', roles: ['admin'] };
    expect(authz.roles(await callerWith(claims))).toEqual(['org:member']);
    expect(await ask(claims, '/admin/x')).toBe(403);
  });
});

describe('[25] a token without the configured claim', () => {
  const inOrder = ['roles', 'role', 'user_roles', 'role_ids'];

  test.each(inOrder.map((name, i) => [name, inOrder.slice(i + 1)] as const))(
    'has the roles of `%s`, unless an earlier claim is present',
    async (name, later) => {
      const lost = Object.fromEntries(later.map((each) => [each, 'admin']));
      const named = createAuthz({ permissions, claims: { roles: 'groups' } });
      expect(named.roles(await callerWith({ [name]: 'clerk', ...lost }))).toEqual(['clerk']);
      expect(named.roles(await callerWith({ groups: 'own', [name]: 'clerk', ...lost }))).toEqual(['own']);
    },
  );

  test('has the roles of `role_ids` first, if the claim is the default', async () => {
    const others = { roles: 'admin', role: 'admin', user_roles: 'admin' };
    expect(authz.roles(await callerWith({ role_ids: [7], ...others }))).toEqual(['7']);
    expect(authz.roles(await callerWith(others))).toEqual(['admin']);
  });
});

describe('a configured claim', () => {
  test('that is present but empty is not replaced by another claim', async () => {
    for (const user_roles of [null, [], '', {}]) {
      expect(await ask({ user_roles, roles: ['admin'] }, '/admin/x', { claims: { roles: 'user_roles' } })).toBe(403);
    }
    expect(await ask({ roles: ['admin'] }, '/admin/x', { claims: { roles: 'user_roles' } })).toBe(200);
  });

  test('in a list disables the fallback claims', async () => {
    const options = { claims: { roles: ['user_roles', 'groups'] } };
    expect(await ask({ roles: ['admin'], role: 'admin' }, '/admin/x', options)).toBe(403);
    expect(await ask({ groups: ['admin'] }, '/admin/x', options)).toBe(200);
    expect(await ask({ user_roles: 'x', groups: ['admin'] }, '/admin/x', options)).toBe(403);
  });

  test('is not read from a prototype', async () => {
    expect(await ask({ roles: 'admin' }, '/admin/x', { claims: { roles: ['toString'] } })).toBe(403);
  });
});

test('[25] a property on Object.prototype grants no role', async () => {
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

  test('looks up a resource of any length, as a request could name it', async () => {
    const auth = await callerWith({ roles: 'admin' });
    expect(await authz.can(auth, `admin/${'x'.repeat(2_000)}:get`)).toBe(true);
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
    'get',
    17,
    null,
  ])('refuses to look up %j', async (question) => {
    const auth = await callerWith({ roles: 'admin' });
    await expect(authz.can(auth, question as string)).rejects.toMatchObject({
      name: 'ToriiConfigError',
      option: 'can',
    });
  });

  test('[17] accepts only an Auth that a verifier created', async () => {
    const auth = await callerWith({ roles: 'admin' });
    for (const forged of [null, undefined, {}, { ...auth }, Object.create(auth), JSON.parse(JSON.stringify(auth))]) {
      await expect(authz.can(forged, 'admin/x:get')).rejects.toMatchObject({ option: 'auth' });
      expect(() => authz.roles(forged)).toThrow(expect.objectContaining({ option: 'auth' }));
      await expect(authz.checks[0](forged, {} as never)).rejects.toMatchObject({ option: 'auth' });
    }
  });

  test('throws if createAuthz got no permissions', async () => {
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

test('[24] ignores X-HTTP-Method-Override', async () => {
  const headers = { 'x-http-method-override': 'GET', 'x-http-method': 'GET', 'x-method-override': 'GET' };
  const auth = await callerWith({ roles: 1 });
  expect(await statusOf(authz, auth, requestFor('/one', { method: 'DELETE', headers }))).toBe(403);
  expect(await statusOf(authz, auth, requestFor('/one?_method=GET', { method: 'DELETE' }))).toBe(403);
});

test('the resource starts after the base pattern', async () => {
  const under = { base: '/api/v1/*' };
  expect(await ask({ roles: 1 }, '/api/v1/one', under)).toBe(200);
  for (const url of ['/one', '/api/v2/one', '/api/v1/x/one', '/api/v1', '/api'])
    expect(await ask({ roles: 1 }, url, under)).toBe(403);
});

test('a path that ends before the base pattern does is no resource, even if the pattern ends with a name', async () => {
  const under = { base: '/api/:version/*' };
  const all = createAuthz({ permissions: { permissions: { admin: ['%r{.*}:get'] } }, ...under });
  const auth = await callerWith({ roles: 'admin' });
  expect(await statusOf(all, auth, requestFor('/api/v1'))).toBe(200);
  for (const url of ['/api', '/api/', '/']) expect(await statusOf(all, auth, requestFor(url))).toBe(403);
});

test('[24] a method may consist of several words', async () => {
  const search = createAuthz({ permissions: { permissions: { admin: ['x:m-search'] } } });
  const auth = await callerWith({ roles: 'admin' });
  expect(await statusOf(search, auth, requestFor('/x', { method: 'M-SEARCH' }))).toBe(200);
  expect(await statusOf(search, auth, requestFor('/x', { method: 'M-SEARCHES' }))).toBe(403);
});

test('the resource starts after the slug pattern, or after base if the path has no slug', async () => {
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
