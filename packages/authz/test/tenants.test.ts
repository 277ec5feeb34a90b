import type { RequestParts } from '@torii/core';
import { describe, expect, test } from 'vitest';
import { createAuthz } from '../src/index.ts';
import { answerTo, callerWith, requestFor, statusOf } from './callers.ts';

const ada = { tenant_id: 'acme', subdomain: 'acme', pathname_slugs: ['north', 'south', 17] };
const claims = { tenant: 'tenant_id' };

describe('[22] the tenant header', () => {
  const authz = createAuthz({ claims, tenant: { header: true, withoutTenant: ['/me', '/public/*'] } });
  const ask = async (headers: RequestParts['headers'], given: object = ada, url = '/x') =>
    statusOf(authz, await callerWith({ ...given }), requestFor(url, { headers }));

  test('accepts the tenant of the token', async () => {
    expect(await ask({ 'X-Tenant-Id': 'acme' })).toBe(200);
    expect(await ask(new Headers({ 'x-tenant-id': 'acme' }))).toBe(200);
    expect(await ask({ 'x-tenant-id': '17' }, { tenant_id: 17 })).toBe(200);
    const torii = createAuthz({ tenant: { header: 'X-Org' } });
    const auth = await callerWith({}, { organization: { id: 'org_1', role: 'org:member' } });
    expect(await statusOf(torii, auth, requestFor('/x', { headers: { 'x-org': 'org_1' } }))).toBe(200);
    expect(await statusOf(torii, auth, requestFor('/x', { headers: { 'x-org': 'org_2' } }))).toBe(403);
    const nested = await callerWith({ o: { id: 'org_1', rol: 'member' } });
    expect(await statusOf(torii, nested, requestFor('/x', { headers: { 'x-org': 'org_1' } }))).toBe(200);
  });

  test.each<[string, RequestParts['headers'], object?]>([
    ['no header', {}],
    ['an empty header', { 'x-tenant-id': '' }],
    ['another tenant', { 'x-tenant-id': 'evil' }],
    ['another case', { 'x-tenant-id': 'ACME' }],
    ['the tenant with a suffix', { 'x-tenant-id': 'acme2' }],
    ['a prefix of the tenant', { 'x-tenant-id': 'acm' }],
    ['a token without a tenant', { 'x-tenant-id': 'acme' }, {}],
    ['a token with null as tenant', { 'x-tenant-id': 'null' }, { tenant_id: null }],
    ['a token with an empty tenant', { 'x-tenant-id': '' }, { tenant_id: '' }],
    ['a token with a list of tenants', { 'x-tenant-id': 'acme' }, { tenant_id: ['acme'] }],
    ['a token with an object as tenant', { 'x-tenant-id': '[object Object]' }, { tenant_id: {} }],
    ['a token with true as tenant', { 'x-tenant-id': 'true' }, { tenant_id: true }],
    ['a token with a fraction as tenant', { 'x-tenant-id': '1.5' }, { tenant_id: 1.5 }],
  ])('refuses %s', async (_name, headers, given) => {
    expect(await ask(headers, given)).toBe(403);
  });

  test.each<[string, RequestParts]>([
    ['in a list', { url: '/x', headers: { 'x-tenant-id': ['acme', 'evil'] } }],
    ['with equal values', { url: '/x', headers: { 'x-tenant-id': ['acme', 'acme'] } }],
    [
      'but Node shows one value',
      { url: '/x', headers: { 'x-tenant-id': 'acme' }, headersDistinct: { 'x-tenant-id': ['acme', 'evil'] } },
    ],
    [
      'in raw headers',
      { url: '/x', headers: { 'x-tenant-id': 'acme' }, rawHeaders: ['X-Tenant-Id', 'acme', 'x-tenant-id', 'evil'] },
    ],
    [
      'and joined by Fetch',
      {
        url: '/x',
        headers: new Headers([
          ['x-tenant-id', 'acme'],
          ['X-Tenant-Id', 'evil'],
        ]),
      },
    ],
  ])('is answered 400 if sent twice %s', async (_name, request) => {
    expect(await statusOf(authz, await callerWith(ada), request)).toBe(400);
  });

  test('is not required on the paths in withoutTenant, and on no others', async () => {
    for (const [url, status] of [
      ['/me', 200],
      ['/public/a', 200],
      ['/me/', 403],
      ['/ME', 403],
      ['/me/x', 403],
      ['/public', 403],
      ['/public/../x', 403],
      ['//me', 403],
      ['/%6de', 403],
      [undefined, 403],
    ] as const) {
      expect(await statusOf(authz, await callerWith(ada), requestFor(url))).toBe(status);
    }
  });
});

describe('[22] the slug of the path', () => {
  const authz = createAuthz({
    tenant: { slug: '/api/v1/:company/*', withoutSlug: ['/api/v1/me', '/api/v1/reports/*'] },
  });
  const ask = async (url: string | undefined, pathname_slugs: unknown = ada.pathname_slugs) =>
    statusOf(authz, await callerWith({ pathname_slugs }), requestFor(url));

  test.each([
    '/api/v1/north/x',
    '/api/v1/north',
    '/api/v1/south/',
    '/api/v1/17/x/y',
    '/api/v1/north/x?y=/../z',
    '/api/v1/me',
    '/api/v1/reports/a',
  ])('accepts %s', async (url) => {
    expect(await ask(url)).toBe(200);
  });

  test.each([
    '/api/v1/west/x',
    '/api/v1/North/x',
    '/api/v1/nort/x',
    '/api/v1/north2/x',
    '/API/v1/north/x',
    '/api/v2/north/x',
    '/api/v1',
    '/api/v1/',
    '/',
    '/x',
    '/x/api/v1/north/x',
    '/apix/v1/north/x',
    '/api/v1/me/x',
    '/api/v1/me/',
    '/api/v1/reports',
    '/api/v1/__proto__/x',
    '/api/v1/constructor/x',
    '/api/v1/length/x',
    '/api/v1/0/x',
    '/api/v1/*/x',
    '/api/v1/north%20/x',
  ])('refuses %s', async (url) => {
    expect(await ask(url)).toBe(403);
  });

  test.each([
    '//api/v1/north/x',
    '/api/v1//north/x',
    '/api/v1/./north/x',
    '/api/v1/west/../north/x',
    '/api/v1/north/../west/x',
    '/api/v1/north%2f..%2fwest/x',
    '/api/v1/north/%2e%2e/west',
    '/api/v1/north;x=1/y',
    '/api/v1/%6eorth/x',
    '/api/v1/north%00/x',
    '/api/v1/north\\..\\west/x',
    '/api/v1/%256eorth/x',
    '/api/v1/north/%ff',
    '/api/v1/north/%zz',
    '/api/v1/me/../north/x',
  ])('[21] answers 400 to an ambiguous path: %s', async (url) => {
    expect(await ask(url)).toBe(400);
  });

  test('[21] refuses a request without a path', async () => {
    expect(await ask(undefined)).toBe(403);
    expect(await ask('')).toBe(403);
  });

  test.each<[string, unknown]>([
    ['no list', undefined],
    ['an empty list', []],
    ['null', null],
    ['a string with the slug', 'north'],
    ['an object with the slug', { north: true }],
    ['a list with null', ['north', null]],
    ['a list in a list', [['north']]],
  ])('refuses a token with %s', async (_name, slugs) => {
    expect(await ask('/api/v1/north/x', slugs ?? null)).toBe(403);
  });
});

describe('header, subdomain and slug together', () => {
  const authz = createAuthz({
    claims,
    tenant: {
      header: true,
      baseDomain: 'example.com',
      slug: '/api/v1/:company/*',
      withoutTenant: ['/health'],
      withoutSlug: ['/api/v1/me'],
    },
  });

  test.each([
    ['/api/v1/north/x', 'acme', 'acme', 200],
    ['/api/v1/me', 'acme', 'acme', 200],
    ['/health', 'evil', 'evil', 200],
    ['/api/v1/west/x', 'acme', 'acme', 403],
    ['/api/v1/north/x', 'evil', 'acme', 403],
    ['/api/v1/north/x', 'acme', 'evil', 403],
    ['/api/v1/me', 'evil', 'acme', 403],
    ['/api/v1/me', 'acme', 'evil', 403],
    ['/api/v1/you', 'acme', 'acme', 403],
  ])('%s on %s with the header %s: %i', async (url, subdomain, header, status) => {
    const request = requestFor(url, { host: `${subdomain}.example.com`, headers: { 'x-tenant-id': header } });
    expect(await statusOf(authz, await callerWith(ada), request)).toBe(status);
  });

  test('a request that names no tenant is answered differently from one that names another', async () => {
    const body = async (sent: { readonly host?: string; readonly headers?: RequestParts['headers'] }) => {
      const tenant = 'host' in sent ? { baseDomain: 'example.com' } : { header: true as const };
      return (await answerTo(createAuthz({ claims, tenant }), await callerWith(ada), requestFor('/x', sent))).body;
    };
    const none = await body({});
    expect(await body({ headers: { 'x-tenant-id': '' } })).toBe(none);
    expect(await body({ headers: { 'x-tenant-id': 'evil' } })).not.toBe(none);
    const noSubdomain = await body({ host: 'example.org' });
    expect(await body({ host: 'example.com' })).toBe(noSubdomain);
    expect(await body({ host: 'evil.example.com' })).not.toBe(noSubdomain);
  });

  test('[16] no answer contains a tenant, a slug or a pattern', async () => {
    const auth = await callerWith(ada);
    for (const url of ['/api/v1/west/x', '/nowhere', '/api/v1/west/../north']) {
      const headers = { 'x-tenant-id': 'acme', host: 'acme.example.com' };
      const { body } = await answerTo(authz, auth, requestFor(url, { headers }));
      expect(body).not.toMatch(/north|south|acme|west|company|example/);
    }
  });
});
