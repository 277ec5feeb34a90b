import Router from '@koa/router';
import { createAuthz } from '@torii/authz';
import { getAuth, requireAuth } from '@torii/koa';
import Koa from 'koa';
import { permissions } from './permissions.ts';

// Tenants have two levels. The header names the group of companies, which must be the token's organization. The path
// names the company, which must be listed in the token's `companies` claim.
const authz = createAuthz({
  claims: { slugs: 'companies', roles: ['org_role'] },
  tenant: { header: true, slug: '/api/:company/*', withoutTenant: ['/me'] },
  permissions,
});

const router = new Router();

router.get('/', (ctx) => {
  ctx.body = { hello: 'This route is public. The other routes need a token, a tenant and a role.' };
});

router.get('/me', async (ctx) => {
  const auth = getAuth(ctx);
  ctx.body = {
    userId: auth.userId,
    group: authz.tenant(auth),
    companies: authz.slugs(auth),
    roles: authz.roles(auth),
    mayInvoice: await authz.can(auth, 'invoices:post'),
  };
});

router.get('/api/:company/invoices', (ctx) => {
  ctx.body = { company: ctx.params['company'], invoices: [1, 2, 3] };
});

router.post('/api/:company/invoices', (ctx) => {
  ctx.status = 201;
  ctx.body = { company: ctx.params['company'], invoice: 4 };
});

router.get('/api/:company/invoices/:number', (ctx) => {
  ctx.body = { company: ctx.params['company'], invoice: Number(ctx.params['number']) };
});

router.delete('/api/:company/staff/:name', (ctx) => {
  ctx.body = { company: ctx.params['company'], dismissed: ctx.params['name'] };
});

const app = new Koa();
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'], publicPaths: ['/'], checks: authz.checks }));
app.use(router.routes());

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`The app listens on http://127.0.0.1:${address?.port}`);
});
