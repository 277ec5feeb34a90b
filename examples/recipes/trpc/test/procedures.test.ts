import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToriiForbiddenError } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';

failOnCrashes();

let emulator: Emulator;
let server: Server;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator();
  server = await serve(emulator.issuer);
  url = urlOf(server);
});
afterAll(async () => {
  close(server);
  vi.unstubAllEnvs();
  await emulator.stop();
});

/** Loads the recipe anew, so that its verifier has this issuer. */
async function load(issuer: string) {
  vi.stubEnv('TORII_ISSUER', issuer);
  vi.resetModules();
  return { ...(await import('../src/recipe.ts')), ...(await import('../src/app-router.ts')) };
}

async function createRouter(issuer: string) {
  const { appRouter, router, publicProcedure, protectedProcedure, allow, ...rest } = await load(issuer);
  const fails = (): never => {
    throw new Error('The database is down.');
  };
  const failing = router({
    query: protectedProcedure.query(fails),
    check: allow(fails).query(() => 'never'),
    refusal: publicProcedure.query(() => {
      throw new ToriiForbiddenError('This belongs to another tenant.');
    }),
    news: protectedProcedure.subscription(async function* () {
      yield 'one';
      fails();
    }),
  });
  return { ...rest, router: router({ app: appRouter, failing }) };
}
type TestRouter = Awaited<ReturnType<typeof createRouter>>['router'];

async function serve(issuer: string): Promise<Server> {
  const server = createHTTPServer(await createRouter(issuer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

const ask = (path: string, token?: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/${path}`, {
    ...init,
    headers: { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });

const post = { method: 'POST', headers: { 'content-type': 'application/json' } };

/** What a client sees of a refused call. */
async function refusal(path: string, token?: string, init?: RequestInit) {
  const response = await ask(path, token, init);
  const { error } = (await response.json()) as { error: { message: string; data: Record<string, unknown> } };
  const { code, httpStatus, reason } = error.data;
  return { status: response.status, challenge: response.headers.get('www-authenticate'), code, httpStatus, reason };
}

test('a typed client calls public and protected procedures', async () => {
  const token = await emulator.token({ userId: 'ada', organization: { id: 'acme', role: 'org:administrator' } });
  for (const link of [httpLink, httpBatchLink, httpBatchStreamLink]) {
    const client = createTRPCClient<TestRouter>({
      links: [link({ url, headers: { authorization: `Bearer ${token}` } })],
    });
    const [hello, me] = await Promise.all([client.app.hello.query(), client.app.me.query()]);
    expect(hello.hello).toContain('public');
    expect(me).toEqual({ userId: 'ada', organization: { id: 'acme', role: 'org:administrator' } });
    expect(await client.app.clearCache.mutate()).toEqual({ cleared: true });
  }
});

test('refuses a call without a token with the challenge of Torii', async () => {
  expect(await refusal('app.me')).toEqual({
    status: 401,
    challenge: 'Bearer realm="torii"',
    code: 'UNAUTHORIZED',
    httpStatus: 401,
    reason: 'token_missing',
  });
  const { headers } = await ask('app.me');
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(headers.get('vary')).toBe('trpc-accept, accept, Authorization, Cookie');
});

test('refuses an expired token, a forged one and one of another issuer', async () => {
  const refusals = [
    await refusal('app.me', await emulator.token({ expiresInSeconds: -600 })),
    await refusal('app.me', await emulator.token({ signedBy: 'stranger' })),
    await refusal('app.me', await emulator.token({ issuer: 'https://evil.example' })),
  ];
  for (const { challenge, ...rest } of refusals) {
    expect(challenge).toMatch(/error="invalid_token"/);
    expect(rest).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  }
  expect(refusals.map(({ reason }) => reason)).toEqual(['token_expired', 'signature_invalid', 'issuer_refused']);
});

test('does not read a token from the query, a cookie or the connection parameters', async () => {
  const token = await emulator.token();
  const parameters = encodeURIComponent(JSON.stringify({ token, authorization: `Bearer ${token}` }));
  for (const query of [`?token=${token}&access_token=${token}`, `?connectionParams=${parameters}`]) {
    expect((await ask(`app.me${query}`)).status).toBe(401);
  }
  expect((await ask('app.me', undefined, { headers: { cookie: `token=${token}` } })).status).toBe(401);
});

test('refuses two Authorization headers', async () => {
  const token = await emulator.token();
  const headers = ['host', 'a.example', 'authorization', `Bearer ${token}`, 'authorization', 'Bearer eyJ'];
  const [response] = await once(request(`${url}/app.me`, { headers }).end(), 'response');
  response.resume();
  expect(response.statusCode).toBe(401);
});

test('refuses with 403 a caller whom a check refuses', async () => {
  const token = await emulator.token({ organization: { id: 'acme', role: 'org:member' } });
  const refused = await refusal('app.clearCache', token, post);
  expect(refused).toMatchObject({ status: 403, code: 'FORBIDDEN', reason: 'not_allowed' });
  expect(refused.challenge).toMatch(/error="insufficient_scope"/);
  expect(await refusal('app.clearCache', undefined, post)).toMatchObject({ status: 401 });
});

test('a refusal that a handler throws is answered as one', async () => {
  expect(await refusal('failing.refusal')).toMatchObject({ status: 403, code: 'FORBIDDEN', reason: 'not_allowed' });
});

test('errors of the app are 500, without their message', async () => {
  const token = await emulator.token();
  for (const path of ['failing.query', 'failing.check']) {
    expect(await refusal(path, token)).toMatchObject({ status: 500, challenge: null, code: 'INTERNAL_SERVER_ERROR' });
    const { error } = (await (await ask(path, token)).json()) as { error: { message: string } };
    expect(error.message).toBe('Internal server error');
  }
});

test('a batch refuses each call by itself', async () => {
  const token = await emulator.token({ organization: { id: 'acme', role: 'org:member' } });
  const statusesOf = async (response: Response) => {
    const results = (await response.json()) as { error?: { data: { httpStatus: number } } }[];
    return [response.status, results.map(({ error }) => error?.data.httpStatus)];
  };
  const signedOut = await ask('app.hello,app.me,app.me?batch=1');
  expect(signedOut.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
  expect(await statusesOf(signedOut)).toEqual([207, [undefined, 401, 401]]);
  expect(await statusesOf(await ask('app.hello,app.me?batch=1', token))).toEqual([200, [undefined, undefined]]);
  const mutations = await ask('app.clearCache,app.clearCache?batch=1', token, post);
  expect(await statusesOf(mutations)).toEqual([403, [403, 403]]);
});

test('a batch verifies its token once', async () => {
  const { createContext } = await load(emulator.issuer);
  const headers = { authorization: `Bearer ${await emulator.token()}` };
  const { authenticate } = createContext({ req: { headers } });
  const verified = authenticate();
  expect(authenticate()).toBe(verified);
  await verified;
});

test('a streamed batch refuses each call by itself', async () => {
  const client = createTRPCClient<TestRouter>({ links: [httpBatchStreamLink({ url })] });
  const [hello, me] = await Promise.allSettled([client.app.hello.query(), client.app.me.query()]);
  expect(hello.status).toBe('fulfilled');
  expect(me).toMatchObject({ reason: { data: { code: 'UNAUTHORIZED', reason: 'token_missing' } } });
});

test('[20] a streamed batch, and a subscription, are never stored by a shared cache', async () => {
  const streamed = await ask('app.hello,app.me?batch=1', undefined, {
    headers: { 'trpc-accept': 'application/jsonl' },
  });
  expect(await streamed.text()).toContain('token_missing');
  const events = await ask('app.news', undefined, { headers: { accept: 'text/event-stream' } });
  expect(await events.text()).toContain('token_missing');
  for (const { status, headers } of [streamed, events]) {
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toMatch(/private, no-store/);
    expect(headers.get('vary')).toMatch(/Authorization, Cookie/);
  }
});

test('a public procedure needs no keys, and no valid token', async () => {
  await using down = await startEmulator();
  down.fail('keys');
  const other = await serve(down.issuer);
  const headers = { authorization: `Bearer ${await down.token()}` };
  const [hello, me] = [
    await fetch(`${urlOf(other)}/app.hello`, { headers }),
    await fetch(`${urlOf(other)}/app.me`, { headers }),
  ];
  close(other);
  expect(hello.status).toBe(200);
  expect(me.status).toBe(503);
  expect(Number(me.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(me.headers.get('www-authenticate')).toBeNull();
  expect(await me.json()).toMatchObject({
    error: { data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, reason: 'keys_unavailable' } },
  });
});

test('a subscription ends when the token expires', async () => {
  const headers = { accept: 'text/event-stream' };
  const token = await emulator.token({ expiresInSeconds: 1 });
  const response = await ask('app.news', token, { headers });
  expect(response.headers.get('content-type')).toMatch(/event-stream/);
  const text = await response.text();
  expect(text).toContain('event: connected');
  expect(text).toMatch(/event: return\ndata: \s*$/);
});

test('a subscription is refused with an event, and hides errors of the app', async () => {
  const headers = { accept: 'text/event-stream' };
  const signedOut = await (await ask('app.news', undefined, { headers })).text();
  expect(signedOut).toContain('"reason":"token_missing"');
  const failing = await (await ask('failing.news', await emulator.token(), { headers })).text();
  expect(failing).toContain('one');
  expect(failing).toContain('Internal server error');
});

test('does not start without an issuer', async () => {
  await expect(load('')).rejects.toMatchObject({ name: 'ToriiConfigError' });
});
