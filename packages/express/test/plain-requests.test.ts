// Requests without an Express app: of Node's http server and connect, of other routers, and mocks in unit tests.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import type { Request, Response } from 'express';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { inForeignRealm, toForeignRealm } from '../../../scripts/foreign-realm.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import { deliver, secret } from '../../core/test/webhook-delivery.ts';
import { allow, type Check, createVerifier, type OnError, optionalAuth, requireAuth } from '../src/index.ts';
import { webhookHandler } from '../src/webhooks.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const verifier = createVerifier({ issuer: torii.issuer, publicPaths: ['/health', '/docs/*'] });
const token = await torii.token({ userId: 'ada' });
const signedIn = { authorization: `Bearer ${token}` };

let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

type Guard = ReturnType<typeof requireAuth>;

function serve(guard: Guard, before: (req: Request, res: Response) => void = () => {}): RequestListener {
  return (req: IncomingMessage, res: ServerResponse) => {
    before(req as Request, res as Response);
    guard(req as Request, res as Response, (error?: unknown) => {
      visits.push(error === undefined ? 'handler' : 'error');
      res.end(String((req as Request).auth?.userId ?? null));
    });
  };
}

describe("a request of Node's http server", () => {
  test('[15] is refused with the whole denial', async () => {
    await using server = await listen(serve(requireAuth(verifier), (_req, res) => res.setHeader('Vary', 'Origin')));
    const { status, headers, text } = await send(server, '/me');
    expect([status, JSON.parse(text).error.reason, visits]).toEqual([401, 'token_missing', []]);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-store',
      vary: 'Origin, Authorization, Cookie',
      'www-authenticate': 'Bearer realm="torii"',
    });
  });

  test('is let through with a token, and on a public path', async () => {
    await using server = await listen(serve(requireAuth(verifier)));
    expect((await send(server, '/me', { headers: bearer(token) })).text).toBe('ada');
    expect((await send(server, '/health?x=1')).text).toBe('null');
    expect((await send(server, '/docs/guide')).text).toBe('null');
  });

  test.each(['/health/', '/docs/..%2fme', '//health', '/docs/../me', 'http://app.test/health', '/HEALTH'])(
    '[21] is not public at %s',
    async (target) => {
      await using server = await listen(serve(requireAuth(verifier)));
      expect([(await send(server, target)).status, visits]).toEqual([401, []]);
    },
  );

  test.each([
    ['a router cut off a part of the path', '/docs/health', '/health'],
    ['middleware rewrote the path', '/me', '/health'],
  ])('[21] is not public if %s', async (_name, originalUrl, url) => {
    const rewrite = (req: Request) => void Object.assign(req, { originalUrl, url });
    await using server = await listen(serve(requireAuth({ issuer: torii.issuer, publicPaths: ['/health'] }), rewrite));
    expect([(await send(server, originalUrl)).status, visits]).toEqual([401, []]);
  });

  test('[13] is refused with two Authorization headers', async () => {
    await using server = await listen(serve(requireAuth(verifier)));
    const { status, text } = await send(server, '/me', { headers: [...bearer(token), ...bearer(token)] });
    expect([status, JSON.parse(text).error.reason]).toEqual([401, 'header_malformed']);
  });

  test.each<[string, unknown]>([
    ['no app', undefined],
    ['an app that is a mock', { get: () => undefined }],
    ['an app without settings', {}],
    ['an app that is null', null],
  ])('[22] has no trusted proxy with %s', async (_name, app) => {
    const seen: unknown[] = [];
    const look: Check = (_auth, { host }) => seen.push(host) > 0;
    const guard = requireAuth({ issuer: torii.issuer, checks: [look] });
    await using server = await listen(serve(guard, (req) => void Object.assign(req, { app })));
    const headers = [...bearer(token), ['X-Forwarded-Host', 'evil.test'], ['X-Forwarded-For', '127.0.0.1']] as const;
    expect((await send(server, '/me', { headers })).status).toBe(200);
    expect(seen).toEqual([server.host]);
  });

  test.each<[string, OnError, number, string]>([
    ['a text', (denial) => ({ ...denial, status: 404, body: 'none' }), 404, 'none'],
    ['no body', (denial) => ({ ...denial, status: 302, headers: { Location: '/in' }, body: null }), 302, ''],
    ['an object', (denial) => ({ ...denial, body: { own: 1 } }), 401, '{"own":1}'],
    ['another type', (denial) => ({ ...denial, headers: { 'content-type': 'text/html' }, body: '<p>' }), 401, '<p>'],
  ])('is answered with what onError returns: %s', async (name, onError, status, text) => {
    await using server = await listen(serve(requireAuth(verifier, { onError })));
    const answer = await send(server, '/me');
    expect([answer.status, answer.text, visits]).toEqual([status, text, []]);
    if (name === 'another type') expect(answer.headers['content-type']).toBe('text/html');
  });

  test('[18] passes an error of a check on, also one of another realm', async () => {
    const failure = inForeignRealm<Error>("new TypeError('store')");
    const checks: [Check] = [() => Promise.reject(failure)];
    await using server = await listen(serve(requireAuth({ issuer: torii.issuer, checks })));
    await send(server, '/me', { headers: bearer(token) });
    expect(visits).toEqual(['error']);
  });

  test('[13] may be one of HTTP/2', async () => {
    const server = createHttp2Server((req, res) => {
      requireAuth(verifier)(req as unknown as Request, res as unknown as Response, () => void res.end('passed'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const statusOf = (headers: object) =>
      new Promise((resolve) => {
        const stream = client.request({ ':path': '/me', ...headers });
        stream.on('response', (answer) => resolve(answer[':status'])).resume();
      });
    expect(await Promise.all([statusOf({}), statusOf(signedIn)])).toEqual([401, 200]);
    client.close();
    server.close();
  });

  test('gets no promise from a guard: Restify takes one for a call of next', async () => {
    const returned: unknown[] = [];
    const guard = requireAuth(verifier);
    await using server = await listen((req, res) => {
      returned.push(guard(req as Request, res as Response, () => void res.end()));
    });
    expect((await send(server, '/me')).status).toBe(401);
    expect(returned).toEqual([undefined]);
  });
});

describe('a mock request of a unit test', () => {
  const mock = () => ({ status: vi.fn().mockReturnThis(), json: vi.fn(), next: vi.fn() });
  const ask = async (guard: Guard, req: unknown, res: unknown, next: () => void) =>
    guard(req as Request, res as Response, next);

  test.each<[string, unknown]>([
    ['with headers alone', { headers: {} }],
    ['with nothing', {}],
    ['of another realm', toForeignRealm({ method: 'GET', url: '/me', headers: {} })],
    ['with a public path as `baseUrl`', { url: '/me', originalUrl: '/me', baseUrl: '/health', headers: {} }],
    ['with a token of a stranger', { headers: { authorization: 'Bearer a.b.c' } }],
    ['with two tokens', { headers: { authorization: [signedIn.authorization, signedIn.authorization] } }],
  ])('is refused: %s', async (_name, req) => {
    const { next, ...res } = mock();
    await ask(requireAuth(verifier), req, res, next);
    expect(res.status.mock.calls).toEqual([[401]]);
    expect(res.json.mock.calls).toEqual([[{ error: expect.objectContaining({ code: 'authentication_failed' }) }]]);
    expect(next).not.toHaveBeenCalled();
  });

  test.each<[string, object]>([
    ['with a token', { headers: signedIn }],
    ['with a token, of another realm', toForeignRealm({ headers: signedIn })],
    [
      'as of node-mocks-http',
      { url: '/me', originalUrl: '/me', baseUrl: '/me', path: '/me', headers: signedIn, socket: {} },
    ],
  ])('is let through: %s', async (_name, req) => {
    const { next, ...res } = mock();
    await ask(requireAuth(verifier), req, res, next);
    expect([next.mock.calls, res.status.mock.calls]).toEqual([[[]], []]);
    expect(req).toMatchObject({ auth: { userId: 'ada' } });
    await ask(
      allow(() => false),
      req,
      res,
      next,
    );
    expect([next.mock.calls.length, res.status.mock.calls]).toEqual([1, [[403]]]);
  });

  test('of a public path needs no token, also with the whole URL as `baseUrl`', async () => {
    const { next, ...res } = mock();
    const req = {
      method: 'GET',
      url: '/health?x',
      originalUrl: '/health?x',
      baseUrl: '/health?x',
      path: '/health',
      headers: {},
    };
    await ask(requireAuth(verifier), req, res, next);
    expect(next.mock.calls).toEqual([[]]);
  });

  test('of a signed-out caller is let through by optionalAuth', async () => {
    const { next, ...res } = mock();
    const req = { headers: {} };
    await ask(optionalAuth(verifier), req, res, next);
    expect([next.mock.calls, req]).toEqual([[[]], { headers: {}, auth: null }]);
  });

  test.each<readonly [name: string, res: object | undefined]>([
    ['has no method', {}],
    ['has only `status`', { status: () => {} }],
    ['is missing', undefined],
  ])('is a configuration error, not a pass, if the response %s', async (_name, res) => {
    const { next } = mock();
    await ask(requireAuth(verifier), { headers: {} }, res as never, next);
    expect(next.mock.calls).toEqual([[expect.objectContaining({ name: 'ToriiConfigError', option: 'res' })]]);
  });

  test.each<readonly [name: string, methods: readonly string[]]>([
    ['status and send', ['status', 'send']],
    ['status and end', ['status', 'end']],
    ['sendStatus', ['sendStatus']],
  ])('gets the refusal from a mock response with %s', async (_name, methods) => {
    const { next } = mock();
    const called: unknown[] = [];
    const res = Object.fromEntries(methods.map((name) => [name, (value: unknown) => void called.push(name, value)]));
    await ask(requireAuth(verifier), { headers: {} }, res as never, next);
    expect(next).not.toHaveBeenCalled();
    expect(called.slice(0, 2)).toEqual([methods[0], 401]);
    const body = { error: expect.objectContaining({ reason: 'token_missing' }) };
    expect(called.slice(2)).toEqual(methods.length === 2 ? [methods[1], body] : []);
  });

  test('[18] is a configuration error at once, not a rejection, without `next`', () => {
    for (const guard of [requireAuth(verifier), optionalAuth(verifier), allow(() => true)])
      for (const rest of [[], [{}], [{}, {}]])
        expect(() => Reflect.apply(guard, undefined, [{ headers: signedIn }, ...rest])).toThrow(
          expect.objectContaining({ name: 'ToriiConfigError', option: 'next' }),
        );
  });
});

describe('a webhook', () => {
  const handler = () => void visits.push('event');

  test("is received in Node's http server", async () => {
    const handle = webhookHandler({ secret }, handler);
    await using server = await listen(
      (req, res) => void handle(req as Request, res as Response, () => void res.end('x')),
    );
    const { headers, payload } = deliver();
    const answer = await fetch(server.origin, { method: 'POST', headers, body: payload });
    expect([answer.status, await answer.json(), visits]).toEqual([200, { status: 'handled' }, ['event']]);
    const changed = await fetch(server.origin, { method: 'POST', headers, body: `${payload} ` });
    expect([changed.status, visits]).toEqual([400, ['event']]);
  });

  test('is received as bytes of another realm that a parser kept', async () => {
    const handle = webhookHandler({ secret }, handler);
    const { headers, payload } = deliver();
    const res = { status: vi.fn().mockReturnThis(), json: vi.fn() };
    const rawBody = toForeignRealm(new TextEncoder().encode(payload));
    const req = { headers, rawBody, body: JSON.parse(payload), readableDidRead: true };
    await handle(req as unknown as Request, res as unknown as Response, (error) => expect(error).toBeUndefined());
    expect([res.json.mock.calls, visits]).toEqual([[[{ status: 'handled' }]], ['event']]);
  });

  test('passes an error of another realm on unchanged, with status 500', async () => {
    const failure = inForeignRealm<Error>("new Error('x')");
    const handle = webhookHandler({ secret }, () => Promise.reject(failure));
    const { headers, payload } = deliver();
    const res = { statusCode: 200 };
    const next = vi.fn();
    await handle({ headers, rawBody: payload } as unknown as Request, res as unknown as Response, next);
    expect([next.mock.calls, res.statusCode]).toEqual([[[failure]], 500]);
  });
});
