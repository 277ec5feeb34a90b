// The examples from the README of rack_jwt_aegis, which authz must support.
import { authorize, type Check } from '@torii/core';
import { expect, test } from 'vitest';
import { type AuthzOptions, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

const document = {
  last_update: 1640995200,
  permissions: {
    '123': [
      'sales/invoices:get',
      'sales/invoices:post',
      '%r{sales/invoices/\\d+}:get',
      '%r{sales/invoices/\\d+}:put',
      'users/*:get',
    ],
    '456': ['admin/*:*', 'reports:get'],
  },
};

const payload = {
  user_id: 12345,
  tenant_id: 67890,
  subdomain: 'acme-group-of-companies',
  pathname_slugs: ['an-acme-company-subsidiary', 'another-acme-company-the-user-has-access'],
  role_ids: ['123', '456'],
  roles: ['admin', 'user'],
};

const claims = { userId: 'user_id', tenant: 'tenant_id', roles: 'role_ids' } as const;
const host = 'acme-group-of-companies.example.com';

test('reads the default payload', async () => {
  const authz = createAuthz({ claims, tenant: { header: true } });
  const auth = await callerWith(payload);
  expect(authz.userId(auth)).toBe('12345');
  expect(authz.tenant(auth)).toBe('67890');
  expect(authz.subdomain(auth)).toBe('acme-group-of-companies');
  expect(authz.slugs(auth)).toEqual(['an-acme-company-subsidiary', 'another-acme-company-the-user-has-access']);
  expect(authz.hasSlug(auth, 'an-acme-company-subsidiary')).toBe(true);
  expect(authz.hasSlug(auth, 'an-acme-company')).toBe(false);
  expect(authz.roles(auth)).toEqual(['123', '456']);
});

test('reads a payload with other claim names', async () => {
  const authz = createAuthz({
    claims: {
      userId: 'sub',
      tenant: 'company_group_id',
      subdomain: 'company_group_domain_name',
      slugs: 'accessible_company_slugs',
      roles: 'user_roles',
    },
    tenant: { header: true },
  });
  const auth = await callerWith({
    company_group_id: 9,
    company_group_domain_name: 'acme',
    accessible_company_slugs: ['a', 'b'],
    user_roles: ['boss'],
    role_ids: ['not this'],
  });
  expect([authz.userId(auth), authz.tenant(auth), authz.subdomain(auth)]).toEqual(['ada', '9', 'acme']);
  expect([authz.slugs(auth), authz.roles(auth)]).toEqual([['a', 'b'], ['boss']]);
});

test.each([
  ['strings', ['123', '456', 'admin'], ['123', '456', 'admin']],
  ['numbers', [123, 456], ['123', '456']],
  ['one string', 'admin', ['admin']],
  ['one number', 123, ['123']],
])('roles may be %s', async (_name, role_ids, expected) => {
  const authz = createAuthz({ claims, permissions: document });
  expect(authz.roles(await callerWith({ role_ids }))).toEqual(expected);
});

test.each([
  ['roles', { roles: 'a', role: 'b', user_roles: 'c', role_ids: 'd' }, 'a'],
  ['role', { role: 'b', user_roles: 'c', role_ids: 'd' }, 'b'],
  ['user_roles', { user_roles: 'c', role_ids: 'd' }, 'c'],
  ['role_ids', { role_ids: 'd' }, 'd'],
])('without the configured claim, roles are read from %s', async (_name, given, expected) => {
  const authz = createAuthz({ claims: { roles: 'user_permissions' }, permissions: document });
  expect(authz.roles(await callerWith(given))).toEqual([expected]);
  expect(authz.roles(await callerWith({ ...given, user_permissions: ['admin', 'manager'] }))).toEqual([
    'admin',
    'manager',
  ]);
});

test('[25] without options, roles are read from role_ids before the legacy claim roles', async () => {
  for (const options of [{}, { claims: { roles: 'org_role' } }]) {
    const authz = createAuthz({ ...options, permissions: document });
    expect(authz.roles(await callerWith(payload))).toEqual(['123', '456']);
  }
  const renamed = createAuthz({ claims: { roles: 'user_permissions' }, permissions: document });
  expect(renamed.roles(await callerWith(payload))).toEqual(['admin', 'user']);
});

test.each([
  [{ org_id: 'a', org_role: 'z', role_ids: 'd', roles: 'a', role: 'b', user_roles: 'c' }, 'z'],
  [{ role_ids: 'd', roles: 'a', role: 'b', user_roles: 'c' }, 'd'],
  [{ roles: 'a', role: 'b', user_roles: 'c' }, 'a'],
  [{ role: 'b', user_roles: 'c' }, 'b'],
  [{ user_roles: 'c' }, 'c'],
])('without options, the roles of %j are those of its first role claim', async (given, expected) => {
  expect(createAuthz({ permissions: document }).roles(await callerWith(given))).toEqual([expected]);
});

test.each([[[]], [null], [''], [{}], [[null]], [['123', {}]], [[['123']]], [1.5], [true]])(
  '[25] without options, role_ids of %j give no roles, and the legacy claim does not replace them',
  async (role_ids) => {
    const authz = createAuthz({ permissions: document });
    expect(authz.roles(await callerWith({ ...payload, role_ids }))).toEqual([]);
  },
);

test('the tenant header must equal the tenant claim', async () => {
  const authz = createAuthz({ claims, tenant: { header: 'X-Tenant-Id' } });
  const auth = await callerWith(payload);
  expect(await statusOf(authz, auth, requestFor('/', { headers: { 'x-tenant-id': '67890' } }))).toBe(200);
  expect(await statusOf(authz, auth, requestFor('/', { headers: { 'x-tenant-id': '67891' } }))).toBe(403);
  expect(await statusOf(authz, auth, requestFor('/'))).toBe(403);
});

test('the subdomain and the path slug must match their claims', async () => {
  const authz = createAuthz({ claims, tenant: { baseDomain: 'example.com', slug: '/api/v1/:company/*' } });
  const auth = await callerWith(payload);
  const ask = (path: string, of = host) => statusOf(authz, auth, requestFor(path, { host: of }));
  expect(await ask('/api/v1/an-acme-company-subsidiary/x')).toBe(200);
  expect(await ask('/api/v1/another-acme-company-the-user-has-access/')).toBe(200);
  expect(await ask('/api/v1/a-company-of-somebody-else/x')).toBe(403);
  expect(await ask('/api/v1/an-acme-company-subsidiary/x', 'evil.example.com')).toBe(403);
});

const company = '/api/v1/an-acme-company-subsidiary';
const rbac: AuthzOptions = {
  claims,
  tenant: { baseDomain: 'example.com', slug: '/api/v1/:company/*' },
  permissions: document,
};

test.each([
  ['123', 'GET', 'sales/invoices', 200],
  ['123', 'POST', 'sales/invoices', 200],
  ['123', 'GET', 'sales/invoices/123', 200],
  ['123', 'PUT', 'sales/invoices/123', 200],
  ['123', 'GET', 'users/7', 200],
  ['456', 'DELETE', 'admin/users/7/sessions', 200],
  ['456', 'GET', 'reports', 200],
  ['123', 'DELETE', 'sales/invoices/456', 403],
  ['123', 'DELETE', 'sales/invoices', 403],
  ['123', 'PUT', 'sales/invoices', 403],
  ['123', 'GET', 'sales/invoices/latest', 403],
  ['123', 'POST', 'users/7', 403],
  ['123', 'GET', 'users', 403],
  ['123', 'GET', 'admin/users', 403],
  ['123', 'GET', 'reports', 403],
  ['456', 'POST', 'reports', 403],
  ['456', 'GET', 'reports/2024', 403],
  ['456', 'GET', 'adminx', 403],
  ['456', 'GET', 'sales/invoices', 403],
  ['789', 'GET', 'reports', 403],
])('role %s, %s %s: %i', async (role, method, resource, status) => {
  const authz = createAuthz(rbac);
  const auth = await callerWith({ ...payload, role_ids: [role] });
  expect(await statusOf(authz, auth, requestFor(`${company}/${resource}`, { method, host }))).toBe(status);
});

test('users with several roles may do what any of them may', async () => {
  const authz = createAuthz(rbac);
  const auth = await callerWith(payload);
  for (const [method, resource, status] of [
    ['POST', 'sales/invoices', 200],
    ['POST', 'admin/x', 200],
    ['POST', 'reports', 403],
  ] as const) {
    expect(await statusOf(authz, auth, requestFor(`${company}/${resource}`, { method, host }))).toBe(status);
  }
});

test.each([
  ['sales/invoices:get', 'GET', 'sales/invoices'],
  ['users/profile:put', 'PUT', 'users/profile'],
  ['%r{ sales/invoices/\\d+}:get', 'GET', 'sales/invoices/123'],
  ['%r{ users/\\d+/orders}:*', 'PATCH', 'users/123/orders'],
  ['reports:*', 'DELETE', 'reports'],
  ['admin/*:*', 'PUT', 'admin/a/b'],
])('the permission %s covers %s %s, but not similar paths and methods', async (permission, method, resource) => {
  const authz = createAuthz({ ...rbac, permissions: { permissions: { '123': [permission] } } });
  const auth = await callerWith({ ...payload, role_ids: 123 });
  const ask = (path: string, by = method) =>
    statusOf(authz, auth, requestFor(`${company}/${path}`, { method: by, host }));
  expect(await ask(resource)).toBe(200);
  expect(await ask(`x/${resource}`)).toBe(403);
  expect(await ask(`x${resource}`)).toBe(403);
  expect(await ask(`${resource.split('/')[0]}x`)).toBe(403);
  if (!permission.endsWith('*')) expect(await ask(resource, 'OPTIONS')).toBe(403);
  expect(await ask(resource, 'TRACE')).toBe(403);
});

test('a custom payload validator is written as a check', async () => {
  const { checks } = createAuthz(rbac);
  const validate: Check = ({ raw }) => raw['role'] === 'admin' || listOf(raw['permissions']).includes('read');
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const request = requestFor(`${company}/sales/invoices`, { host });
  for (const [claims, isAllowed] of [
    [{ role: 'admin' }, true],
    [{ permissions: ['read'] }, true],
    [{ permissions: 'read' }, false],
    [{}, false],
    [{ role: 'admin', role_ids: [] }, false],
  ] as const) {
    const auth = await callerWith({ ...payload, ...claims });
    const outcome = authorize(auth, request, [...checks, validate]).then(
      () => true,
      () => false,
    );
    expect(await outcome).toBe(isAllowed);
  }
});
