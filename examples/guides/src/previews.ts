import { getAuth, requireAuth } from '@torii/express';
import cors from 'cors';
import express from 'express';

// Each deployment has its own values: production, staging, and each preview.
const issuer = read('TORII_ISSUER'); // https://acme.torii.so
const environmentId = read('TORII_ENVIRONMENT_ID'); // the `pid` of its tokens, from the dashboard
const origins = read('WEB_ORIGINS').split(','); // https://app.example.com,https://admin.example.com

const app = express();
app.use(cors({ origin: origins, exposedHeaders: ['WWW-Authenticate', 'Retry-After'] }));
app.use(requireAuth({ issuer, environmentId }));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

export const server = app.listen(Number(process.env.PORT ?? 3000));

/** A deployment that lacks a value does not start. No value has a default. */
function read(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}
