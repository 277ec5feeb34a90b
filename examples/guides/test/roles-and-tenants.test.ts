import { createAuthz, type PermissionDocument } from '@torii/authz';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { reasonOf, type ServedApp, serveExample } from './served-app.ts';

let emulator: Emulator;
let app: ServedApp;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  app = await serveExample(() => import('../src/roles-and-tenants.ts'));
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await emulator.stop();
});

afterEach(() => void vi.useRealTimers());

// #region table
const member = { id: 'acme', role: 'org:member' };
const administrator = { id: 'acme', role: 'org:administrator' };

test.each([
  ['a member reads an invoice', member, 'acme', 'GET', '/api/invoices/1', 200],
  ['a member deletes a member', member, 'acme', 'DELETE', '/api/members/7', 403],
  ['an administrator deletes a member', administrator, 'acme', 'DELETE', '/api/members/7', 204],
  ['an invoice of another tenant', administrator, 'acme', 'GET', '/api/invoices/2', 404],
  ['a page of another tenant', administrator, 'globex', 'GET', '/api/invoices/2', 403],
  ['a user without an organization', undefined, 'acme', 'GET', '/api/invoices/1', 403],
])('%s', async (_, organization, tenant, method, path, status) => {
  const token = await emulator.token({ ...(organization && { organization }) });
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'x-tenant-id': tenant },
  });
  expect(response.status).toBe(status);
});
// #endregion

test('a request without the header of the tenant is refused, and one with two is ambiguous', async () => {
  const token = await emulator.token({ organization: member });
  expect((await app.send('/api/invoices/1', token)).status).toBe(403);
  const verifier = createVerifier({
    issuer: emulator.issuer,
    checks: createAuthz({ tenant: { header: true } }).checks,
  });
  const { denial } = await verifier.check([
    ['authorization', `Bearer ${token}`],
    ['x-tenant-id', 'acme'],
    ['x-tenant-id', 'globex'],
  ]);
  expect(denial?.status).toBe(400);
});

test('an impersonated user and an unverified email are refused', async () => {
  const headers = { 'x-tenant-id': 'acme' };
  const impersonated = await emulator.token({ organization: administrator, actor: { sub: 'bo' } });
  expect((await app.send('/api/invoices/1', impersonated, { headers })).status).toBe(403);
  const unverified = await emulator.token({ organization: administrator, emailVerified: false });
  expect((await app.send('/api/members/7', unverified, { headers, method: 'DELETE' })).status).toBe(403);
});

test('the name of a role in another organization does not help: only the active one counts', async () => {
  const token = await emulator.token({ organization: { id: 'globex', role: 'org:administrator' } });
  const response = await app.send('/api/invoices/1', token, { headers: { 'x-tenant-id': 'acme' } });
  expect(await reasonOf(response)).toBe('not_allowed');
});

test('without the permissions, requests get 503 after `refreshSeconds`, and work again when the store does', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  let isDown = false;
  const document: PermissionDocument = { permissions: { 'org:member': ['invoices:get'] } };
  const load = async () => {
    if (isDown) throw new Error('the database is down');
    return document;
  };
  const problems: string[] = [];
  const authz = createAuthz({
    permissions: load,
    refreshSeconds: 5,
    onEvent: (event) => event.type === 'policy_failed' && problems.push(event.problem),
  });
  const verifier = createVerifier({ issuer: emulator.issuer, checks: authz.checks });
  const token = await emulator.token({ organization: member });
  const headers = { authorization: `Bearer ${token}` };
  const ask = async () => (await verifier.check({ method: 'GET', path: '/invoices', headers })).denial;
  expect(await ask()).toBeUndefined();

  isDown = true;
  vi.setSystemTime(Date.now() + 4_000);
  expect(await ask()).toBeUndefined();
  vi.setSystemTime(Date.now() + 2_000);
  const denial = await ask();
  expect(denial?.body.error.reason).toBe('policy_unavailable');
  expect(denial?.headers['Retry-After']).toBeDefined();
  expect(problems).not.toEqual([]);

  isDown = false;
  vi.setSystemTime(Date.now() + 2_000);
  expect(await ask()).toBeUndefined();
});
