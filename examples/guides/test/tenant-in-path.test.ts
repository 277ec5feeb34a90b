import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reasonOf, type ServedApp, serveExample } from './served-app.ts';

let emulator: Emulator;
let app: ServedApp;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  app = await serveExample(() => import('../src/tenant-in-path.ts'));
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await emulator.stop();
});

const member = { id: 'acme', role: 'org:member' };
const administrator = { id: 'acme', role: 'org:administrator' };

test.each([
  ['a member of the tenant in the path', member, 'GET', '/tenants/acme/invoices', 200],
  ['a member of another tenant', member, 'GET', '/tenants/globex/invoices', 403],
  ['a user without an organization', undefined, 'GET', '/tenants/acme/invoices', 403],
  [
    'a user without an organization, with a path that says undefined',
    undefined,
    'GET',
    '/tenants/undefined/invoices',
    403,
  ],
  ['a member, who may not clear the cache', member, 'DELETE', '/tenants/acme/cache', 403],
  ['an administrator of the tenant in the path', administrator, 'DELETE', '/tenants/acme/cache', 204],
  ['an administrator of another tenant', administrator, 'DELETE', '/tenants/globex/cache', 403],
])('%s', async (_, organization, method, path, status) => {
  const response = await app.send(path, await emulator.token({ ...(organization && { organization }) }), { method });
  expect(response.status).toBe(status);
  if (status === 403) expect(await reasonOf(response)).toBe('not_allowed');
});

test('without a token, the answer is 401', async () => {
  expect(await reasonOf(await app.send('/tenants/acme/invoices'))).toBe('token_missing');
});
