// The tests that the recipes for Bun, Deno and Workers share. Each runs the recipe on its real runtime, over HTTP.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../packages/emulator/src/index.ts';
import { type FetchRuntime, type FetchServer, missingRuntime, skipWithout, startFetchServer } from './fetch-server.ts';
import { bearer, send } from './http-exchange.ts';

type Headers = readonly (readonly [string, string])[];

export interface FetchRecipe {
  readonly torii: () => Emulator;
  readonly server: () => FetchServer;
}

/** Starts the recipe, and defines the tests. */
export function testFetchRecipe(runtime: FetchRuntime, file: string): FetchRecipe {
  let torii: Emulator;
  let server: FetchServer;
  let token: string;

  beforeAll(async () => {
    torii = await startEmulator({ environments: [{ name: 'globex' }] });
    token = await torii.token({ userId: 'ada', expiresInSeconds: 3600 });
    if (missingRuntime(runtime) !== undefined) return;
    server = await startFetchServer(runtime, file, { TORII_ISSUER: torii.issuer });
  });
  beforeEach((context) => skipWithout(runtime, context));
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await torii?.stop();
  });

  async function ask(headers: Headers = [], path = '/me', method = 'GET') {
    const { status, headers: sent, text } = await send(server, path, { method, headers });
    return { status, headers: sent, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  test('requests at once, which need the keys first, get their answers', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(bearer(token))));
    for (const { status, body } of answers) expect([status, body]).toEqual([200, { userId: 'ada' }]);
  });

  test('a request without a token gets 401 with a challenge', async () => {
    const { status, headers, body } = await ask();
    expect([status, body.error.reason]).toEqual([401, 'token_missing']);
    expect(headers).toMatchObject({
      'www-authenticate': 'Bearer realm="torii"',
      'cache-control': 'private, no-store',
      vary: expect.stringContaining('Authorization, Cookie'),
      'content-type': expect.stringMatching(/^application\/json/),
    });
  });

  test.each<[string, () => Promise<Headers> | Headers, string]>([
    ['an expired token', async () => bearer(await torii.token({ expiresInSeconds: -60 })), 'token_expired'],
    ['a token of another issuer', async () => bearer(await torii.environment('globex').token()), 'issuer_refused'],
    ['a forged signature', async () => bearer(await torii.token({ signedBy: 'stranger' })), 'signature_invalid'],
    ['the scheme Basic', () => [['Authorization', 'Basic YTpi']], 'scheme_unsupported'],
    ['two equal tokens', () => [...bearer(token), ...bearer(token)], 'header_malformed'],
    ['a good and a bad token', () => [...bearer(token), ...bearer('a.b.c')], 'header_malformed'],
    ['a bad and a good token', () => [...bearer('a.b.c'), ...bearer(token)], 'header_malformed'],
    ['a token in a cookie', () => [['Cookie', `token=${token}`]], 'token_missing'],
  ])('[13] a request with %s gets 401', async (_what, headers, reason) => {
    const { status, body } = await ask(await headers());
    expect([status, body.error.reason]).toEqual([401, reason]);
  });

  test('a caller without the role gets 403, and one with it is let through', async () => {
    const { status, headers, body } = await ask(bearer(token), '/users/1', 'DELETE');
    expect([status, body.error.reason]).toEqual([403, 'not_allowed']);
    expect(headers['www-authenticate']).toContain('insufficient_scope');
    const organization = { id: 'org_1', role: 'org:administrator' };
    const admin = await torii.token({ userId: 'bo', organization });
    expect(await ask(bearer(admin), '/users/1', 'DELETE')).toMatchObject({ status: 200, body: { userId: 'bo' } });
  });

  // The runtimes resolve dot segments and backslashes before the handler sees a URL, so the handler also sees the public path.
  test.each([
    '/health',
    '/health?x=/me',
    '/x/../health',
    '/x/%2e%2e/health',
    '/x\\..\\health',
    'http://127.0.0.1/health',
  ])('[21] the path %s needs no token, and gets what everyone gets', async (path) => {
    expect(await ask([], path)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await ask(bearer('a.b.c'), path)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  test.each([
    '/health/',
    '/health/x',
    '//health',
    '/health/../me',
    '/health;x',
    '/health%2f..%2fme',
    '/health%00',
    '/health%',
    '/%68ealth',
    '/%2568ealth',
    '/HEALTH',
    '/me?/health',
    'http://127.0.0.1/me?x=/health',
  ])('[21] the path %s needs a token', async (path) => {
    expect(await ask([], path)).toMatchObject({ status: 401 });
  });

  test('without the keys, the answer is 503', async () => {
    const globex = torii.environment('globex');
    globex.fail('keys');
    await using other = await startFetchServer(runtime, file, { TORII_ISSUER: globex.issuer });
    const { status, headers, text } = await send(other, '/me', { headers: bearer(await globex.token()) });
    expect([status, JSON.parse(text).error.code]).toEqual([503, 'unavailable']);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(headers['www-authenticate']).toBeUndefined();
  });

  test('no token is in the output', () => {
    expect(server.output()).not.toContain('eyJ');
  });

  return { torii: () => torii, server: () => server };
}
