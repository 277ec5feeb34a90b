import { join } from 'node:path';
import { startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server.js';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));

const origin = 'https://app.example.com';
const clerk = old.issuer.replace(/\/$/, '');
const oldToken = (claims = {}) =>
  old.token({ iss: clerk, sub: 'user_ada', azp: origin, sid: 'sess_1', o: { rol: 'editor' }, ...claims });

type Handler = (request: Request, context: object) => Promise<Response>;

/** Imports a file of the app anew, because it reads the environment when it is imported. Next's rules for paths differ from Node's. */
async function importApp(path: string, env: Record<string, string | undefined>): Promise<Record<string, Handler>> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return import(/* @vite-ignore */ join(import.meta.dirname, '../clerk-nextjs', path));
}

beforeEach(() => {
  vi.resetModules();
  vi.unstubAllEnvs();
});

const settings = { TORII_ISSUER: torii.issuer, APP_ORIGIN: origin };
const both = { ...settings, CLERK_ISSUER: clerk };
const requestWith = (path: string, headers: Record<string, string>, method = 'GET') =>
  new NextRequest(`${origin}${path}`, { method, headers: { host: 'app.example.com', ...headers } });

async function statusOf(handler: Handler | undefined, request: Request): Promise<number | undefined> {
  return (await handler?.(request, { params: Promise.resolve({}) }))?.status;
}

describe('the route', () => {
  test('accepts the tokens of both, with the role of their own issuer', async () => {
    const { DELETE } = await importApp('after/app/api/reports/route.ts', both);
    const organization = { id: 'acme', role: 'org:editor' };
    for (const token of [await oldToken(), await torii.token({ organization })]) {
      const request = requestWith('/api/reports', { authorization: `Bearer ${token}` }, 'DELETE');
      expect(await statusOf(DELETE, request)).toBe(204);
    }
    for (const token of [
      await oldToken({ o: {} }),
      await torii.token({ claims: { o: { rol: 'editor' } } }),
      await oldToken({ azp: 'https://evil.example' }),
    ]) {
      const request = requestWith('/api/reports', { authorization: `Bearer ${token}` }, 'DELETE');
      expect(await statusOf(DELETE, request)).not.toBe(204);
    }
    expect(await statusOf(DELETE, requestWith('/api/reports', {}, 'DELETE'))).toBe(401);
  });

  test('reads the cookie of Clerk, on unsafe methods only from pages of the app', async () => {
    const { DELETE } = await importApp('after/app/api/reports/route.ts', both);
    const cookie = `__session=${await oldToken()}`;
    expect(await statusOf(DELETE, requestWith('/api/reports', { cookie, origin }, 'DELETE'))).toBe(204);
    const other = { cookie, origin: 'https://evil.example' };
    expect(await statusOf(DELETE, requestWith('/api/reports', other, 'DELETE'))).toBe(401);
  });

  test('refuses tokens of Clerk after the last step', async () => {
    const { DELETE } = await importApp('after/app/api/reports/route.ts', settings);
    const request = requestWith('/api/reports', { authorization: `Bearer ${await oldToken()}` }, 'DELETE');
    expect(await statusOf(DELETE, request)).toBe(401);
  });
});

describe('the proxy', () => {
  const page = { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };

  test('before: renews an expired cookie by a redirect to Clerk', async () => {
    const { default: proxy } = await importApp('before/proxy.ts', {
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: `pk_test_${btoa(`${new URL(clerk).host}$`)}`,
      CLERK_SECRET_KEY: 'sk_test_unused',
      CLERK_JWT_KEY: old.publicKey,
      NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
    });
    const expired = await oldToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    const cookie = `__session=${expired}; __client_uat=1; __clerk_db_jwt=dvb_1`;
    const response = await proxy?.(requestWith('/notes', { ...page, cookie }), {});
    expect(response?.status).toBe(307);
    expect(response?.headers.get('location')).toContain(new URL(clerk).host);
    expect(await statusOf(proxy, requestWith('/notes', { ...page, cookie: '__clerk_db_jwt=dvb_1' }))).toBe(200);
  });

  test('after: redirects signed-out visitors, and lets users of both pass', async () => {
    const { proxy } = await importApp('after/proxy.ts', both);
    const signedOut = await proxy?.(requestWith('/notes', page), {});
    expect(signedOut?.headers.get('location')).toContain('/sign-in?');
    for (const headers of [
      { cookie: `__session=${await oldToken()}` },
      { authorization: `Bearer ${await torii.token()}` },
    ]) {
      const response = await proxy?.(requestWith('/notes', { ...page, ...headers }), {});
      expect(response?.headers.get('x-middleware-next')).toBe('1');
    }
    const expired = await oldToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    const stale = await proxy?.(requestWith('/notes', { ...page, cookie: `__session=${expired}` }), {});
    expect(stale?.headers.get('location')).toContain('/sign-in?');
  });
});
