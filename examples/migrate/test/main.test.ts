import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));
afterEach(() => vi.unstubAllEnvs());

async function startGuide(guide: string, step: string | undefined): Promise<Server> {
  vi.resetModules();
  const environment = {
    AUTH_STEP: step,
    TORII_ISSUER: torii.issuer,
    OLD_ISSUER: old.issuer,
    OLD_JWKS_URI: old.jwks,
    CLERK_ISSUER: old.issuer.replace(/\/$/, ''),
    PORT: '0',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { server } = (await import(`../${guide}/main.ts`)) as { server: Server };
  if (!server.listening) await once(server, 'listening');
  return server;
}

describe.each(['express-jwt', 'koa-jwt', 'express-oauth2-jwt-bearer', 'clerk-express'])(
  'the main file of %s',
  (guide) => {
    test.each(['old', 'both', 'torii'])('starts with the step %s, which has a public path', async (step) => {
      const server = await startGuide(guide, step);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect((await fetch(`${url}/me`)).status).toBe(401);
      const authorization = `Bearer ${await torii.token()}`;
      expect((await fetch(`${url}/me`, { headers: { authorization } })).status).toBe(step === 'old' ? 401 : 200);
      server.closeAllConnections();
      server.close();
    });

    test('does not start with a misspelt step, or without one', async () => {
      await expect(startGuide(guide, 'bothh')).rejects.toThrow('The step must be old, both or torii. Found: bothh');
      await expect(startGuide(guide, undefined)).rejects.toThrow('AUTH_STEP is not set.');
    });
  },
);
