import { type Emulator, startEmulator } from '@torii/emulator';
import { type NextFetchEvent, NextRequest } from 'next/server.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from './create-app.ts';

let emulator: Emulator;
let otherEmulator: Emulator;

beforeAll(async () => {
  [emulator, otherEmulator] = await Promise.all([startEmulator(), startEmulator()]);
});

afterAll(() => Promise.all([emulator.stop(), otherEmulator.stop()]));

afterEach(() => {
  Reflect.deleteProperty(Object.prototype, 'response');
});

const context = { params: Promise.resolve({}) };

// With fixed keys: a polluted Object.prototype.response also breaks the platform's `fetch`.
async function create({ issuer }: Emulator): Promise<App> {
  const keys = await (await fetch(`${issuer}/_torii/.well-known/jwks.json`)).json();
  return createApp({ issuer, keys, signInPath: '/sign-in', origins: ['https://app.test'] });
}

function requestWith(token?: string): NextRequest {
  const headers = { host: 'app.test', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return new NextRequest('http://127.0.0.1:3000/notes', { headers });
}

// JSON that is merged into Object.prototype can write this.
function polluteResponse(): void {
  Object.assign(Object.prototype, { response: { writableEnded: true } });
}

test('[19] a polluted Object.prototype.response does not let a request without a token through the proxy', async () => {
  const proxy = (await create(emulator)).proxy();
  polluteResponse();
  const response = await proxy(requestWith(), {} as NextFetchEvent);
  expect([response.status, response.headers.get('x-middleware-next')]).toEqual([401, null]);
});

test('[27] a polluted Object.prototype.response does not skip the checks of withAuth', async () => {
  const handler = (await create(emulator)).withAuth(
    () => Response.json('called'),
    () => false,
  );
  const request = requestWith(await emulator.token());
  polluteResponse();
  expect((await handler(request, context)).status).toBe(403);
});

test('[17] two handlers that share a request each get the Auth that their own checks approved', async () => {
  const torii = await create(emulator);
  const [ada, bob] = [await emulator.token({ userId: 'ada' }), await emulator.token({ userId: 'bob' })];
  const request = requestWith(ada);
  const asked = Promise.withResolvers<void>();
  const decision = Promise.withResolvers<boolean>();
  const slow = torii.withAuth(
    (_request, { auth }) => Response.json(auth.userId),
    () => {
      asked.resolve();
      return decision.promise;
    },
  );
  const fast = torii.withAuth((_request, { auth }) => Response.json(auth.userId));
  const first = slow(request, context);
  await asked.promise;
  request.headers.set('authorization', `Bearer ${bob}`);
  expect(await (await fast(request, context)).json()).toBe('bob');
  decision.resolve(true);
  expect(await (await first).json()).toBe('ada');
});

test('[17] a handler of another issuer that refuses a shared request does not affect the first', async () => {
  const request = requestWith(await emulator.token({ userId: 'ada' }));
  const asked = Promise.withResolvers<void>();
  const decision = Promise.withResolvers<boolean>();
  const slow = (await create(emulator)).withAuth(
    (_request, { auth }) => Response.json(auth.userId),
    () => {
      asked.resolve();
      return decision.promise;
    },
  );
  const foreign = (await create(otherEmulator)).withAuth(() => Response.json('called'));
  const first = slow(request, context);
  await asked.promise;
  expect((await foreign(request, context)).status).toBe(401);
  decision.resolve(true);
  expect(await (await first).json()).toBe('ada');
});
