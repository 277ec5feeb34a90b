// The issuer route in a real app: what Next's server and the proxy function let through.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { variantsOf } from './apps.ts';
import { type RawRequest, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

const attributes = 'Max-Age=600; Secure; SameSite=None; Partitioned';

const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
const issuer = createServer(({ method, url, headers }, res) => {
  seen.push({ method, url, headers });
  res.setHeader('Set-Cookie', [
    `__client_session=secret; Path=/_torii; HttpOnly; ${attributes}`,
    `__client_session_hint=1; Path=/; Domain=torii.test; ${attributes}`,
  ]);
  res.setHeaders(
    new Map(Object.entries({ 'X-Torii-Session-Token': 'next', 'X-Torii-Auth': 'forged', Vary: 'Origin' })),
  );
  res.setHeader('Access-Control-Allow-Origin', 'capacitor://localhost').end('{}');
});
beforeAll(() => new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve)));
afterAll(() => void issuer.close());
beforeEach(() => void seen.splice(0));

describe.each(variantsOf())('%s', (variant) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(variant, { issuer: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}` });
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  const ask = (path: string, request: RawRequest = {}) => send(app.url, app.pathOf(path), request);

  test('requests of every method reach the issuer with what Torii needs, and with nothing of the app', async () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    for (const method of methods) {
      const headers = [
        ['X-API-Key', 'pk_test_1'],
        ['X-Torii-Session-Token', 'opaque'],
        ['X-Torii-Auth', 'forged'],
        ['Cookie', 'app=1; __Host-torii_token=eyJ; __Host-torii_issuer.__client_session=1; __client_session=secret'],
        ['Authorization', 'Basic YTpi'],
      ] as const;
      await ask('/_torii/users/me/sessions/1?_is_native=1', { method, headers });
    }
    expect(seen.map(({ method }) => method)).toEqual(methods);
    for (const { url, headers } of seen) {
      expect(url).toBe('/_torii/users/me/sessions/1?_is_native=1');
      expect(headers).toMatchObject({ 'x-api-key': 'pk_test_1', 'x-torii-session-token': 'opaque' });
      expect(headers.cookie).toBe('__client_session=secret');
      expect(JSON.stringify(headers)).not.toMatch(/eyJ|forged|YTpi|app=1/);
    }
  });

  test('the browser gets both cookies, each with its mark, and the session token, and nothing else of X-Torii', async () => {
    const { headers } = await ask('/_torii/auth/login', { method: 'POST', body: '{}' });
    expect(headers.getSetCookie()).toEqual([
      `__client_session=secret; Path=/_torii; HttpOnly; ${attributes}`,
      '__Host-torii_issuer.__client_session=1; HttpOnly; Max-Age=600; SameSite=None; Partitioned; Path=/; Secure',
      `__client_session_hint=1; Path=/; ${attributes}`,
      '__Host-torii_issuer.__client_session_hint=1; Max-Age=600; SameSite=None; Partitioned; Path=/; Secure',
    ]);
    expect([...headers.keys()].filter((name) => name.startsWith('x-torii'))).toEqual(['x-torii-session-token']);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('vary')).toContain('Origin');
  });

  test('a preflight of an app on another origin gets the answer of the issuer', async () => {
    const headers = [
      ['Origin', 'capacitor://localhost'],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'x-api-key'],
    ] as const;
    const answer = await ask('/_torii/auth/login', { method: 'OPTIONS', headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('capacitor://localhost');
    expect(seen).toMatchObject([{ method: 'OPTIONS', headers: { 'access-control-request-headers': 'x-api-key' } }]);
  });

  test('a session of an app without cookies opens no guarded page', async () => {
    const headers = [
      ['X-API-Key', 'pk_test_1'],
      ['X-Torii-Session-Token', 'opaque'],
      ['Cookie', '__client_session=secret; __client_session_hint=1'],
    ] as const;
    for (const path of ['/me', '/api/guarded', '/api/legacy']) expect((await ask(path, { headers })).status).toBe(401);
  });
});
