import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToriiForbiddenError } from '@torii/core';
import { type Emulator, startEmulator, type TokenOptions } from '@torii/emulator';
import { createSchema, createYoga, Repeater } from 'graphql-yoga';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';

failOnCrashes();

let emulator: Emulator;
const servers: Server[] = [];
/** The URL of the example. */
let url: string;
/** The URL of resolvers that fail. */
let failingUrl: string;
/** The URL of the example with a guard before it. */
let closedUrl: string;
/** How often a source of a subscription was ended. */
let ended = 0;

beforeAll(async () => {
  emulator = await startEmulator();
  const { yoga, createContext, guarded, untilExpired } = await load(emulator.issuer);
  url = await serve(yoga);
  const fails = (): never => {
    throw new Error('The database is down.');
  };
  const source = (count: number) =>
    new Repeater<number>(async (push, stop) => {
      void stop.then(() => {
        ended += 1;
      });
      for (let item = 1; item <= count; item += 1) await push(item);
      if (count > 1) stop();
      await stop;
    });
  const failing = createSchema({
    typeDefs: /* GraphQL */ `
      type Query {
        handler: String
        check: String
        refusal: String
      }
      type Subscription {
        many: Int
        one: Int
      }
    `,
    resolvers: {
      Query: {
        handler: guarded(fails),
        check: guarded(() => 'never', fails),
        refusal: guarded(async () => {
          throw new ToriiForbiddenError('This belongs to another tenant.');
        }),
      },
      Subscription: {
        many: { subscribe: guarded((_p, _a, { auth }) => untilExpired(auth, source(1_100))), resolve: Number },
        one: { subscribe: guarded((_p, _a, { auth }) => untilExpired(auth, source(1))), resolve: Number },
      },
    },
  });
  failingUrl = await serve(createYoga({ context: createContext, schema: failing, logging: false }));
  const { app } = await import('../src/closed-app.ts');
  closedUrl = await serve(app);
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  vi.unstubAllEnvs();
  await emulator.stop();
});

/** Loads the recipe anew, so that its verifier has this issuer. */
async function load(issuer: string) {
  vi.stubEnv('TORII_ISSUER', issuer);
  vi.resetModules();
  return { ...(await import('../src/recipe.ts')), ...(await import('../src/yoga.ts')) };
}

async function serve(yoga: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(yoga).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

interface Asked {
  readonly to?: string;
  readonly token?: string;
  readonly accept?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

function send(query: string, { to = url, token, accept, headers, signal }: Asked = {}): Promise<Response> {
  return fetch(to, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accept !== undefined && { accept }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

async function ask(query: string, asked: Asked = {}) {
  const response = await send(query, asked);
  const { data, errors = [] } = (await response.json()) as Answer;
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, challenge, headers: response.headers, data, errors };
}

const tokenOf = (options?: TokenOptions) => emulator.token(options);

test('gives a resolver the caller', async () => {
  const token = await tokenOf({ userId: 'ada', organization: { id: 'acme' } });
  expect(await ask('{ hello me { id organization } }', { token })).toMatchObject({
    status: 200,
    data: { me: { id: 'ada', organization: 'acme' } },
    errors: [],
  });
});

test('refuses a field without a token, with the challenge of Torii', async () => {
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const { status, challenge, headers, data, errors } = await ask('{ me { id } }', { accept });
    expect([status, challenge, data]).toEqual([401, 'Bearer realm="torii"', { me: null }]);
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'token_missing' }),
    ]);
    expect(errors[0]?.extensions).not.toHaveProperty('http');
    expect(headers.get('cache-control')).toBe('private, no-store');
  }
});

test('a refused field does not refuse the public fields beside it', async () => {
  const { status, data, errors } = await ask('{ hello me { id } }');
  expect([status, errors.length]).toEqual([401, 1]);
  expect(data).toEqual({ hello: expect.stringContaining('public'), me: null });
});

test('refuses an expired token, a forged one and one of another issuer', async () => {
  const answers = [
    await ask('{ me { id } }', { token: await tokenOf({ expiresInSeconds: -600 }) }),
    await ask('{ me { id } }', { token: await tokenOf({ signedBy: 'stranger' }) }),
    await ask('{ me { id } }', { token: await tokenOf({ issuer: 'https://evil.example' }) }),
  ];
  for (const { status, challenge } of answers) {
    expect(status).toBe(401);
    expect(challenge).toMatch(/error="invalid_token"/);
  }
  const reasons = answers.map(({ errors }) => errors[0]?.extensions['reason']);
  expect(reasons).toEqual(['token_expired', 'signature_invalid', 'issuer_refused']);
});

test('does not read a token from the query, a cookie or the extensions', async () => {
  const token = await tokenOf();
  const responses = [
    await fetch(`${url}?query={me{id}}&token=${token}&access_token=${token}`),
    await send('{ me { id } }', { headers: { cookie: `token=${token}` } }),
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }', extensions: { authorization: `Bearer ${token}`, token } }),
    }),
  ];
  expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
});

test('refuses two Authorization headers', async () => {
  const token = await tokenOf();
  const call = request(`${url}?query={me{id}}`, {
    headers: ['host', 'a.example', 'authorization', `Bearer ${token}`, 'authorization', 'Bearer eyJ'],
  });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  expect(response.statusCode).toBe(401);
});

test('refuses with 403 a caller whom a check refuses', async () => {
  const clear = async (role: string) => {
    const token = await tokenOf({ organization: { id: 'acme', role } });
    return ask('mutation { clearCache }', { token });
  };
  expect(await clear('org:administrator')).toMatchObject({ status: 200, data: { clearCache: true } });
  const refused = await clear('org:member');
  expect(refused).toMatchObject({ status: 403, data: { clearCache: null } });
  expect(refused.challenge).toMatch(/error="insufficient_scope"/);
  expect(refused.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'not_allowed' });
});

test('a refusal that a resolver throws is answered as one', async () => {
  const answer = await ask('{ refusal }', { to: failingUrl, token: await tokenOf() });
  expect(answer).toMatchObject({ status: 403, errors: [{ message: 'This belongs to another tenant.' }] });
});

test('errors of the app are masked, and are no refusals', async () => {
  for (const query of ['{ handler }', '{ check }']) {
    const { status, challenge, errors } = await ask(query, { to: failingUrl, token: await tokenOf() });
    expect([status, challenge]).toEqual([200, null]);
    expect(errors).toMatchObject([{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(errors)).not.toContain('database');
  }
});

test('a thousand aliases of a field share one verification', async () => {
  const { createContext, guarded } = await load(emulator.issuer);
  const headers = { authorization: `Bearer ${await tokenOf()}` };
  const { authenticate } = createContext({ req: { headers } } as never);
  const verified = authenticate();
  expect(authenticate()).toBe(verified);

  // `source` has no token, so a second verification would be refused.
  const context = { source: { headers: {} }, authenticate } as never;
  const caller = guarded((_parent, _args, { auth }) => auth);
  for (let alias = 0; alias < 1_000; alias += 1) expect(await caller(null, {}, context)).toBe(await verified);
});

test('answers 503 without a challenge while the keys cannot be fetched, and a public field all the same', async () => {
  await using down = await startEmulator();
  down.fail('keys');
  const { yoga } = await load(down.issuer);
  const asked = { to: await serve(yoga), token: await down.token() };
  expect(await ask('{ hello }', asked)).toMatchObject({ status: 200, errors: [] });
  const { status, challenge, headers, errors } = await ask('{ me { id } }', asked);
  expect([status, challenge]).toEqual([503, null]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', reason: 'keys_unavailable' } }]);
});

test('with a guard before Yoga, every operation needs a token, and no names of the schema leak', async () => {
  for (const query of ['{ hello }', '{ __schema { types { name } } }', '{ hell }', 'not a query']) {
    const response = await send(query, { to: closedUrl });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'authentication_failed', reason: 'token_missing' } });
  }
  const asked = { to: closedUrl, token: await tokenOf({ userId: 'ada' }) };
  expect(await ask('{ hello me { id } }', asked)).toMatchObject({ status: 200, data: { me: { id: 'ada' } } });
  const preflight = await fetch(closedUrl, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
});

test('a path that Yoga reads otherwise than Express does not pass by the guard', async () => {
  for (const path of ['/./graphql', '//graphql', '/x/../graphql', '/%67raphql', '/GRAPHQL', '/graphql/']) {
    const { hostname, port } = new URL(closedUrl);
    const call = request({ hostname, port, path: `${path}?query={hello}` }).end();
    const [response] = await once(call, 'response');
    response.resume();
    expect([401, 404]).toContain(response.statusCode);
  }
});

const accept = 'text/event-stream';

test('a subscription over SSE is refused without a token', async () => {
  const response = await send('subscription { news }', { accept });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
  expect(await response.text()).toContain('"reason":"token_missing"');
});

test('a subscription gets items', async () => {
  const client = new AbortController();
  const { signal } = client;
  const response = await send('subscription { news }', { accept, token: await tokenOf(), signal });
  expect(response.status).toBe(200);
  let received = '';
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) received += chunk;
  })().catch(() => 'aborted');
  const token = await tokenOf({ organization: { id: 'acme', role: 'org:administrator' } });
  await expect
    .poll(async () => {
      await ask('mutation { clearCache }', { token });
      return received;
    })
    .toContain('data: {"data":{"news":"The cache is empty."}}');
  client.abort();
  await reading;
});

test('a subscription ends when the token expires', async () => {
  const response = await send('subscription { news }', { accept, token: await tokenOf({ expiresInSeconds: 1 }) });
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/event: complete\ndata:\n\n$/);
});

test('a subscription may get many items, and ends when its source ends', async () => {
  const text = await (await send('subscription { many }', { to: failingUrl, accept, token: await tokenOf() })).text();
  expect(text).toContain('{"data":{"many":1100}}');
  expect(text).toMatch(/event: complete\ndata:\n\n$/);
});

test('a client that goes away ends the source of its subscription', async () => {
  const before = ended;
  const client = new AbortController();
  const asked = { to: failingUrl, accept, token: await tokenOf(), signal: client.signal };
  const response = await send('subscription { one }', asked);
  await response.body?.getReader().read();
  client.abort();
  await expect.poll(() => ended).toBe(before + 1);
});

test('does not start without an issuer', async () => {
  await expect(load('')).rejects.toMatchObject({ name: 'ToriiConfigError' });
});
