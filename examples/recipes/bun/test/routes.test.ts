import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FetchServer, missingRuntime, skipWithout, startFetchServer } from '../../../../scripts/fetch-server.ts';
import { bearer, send } from '../../../../scripts/http-exchange.ts';

let torii: Emulator;
let server: FetchServer;

beforeAll(async () => {
  torii = await startEmulator();
  if (missingRuntime('bun') !== undefined) return;
  const file = fileURLToPath(new URL('../src/routes.ts', import.meta.url));
  server = await startFetchServer('bun', file, { TORII_ISSUER: torii.issuer });
});
beforeEach((context) => skipWithout('bun', context));
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await torii.stop();
});

const ask = async (path: string, headers: readonly (readonly [string, string])[] = []) => {
  const { status, text } = await send(server, path, { headers });
  return [status, text.startsWith('{') ? JSON.parse(text) : text];
};

test('each route has its parameters and the caller', async () => {
  const token = await torii.token({ userId: 'ada' });
  expect(await ask('/health')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/users/7', bearer(token))).toEqual([200, { userId: 'ada', asked: '7' }]);
  expect(await ask('/other', bearer(token))).toEqual([404, 'Not Found']);
});

// Bun finds the route with the target that was sent, but resolves dot segments in `request.url`.
test.each(['/users/7', '/other', '/health/', '/admin/../health', '/admin/%2e%2e/health', '/users/../health'])(
  '[21] %s needs a token',
  async (path) => {
    expect(await ask(path)).toMatchObject([401, { error: { reason: 'token_missing' } }]);
    const token = await torii.token();
    expect(await ask(path, [...bearer(token), ...bearer(token)])).toMatchObject([401, { error: {} }]);
  },
);

test('Bun takes a path below /admin/ for it, although `request.url` is another one', async () => {
  const token = await torii.token({ userId: 'ada' });
  expect(await ask('/admin/../health', bearer(token))).toEqual([200, { admin: 'ada' }]);
});
