// Public paths must be read as Fastify's router reads them, whatever its options are, or not be public at all.
import { startEmulator } from '@torii/emulator';
import { type FastifyServerOptions, fastify, type RouteHandler } from 'fastify';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { listen, send } from '../../../scripts/http-exchange.ts';
import { createVerifier, requireAuth } from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const token = await torii.token();
let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

const visit =
  (name: string): RouteHandler =>
  async () => {
    visits.push(name);
    return name;
  };

const guard = requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/docs/*'] });

async function serve(options: FastifyServerOptions = {}) {
  const app = fastify(options);
  app.addHook('onRequest', guard);
  app.get('/health', visit('health'));
  app.get('/docs/*', visit('docs'));
  app.get('/docs/admin', visit('docs'));
  app.get('/me', visit('me'));
  app.get('/*', visit('rest'));
  await app.ready();
  return listen((request, response) => app.routing(request, response));
}

const routers: readonly (readonly [string, object])[] = [
  ['the default options', {}],
  ['ignoreTrailingSlash', { ignoreTrailingSlash: true }],
  ['ignoreDuplicateSlashes', { ignoreDuplicateSlashes: true }],
  ['caseSensitive: false', { caseSensitive: false }],
  ['useSemicolonDelimiter', { useSemicolonDelimiter: true }],
  [
    'all of them',
    { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true },
  ],
];

// biome-ignore format: a corpus, one path per line would be too long
const hostile = [
  '//health', '/./health', '/a/../health', '/health/../me', '/docs/../me', '/docs/..', '/docs/./me', '/docs//me',
  '/%2e%2e/health', '/docs/%2e%2e/me', '/docs%2fme', '/docs/%2fme', '/docs/..%2fme', '/docs/%5c..%5cme',
  '/docs\\..\\me', '/docs/\\me', '/health%00', '/docs/%00', '/health;x=1', '/docs/;x=1/me', '/health/', '/HEALTH',
  '/Health', '/%68ealth', '/%2568ealth', '/docs/%2561', '/docs/%ff', '/docs/%c0%af', '/docs/%zz', '/docs', '/docs/',
  '/healthy', '/me', '/me?/health', '/me#/health', '/me?x=/docs/y', '/', '/docs/%2E%2E%2Fme', '/docs/me%3b', '/docs.',
  '/health\\', '/health%20', '*', '/me;/health', '/me;/docs/x', '/me/;/docs/x', '/ME', '/me/', '//me', '/DOCS/x',
  '/Docs//admin', '/docs/x#/../me', '/health#', '/health#x', 'http://other.test/me', 'http://other.test//health',
  'http://other.test/docs/..%2fme', 'http://health/', 'http://x?/health', 'http://x#/health', 'ftp://x/health', 'health',
];

describe.each(routers)('[21] with %s', (_name, routerOptions) => {
  test.each(hostile)('a token is needed at %s', async (target) => {
    await using server = await serve({ routerOptions });
    const { status } = await send(server, target);
    expect([400, 401]).toContain(status);
    expect(visits).toEqual([]);
  });

  test('public paths need none', async () => {
    await using server = await serve({ routerOptions });
    for (const target of ['/health', '/health?x=1', '/docs/guide', '/docs/a%20b', '/docs/%C3%A6', '/docs/admin?a#b'])
      expect([target, (await send(server, target)).status]).toEqual([target, 200]);
    expect(visits).toEqual(['health', 'health', 'docs', 'docs', 'docs', 'docs']);
  });
});

describe('[21] a URL that was rewritten', () => {
  test.each([
    ['/health', '/me'],
    ['/docs/me', '/me'],
    ['/me', '/health'],
    ['/me', '/docs/me'],
    ['/health?x', '/health?y'],
  ])('is never public: %s to %s', async (from, to) => {
    await using server = await serve({ rewriteUrl: ({ url = '' }) => (url === from ? to : url) });
    expect([(await send(server, from)).status, visits]).toEqual([401, []]);
  });

  test('makes other URLs no less public', async () => {
    await using server = await serve({ rewriteUrl: ({ url = '' }) => url });
    expect([(await send(server, '/health')).status, visits]).toEqual([200, ['health']]);
  });

  test('is never public if other code mounted the app and cut the path', async () => {
    const app = fastify();
    app.addHook('onRequest', guard);
    app.get('/health', visit('health'));
    await app.ready();
    await using server = await listen((request, response) => {
      Object.assign(request, { originalUrl: request.url, url: request.url?.replace(/^\/api/, '') });
      app.routing(request, response);
    });
    expect([(await send(server, '/api/health')).status, visits]).toEqual([401, []]);
  });
});

test('the path has the prefixes of plugins', async () => {
  const app = fastify();
  app.register(
    async (api) => {
      api.addHook('onRequest', requireAuth({ issuer: torii.issuer, publicPaths: ['/ping', '/api/pong'] }));
      api.get('/ping', visit('ping'));
      api.get('/pong', visit('pong'));
    },
    { prefix: '/api' },
  );
  expect([(await app.inject('/api/ping')).statusCode, (await app.inject('/api/pong')).statusCode]).toEqual([401, 200]);
});

test('a check gets no path if the URL was rewritten', async () => {
  const paths: unknown[] = [];
  const verifier = createVerifier({ issuer: torii.issuer, checks: [(_auth, { path }) => paths.push(path) > 0] });
  const app = fastify({ rewriteUrl: ({ url = '' }) => url.replace('/old', '/new') });
  app.get('/new', { onRequest: requireAuth(verifier) }, visit('new'));
  const headers = { authorization: `Bearer ${token}` };
  for (const url of ['/old', '/new']) await app.inject({ url, headers });
  expect(paths).toEqual([undefined, '/new']);
});
