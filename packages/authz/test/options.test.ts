import { expect, test } from 'vitest';
import { type AuthzOptions, createAuthz } from '../src/index.ts';

const permissions = { permissions: { clerk: ['x:get'] } };
const tenant = { header: true };
const slug = '/api/:company/*';

test.each<[string, unknown]>([
  ['options', undefined],
  ['options', null],
  ['options', []],
  ['options', {}],
  ['options', { impersonation: 'refuse' }],
  ['roles', { permissions, roles: ['x'] }],
  ['permissions', { permissions: undefined }],
  ['permissions', { permissions: null }],
  ['permissions', { permissions: {} }],
  ['permissions', { permissions: 'clerk' }],
  ['permissions', { permissions: [] }],
  ['permissions', { permissions: { permissions: null } }],
  ['permissions', { permissions: { permissions: ['x:get'] } }],
  ['permissions', { permissions: { store: {} } }],
  ['permissions', { permissions: { store: undefined } }],
  ['permissions', { permissions: { store: new Map() } }],
  ['permissions', { permissions: { store: { getRaw: async () => 1 }, key: '' } }],
  ['permissions', { permissions: { store: { getRaw: async () => 1 }, key: undefined } }],
  ['keys', { permissions: { store: { getRaw: async () => 1 }, keys: 'rbac' } }],
  ['permissions', { permissions: { permissions: new Map([['clerk', ['x:get']]]) } }],
  ['tenant', Object.defineProperty({ permissions }, 'tenant', { value: tenant })],
  ['tenant', Object.create({ tenant }, { permissions: { value: permissions, enumerable: true } })],
  ['slug', { tenant: Object.defineProperty({ header: true }, 'slug', { value: slug }) }],
  ['roles', { permissions, claims: Object.defineProperty({}, 'roles', { value: ['groups'] }) }],
  ['tenant', { permissions, tenant: undefined }],
  ['tenant', { permissions, tenant: {} }],
  ['tenant', { permissions, tenant: { withoutTenant: ['/x'] } }],
  ['subdomain', { tenant: { subdomain: true } }],
  ['header', { tenant: { header: undefined } }],
  ['header', { tenant: { header: false } }],
  ['header', { tenant: { header: '' } }],
  ['header', { tenant: { header: 'X Tenant' } }],
  ['header', { tenant: { header: ['X-Tenant'] } }],
  ['tenant', { tenant: [tenant] }],
  ['withoutTennant', { tenant: { slug, withoutTennant: ['/me'] } }],
  ['baseDomain', { tenant: { baseDomain: undefined } }],
  ['baseDomain', { tenant: { baseDomain: '' } }],
  ['baseDomain', { tenant: { baseDomain: [] } }],
  ['baseDomain', { tenant: { baseDomain: 'https://example.com' } }],
  ['baseDomain', { tenant: { baseDomain: 'example.com:443' } }],
  ['baseDomain', { tenant: { baseDomain: '.example.com' } }],
  ['baseDomain', { tenant: { baseDomain: 'example.com.' } }],
  ['baseDomain', { tenant: { baseDomain: 'Example.com' } }],
  ['baseDomain', { tenant: { baseDomain: '*.example.com' } }],
  ['baseDomain', { tenant: { baseDomain: '127.0.0.1' } }],
  ['baseDomain', { tenant: { baseDomain: '2130706433' } }],
  ['baseDomain', { tenant: { baseDomain: ['example.com', ''] } }],
  ['slug', { tenant: { slug: undefined } }],
  ['slug', { tenant: { slug: '' } }],
  ['slug', { tenant: { slug: '/api/*' } }],
  ['slug', { tenant: { slug: '/api/:company' } }],
  ['slug', { tenant: { slug: 'api/:company/*' } }],
  ['slug', { tenant: { slug: '/api/:a/:b/*' } }],
  ['slug', { tenant: { slug: '/api/x:company/*' } }],
  ['slug', { tenant: { slug: '/api/:company?/*' } }],
  ['slug', { tenant: { slug: '/api/*/:company/*' } }],
  ['slug', { tenant: { slug: '/api//:company/*' } }],
  ['slug', { tenant: { slug: '/../:company/*' } }],
  ['slug', { tenant: { slug: /x/ } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: undefined } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: [] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['me'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/*'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/me', '/*'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['//*'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/**'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/./*'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/%2a'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['*'] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: new Array(1) } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: '/me' } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/me', undefined] } }],
  ['withoutTenant', { tenant: { slug, withoutTenant: ['/\uD800'] } }],
  ['withoutSlug', { tenant: { slug, withoutSlug: ['/*'] } }],
  ['withoutSlug', { tenant: { slug, withoutSlug: ['/a/*/b'] } }],
  ['withoutSlug', { tenant: { slug, withoutSlug: ['/a%20b'] } }],
  ['base', { permissions, base: '/api' }],
  ['base', { permissions, base: '' }],
  ['base', { permissions, base: undefined }],
  ['base', { permissions, base: '/a b/*' }],
  ['base', { permissions, base: '/v:version/*' }],
  ['base', { permissions, base: '/./api/*' }],
  ['base', { permissions, base: '/api/../*' }],
  ['claims', { permissions, claims: undefined }],
  ['role', { permissions, claims: { role: 'x' } }],
  ['roles', { permissions, claims: { roles: undefined } }],
  ['roles', { permissions, claims: { roles: [] } }],
  ['roles', { permissions, claims: { roles: ['a', ''] } }],
  // A name that no claim has: the roles would be read from the fallback claims.
  ['roles', { permissions, claims: { roles: 'groups ' } }],
  ['roles', { permissions, claims: { roles: 'groups,teams' } }],
  ['roles', { permissions, claims: { roles: ['groups', 'te\u200bams'] } }],
  ['roles', { permissions, claims: { roles: '__proto__' } }],
  ['tenant', { permissions, claims: { tenant: 'org_id\n' } }],
  ['userId', { permissions, claims: { userId: '__proto__' } }],
  ['slugs', { permissions, claims: { slugs: '' } }],
  ['userId', { permissions, claims: { userId: 17 } }],
  ['impersonation', { permissions, impersonation: 'allow' }],
  ['impersonation', { permissions, impersonation: undefined }],
  ['onEvent', { permissions, impersonation: 'audit' }],
  ['onEvent', { permissions, onEvent: 'log' }],
  ['debug', { permissions, debug: 'log' }],
  ['refreshSeconds', { permissions, refreshSeconds: 0 }],
  ['refreshSeconds', { permissions, refreshSeconds: -1 }],
  ['refreshSeconds', { permissions, refreshSeconds: Number.NaN }],
  ['refreshSeconds', { permissions, refreshSeconds: 3601 }],
  ['refreshSeconds', { permissions, refreshSeconds: undefined }],
  ['timeoutMs', { permissions, timeoutMs: Number.POSITIVE_INFINITY }],
  ['timeoutMs', { permissions, timeoutMs: 0 }],
  ['timeoutMs', { permissions, timeoutMs: '2000' }],
  ['timeoutMs', { permissions, timeoutMs: undefined }],
])('refuses a wrong `%s`: %#', (option, options) => {
  expect(() => createAuthz(options as AuthzOptions)).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option }),
  );
});

test.each<[string, AuthzOptions]>([
  ['a domain that begins with a number', { tenant: { baseDomain: '1.example.com' } }],
  ['a domain that contains a number', { tenant: { baseDomain: 'shop.24x7.example' } }],
  ['the longest permitted times', { permissions, refreshSeconds: 3600, timeoutMs: 60_000 }],
  ['the shortest permitted times', { permissions, refreshSeconds: 0.001, timeoutMs: 0.001 }],
  ['the default for impersonation', { permissions, impersonation: 'refuse' }],
  ['onEvent without audit', { permissions, onEvent: () => {} }],
])('accepts %s', (_name, options) => {
  expect(() => createAuthz(options)).not.toThrow();
});

test('refuses options that are inherited, because they would be ignored', () => {
  expect(() => createAuthz(Object.assign(Object.create({ tenant }), { permissions }))).toThrow(
    expect.objectContaining({ option: 'tenant' }),
  );
});

test('changing the options object after createAuthz has no effect', () => {
  const options = { permissions, tenant: { header: true as const } };
  const authz = createAuthz(options);
  Reflect.deleteProperty(options, 'tenant');
  expect(Object.isFrozen(authz) && Object.isFrozen(authz.checks)).toBe(true);
});
