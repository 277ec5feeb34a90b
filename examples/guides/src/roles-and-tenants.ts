import { createAuthz } from '@torii/authz';
import { allow, type Check, getAuth, refuse, requireAuth } from '@torii/express';
import express from 'express';

const authz = createAuthz({
  base: '/api/*',
  tenant: { header: true }, // the header X-Tenant-Id must name the organization of the token
  permissions: {
    permissions: {
      'org:member': ['invoices:get', 'invoices/*:get'],
      'org:administrator': ['/*:*'],
    },
  },
});

const invoices = [
  { id: '1', organizationId: 'acme', cents: 1_200 },
  { id: '2', organizationId: 'globex', cents: 9_900 },
];

const app = express();
app.use(requireAuth({ issuer: process.env.TORII_ISSUER, checks: authz.checks }));

// Every query names the organization of the token. An invoice of another tenant is not found, like one that does not exist.
app.get('/api/invoices/:id', (req, res) => {
  const organizationId = getAuth(req).organization?.id;
  const invoice = invoices.find((each) => each.id === req.params.id && each.organizationId === organizationId);
  if (invoice) res.json(invoice);
  else res.sendStatus(404);
});

// One more rule for one route.
const hasVerifiedEmail: Check = (auth) => auth.emailVerified || refuse('Verify your email address first.');
app.delete('/api/members/:id', allow(hasVerifiedEmail), (_req, res) => void res.sendStatus(204));

export const server = app.listen(Number(process.env.PORT ?? 3000));
