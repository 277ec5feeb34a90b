import { startEmulator } from '@torii/emulator';
import { optionalAuth } from '@torii/express';
import express, { type RequestHandler } from 'express';
import { afterAll, describe, expect, test } from 'vitest';
import { ask, bearer, reasonOf } from './asked.ts';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));

type Create = (options: object) => RequestHandler;
const { expressjwt } = (await import('express-jwt' as string)) as { expressjwt: Create };
const { expressJwtSecret } = (await import('jwks-rsa' as string)) as { expressJwtSecret(options: object): unknown };
const { auth } = (await import('express-oauth2-jwt-bearer' as string)) as { auth: Create };

const aud = 'https://api.example.com';
const appOf = (guard: RequestHandler) => express().use(guard, (_req, res) => void res.send('ok'));
const before = {
  'express-jwt': expressjwt({
    secret: expressJwtSecret({ jwksUri: old.jwks }),
    algorithms: ['RS256'],
    credentialsRequired: false,
  }),
  'express-oauth2-jwt-bearer': auth({ issuerBaseURL: old.issuer, audience: aud, authRequired: false }),
};

describe('optional authentication', () => {
  const after = appOf(optionalAuth({ issuer: torii.issuer }));

  test('a request without a token', async () => {
    for (const guard of [...Object.values(before).map(appOf), after]) {
      expect(await ask(guard, '/')).toMatchObject({ status: 200 });
    }
  });

  test('an expired token', async () => {
    const token = await old.token({ aud, exp: 1 });
    expect(await ask(appOf(before['express-jwt']), '/', bearer(token))).toMatchObject({ status: 401 });
    expect(await ask(appOf(before['express-oauth2-jwt-bearer']), '/', bearer(token))).toMatchObject({ status: 200 });
    const ours = await torii.token({ expiresInSeconds: -60 });
    expect(reasonOf(await ask(after, '/', bearer(ours)))).toBe('401 token_expired');
  });

  test('a header of another scheme', async () => {
    const headers = { authorization: 'Basic YTpi' };
    for (const guard of Object.values(before)) {
      expect(await ask(appOf(guard), '/', { headers })).toMatchObject({ status: 200 });
    }
    expect(reasonOf(await ask(after, '/', { headers }))).toBe('401 scheme_unsupported');
  });
});
