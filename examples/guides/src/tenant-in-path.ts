import { allow, requireAuth } from '@torii/express';
import express, { type RequestHandler } from 'express';

type OfTenant = RequestHandler<{ tenant: string }>;

const isMember: OfTenant = (req, res, next) =>
  allow((auth) => auth.organization?.id === req.params.tenant)(req, res, next);
const isAdministrator: OfTenant = (req, res, next) =>
  allow(({ organization }) => organization?.id === req.params.tenant && organization.role === 'org:administrator')(
    req,
    res,
    next,
  );

const app = express();
app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
app.get('/tenants/:tenant/invoices', isMember, (req, res) => void res.json({ tenant: req.params.tenant }));
app.delete('/tenants/:tenant/cache', isAdministrator, (_req, res) => void res.sendStatus(204));

export const server = app.listen(Number(process.env.PORT ?? 3000));
