import { startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server.js';
import { afterAll, expect, test, vi } from 'vitest';
import { createToriiNext, createToriiProxy as misplaced, ToriiConfigError } from '../src/index.ts';
import { createToriiProxy } from '../src/server/proxy/proxy.ts';
import { webhookHandler } from '../src/server/webhooks.ts';

const emulator = await startEmulator();
afterAll(() => emulator.stop());

const options = { issuer: emulator.issuer, signInPath: '/sign-in', origins: ['https://app.test'] };
const torii = createToriiNext(options);
const headers = { authorization: `Bearer ${await emulator.token({ userId: 'ada' })}` };
const request = () => new NextRequest('https://app.test/api', { headers });

async function mistakeIn(run: () => unknown): Promise<ToriiConfigError> {
  const error: unknown = await (async () => run())().then(
    (value) => ({ passed: value }),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiConfigError);
  return error as ToriiConfigError;
}

type Row = readonly [name: string, run: () => unknown];
const call = (run: unknown, ...given: readonly unknown[]) => Reflect.apply(run as () => unknown, undefined, given);

test.each<Row>([
  ['withAuth as a route handler', () => call(torii.withAuth, request(), { params: Promise.resolve({}) })],
  ['createToriiProxy as the proxy function', () => call(createToriiProxy, request(), {})],
  ['createToriiProxy of the main entry', () => call(misplaced, options)],
  ['createToriiProxy with the helpers in place of the options', () => call(createToriiProxy, torii)],
  ['webhookHandler as a route handler', () => call(webhookHandler, request(), { params: Promise.resolve({}) })],
  ['protect as a page', () => call(torii.protect, { params: Promise.resolve({}), searchParams: Promise.resolve({}) })],
  ['createToriiNext as a route handler', () => call(createToriiNext, request())],
])('[37] %s, without a call, fails as a mistake of the app', async (_name, run) => {
  await mistakeIn(run);
});

test.each<Row>([
  [
    'a page',
    () =>
      call(
        torii.withAuth(() => new Response()),
        { params: Promise.resolve({}) },
      ),
  ],
  [
    'a component',
    () =>
      call(
        torii.withAuth(() => new Response()),
        {},
      ),
  ],
  ['nothing', () => call(torii.withAuth(() => new Response()))],
  ['an element of React', () => call(torii.withAuth, { $$typeof: Symbol.for('react.element'), props: {} })],
  ['a role', () => call(torii.withAuth, () => new Response(), 'admin')],
  ['options', () => call(torii.withAuth, () => new Response(), { role: 'admin' })],
  ['a list of checks', () => call(torii.withAuth, () => new Response(), [() => true])],
])('withAuth refuses %s', async (_name, run) => {
  await mistakeIn(run);
});

test('a handler that returns an element of React fails, and is called for a signed-in user only', async () => {
  const page = vi.fn(() => ({ props: {} }));
  await mistakeIn(() => call(torii.withAuth(page as never), request(), { params: Promise.resolve({}) }));
  const signedOut = new NextRequest('https://app.test/api', { headers: { accept: '*/*' } });
  const answer = (await call(torii.withAuth(page as never), signedOut, {})) as Response;
  expect(answer.status).toBe(401);
  expect(page).toHaveBeenCalledOnce();
});

test.each<readonly [name: string, given: unknown]>([
  ['nothing', undefined],
  ['a token', 'eyJ'],
  ['a promise of headers', { headers: Promise.resolve(new Headers(headers)) }],
  ['the context of a page', { params: {}, query: {} }],
  ['the whole context of getServerSideProps', { req: { method: 'GET', url: '/', headers, rawHeaders: [] }, query: {} }],
  ['an event of SvelteKit', { request: request() }],
  ['headers', headers],
  ['Headers', new Headers(headers)],
])('[37] fromRequest does not answer 401 for %s', async (_name, given) => {
  expect(await mistakeIn(() => torii.fromRequest(given as never))).toMatchObject({ option: 'request' });
});

test.each([
  ['skip', 'publicPaths'],
  ['publicRoutes', 'publicPaths'],
  ['ignoredRoutes', 'publicPaths'],
  ['authorizedParties', 'origins'],
  ['signInUrl', 'signInPath'],
  ['domain', 'issuer'],
  ['onError', 'requireAuth'],
])('an option named %s leads to %s', async (name, remedy) => {
  const { message } = await mistakeIn(() => createToriiNext({ ...options, [name]: '/x' }));
  expect(message.split('Known options')[0]).toContain(remedy);
});
