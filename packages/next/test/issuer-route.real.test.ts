// The issuer route in a real app: what Next's server and the proxy function let through.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configOf, variantsOf } from './apps.ts';
import { type RawRequest, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

const attributes = 'Max-Age=600; Secure; SameSite=None; Partitioned';

const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
/** Answers that a server of Node would not write, by path. */
const odd: Readonly<Record<string, string>> = {
  '101': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  '100 alone': 'HTTP/1.1 100 Continue\r\n\r\n',
  '102 alone': 'HTTP/1.1 102 Processing\r\n\r\n',
  '000': 'HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n',
  '199': 'HTTP/1.1 199 Odd\r\nContent-Length: 0\r\n\r\n',
  '600': 'HTTP/1.1 600 Odd\r\nContent-Length: 3\r\n\r\nodd',
  '999': 'HTTP/1.1 999 Odd\r\nContent-Length: 3\r\n\r\nodd',
  '1000': 'HTTP/1.1 1000 Odd\r\nContent-Length: 3\r\n\r\nodd',
  '-1': 'HTTP/1.1 -1 Odd\r\nContent-Length: 3\r\n\r\nodd',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nodd',
  'a NUL in a cookie': 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\0; Path=/\r\nContent-Length: 0\r\n\r\n',
  'no HTTP': 'hello',
  '103 first': 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 4\r\n\r\nmade',
  '204 with a body': 'HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\nodd',
  '205 with a body': 'HTTP/1.1 205 Reset\r\nContent-Length: 3\r\n\r\nodd',
  '304 with a body': 'HTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\nodd',
  'a hidden cookie':
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1, __Host-torii_token=evil; Path=/; Secure\r\nset-COOKIE: b=2\r\nSet-Cookie2: c=3\r\nContent-Length: 0\r\n\r\n',
};

const issuer = createServer(({ method, url, headers, socket }, res) => {
  const raw = odd[new URL(url ?? '', 'http://issuer.test').searchParams.get('raw') ?? ''];
  if (raw !== undefined) {
    socket.end(raw);
    return;
  }
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
    // Below a `basePath`, the route may also be at the root, through a reverse proxy.
    const path = configOf(variant).basePath ? '/' : '/_torii';
    expect(headers.getSetCookie()).toEqual([
      `__client_session=secret; Path=${path}; HttpOnly; ${attributes}`,
      '__Host-torii_issuer.__client_session=1; HttpOnly; Max-Age=600; SameSite=None; Partitioned; Path=/; Secure',
      `__client_session_hint=1; Path=/; ${attributes}`,
      '__Host-torii_issuer.__client_session_hint=1; Max-Age=600; SameSite=None; Partitioned; Path=/; Secure',
    ]);
    expect([...headers.keys()].filter((name) => name.startsWith('x-torii'))).toEqual(['x-torii-session-token']);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('vary')).toContain('Origin');
  });

  test.each(Object.keys(odd).slice(0, 12))(
    'an answer of the issuer that no app can pass on is 502: %s',
    async (name) => {
      const { status, headers, body } = await ask(`/_torii/a?raw=${encodeURIComponent(name)}`);
      expect([status, JSON.parse(body).error.code]).toEqual([502, 'bad_gateway']);
      expect(headers.getSetCookie()).toEqual([]);
    },
  );

  test.each([
    ['103 first', 201, 'made'],
    ['204 with a body', 204, ''],
    ['205 with a body', 205, ''],
    ['304 with a body', 304, ''],
  ])('an answer of the issuer that has no body gets none: %s', async (name, status, text) => {
    const answer = await ask(`/_torii/a?raw=${encodeURIComponent(name)}`);
    expect([answer.status, answer.body]).toEqual([status, text]);
  });

  test('a cookie that hides in the line of another does not reach the browser', async () => {
    const { status, headers } = await ask('/_torii/a?raw=a hidden cookie'.replaceAll(' ', '%20'));
    expect([status, headers.get('set-cookie2')]).toEqual([200, null]);
    expect(headers.getSetCookie()).toEqual(['b=2', '__Host-torii_issuer.b=1; Path=/; Secure']);
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
