// @vitest-environment edge-runtime
// The decisions of an edge runtime, without Node's APIs, about tokens that the app signs itself.
import { createJwtVerifier } from '@torii/core/jwt';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createAuthz } from '../src/index.ts';

const secret = 'a secret of thirty-two bytes and more';
const authz = createAuthz({
  claims: { userId: 'user_id', tenant: 'tenant_id', roles: 'role_ids' },
  tenant: { header: true, slug: '/api/v1/:company/*' },
  permissions: async () => ({ permissions: { '123': ['%r{sales/invoices/\\d+}:get', 'users/*:get'] } }),
});
const verifier = createJwtVerifier({
  secret,
  algorithms: ['HS256'],
  claims: { userId: 'user_id' },
  checks: authz.checks,
});

async function statusOf(
  path: string,
  tenant: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const claims = { user_id: 12345, tenant_id: 67890, pathname_slugs: ['acme'], role_ids: [123], ...changes };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(secret));
  const headers = { authorization: `Bearer ${token}`, 'x-tenant-id': tenant };
  const { denial } = await verifier.check(new Request(`https://app.test${path}`, { headers }));
  return denial?.status ?? 200;
}

test.each([
  ['/api/v1/acme/sales/invoices/1', '67890', 200],
  ['/api/v1/acme/users/1', '67890', 200],
  ['/api/v1/acme/sales/invoices/1/x', '67890', 403],
  ['/api/v1/acme/users/1', '67891', 403],
  ['/api/v1/evil/users/1', '67890', 403],
  ['/api/v1/acme//users/1', '67890', 400],
])('answers %s of tenant %s with %i', async (path, tenant, status) => {
  expect(await statusOf(path, tenant)).toBe(status);
});

test('[1] org_id and org_role of another issuer are ordinary claims, not a Torii organization', async () => {
  const torii = createAuthz({ permissions: { permissions: { boss: ['x:get'] } } });
  const token = await new SignJWT({ sub: 'ada', org_id: 'acme', org_role: 'boss' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(secret));
  const auth = await createJwtVerifier({ secret, algorithms: ['HS256'] }).verify(token);
  expect([auth.organization, torii.tenant(auth), torii.roles(auth)]).toEqual([null, 'acme', ['boss']]);
});

test('the user is the one that the verifier names, not `sub`', async () => {
  const token = await new SignJWT({ sub: 'ada', user_id: 12345 })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(secret));
  const foreign = createJwtVerifier({ secret, algorithms: ['HS256'], claims: { userId: 'user_id' } });
  expect(createAuthz({ tenant: { header: true } }).userId(await foreign.verify(token))).toBe('12345');
});
