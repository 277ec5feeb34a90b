// Which routes a guard protects, and the hook that finds the others.
import { startEmulator } from '@torii/emulator';
import { type FastifyInstance, type FastifyPluginAsync, type FastifyRequest, fastify } from 'fastify';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { allow, createVerifier, optionalAuth, requireAuth, requireGuard, ToriiConfigError } from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const verifier = createVerifier({ issuer: torii.issuer, publicPaths: ['/public'] });
const authorization = `Bearer ${await torii.token({ userId: 'ada' })}`;

let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

const handler = async (request: FastifyRequest) => {
  visits.push(request.url);
  return { userId: request.auth?.userId ?? null };
};

/** The paths whose handler runs for a request without a token. */
async function openPaths(app: FastifyInstance, ...paths: readonly string[]): Promise<readonly string[]> {
  for (const url of paths) await app.inject(url);
  return visits;
}

describe('a guard in a plugin', () => {
  const guarded: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', requireAuth(verifier));
    scope.get('/guarded', handler);
    scope.register(async (child) => void child.get('/child', handler));
  };
  const open: FastifyPluginAsync = async (scope) => void scope.get('/open', handler);

  test.each([
    ['before it', [open, guarded]],
    ['after it', [guarded, open]],
  ])(
    'protects its routes and those of its children, and not those of a plugin registered %s',
    async (_name, plugins) => {
      const app = fastify();
      for (const plugin of plugins) app.register(plugin);
      app.get('/root', handler);
      expect(await openPaths(app, '/guarded', '/child', '/open', '/root')).toEqual(['/open', '/root']);
    },
  );

  test('protects the app around it if the plugin is not encapsulated', async () => {
    const app = fastify();
    app.register(Object.assign(guarded.bind(undefined), { [Symbol.for('skip-override')]: true }));
    app.get('/root', handler);
    expect(await openPaths(app, '/guarded', '/child', '/root')).toEqual([]);
  });
});

test('a guard of the app protects routes and plugins that were added or loaded before it', async () => {
  const app = fastify();
  app.get('/before', handler);
  await app.register(async (scope) => void scope.get('/loaded', handler));
  app.register(async (scope) => void scope.get('/plugin', handler));
  app.addHook('onRequest', requireAuth(verifier));
  expect(await openPaths(app, '/before', '/loaded', '/plugin')).toEqual([]);
  expect((await app.inject('/loaded')).statusCode).toBe(401);
});

test('a guard cannot be added to an app that has started', async () => {
  const app = fastify();
  app.get('/', handler);
  await app.ready();
  expect(() => app.addHook('onRequest', requireAuth(verifier))).toThrow();
});

test('a HEAD route that Fastify adds has the guards of its GET route', async () => {
  const app = fastify();
  app.get('/hook', { onRequest: requireAuth(verifier) }, handler);
  app.register(async (scope) => {
    scope.addHook('onRequest', requireAuth(verifier));
    scope.get('/scope', handler);
  });
  for (const url of ['/hook', '/scope']) {
    const refused = await app.inject({ method: 'HEAD', url });
    expect([refused.statusCode, refused.body, visits]).toEqual([401, '', []]);
    expect((await app.inject({ method: 'HEAD', url, headers: { authorization } })).statusCode).toBe(200);
    visits = [];
  }
});

describe('a handler for unknown paths', () => {
  test('has the guards of its app or plugin', async () => {
    const app = fastify();
    app.addHook('onRequest', requireAuth(verifier));
    app.setNotFoundHandler(handler);
    expect((await app.inject('/unknown')).statusCode).toBe(401);
    expect((await fastify().addHook('onRequest', requireAuth(verifier)).inject('/unknown')).statusCode).toBe(401);
    expect(visits).toEqual([]);
    expect((await app.inject({ url: '/unknown', headers: { authorization } })).json()).toEqual({ userId: 'ada' });
  });

  test('may have guards as preHandler', async () => {
    const app = fastify();
    app.setNotFoundHandler({ preHandler: [requireAuth(verifier), allow(() => true)] as never }, handler);
    expect((await app.inject('/unknown')).statusCode).toBe(401);
    expect(visits).toEqual([]);
    expect((await app.inject({ url: '/unknown', headers: { authorization } })).json()).toEqual({ userId: 'ada' });
  });
});

test('printRoutes shows the guards of each route', async () => {
  const app = fastify({ exposeHeadRoutes: false });
  app.addHook('onRequest', requireAuth(verifier));
  app.get('/me', { preHandler: allow(() => true) }, handler);
  await app.ready();
  const routes = app.printRoutes({ includeHooks: true });
  expect(routes).toContain('(onRequest) ["requireAuth()"]');
  expect(routes).toContain('(preHandler) ["allow()"]');
});

describe('requireGuard', () => {
  /** An app that answers errors with their `option`. */
  const watched = () => {
    const app = fastify().addHook('onRoute', requireGuard);
    app.setErrorHandler<ToriiConfigError>(({ option, message }, _request, reply) =>
      reply.code(500).send({ option, message }),
    );
    return app;
  };

  test('answers 500 for a route without a guard, names the route, and does not run its handler', async () => {
    const app = watched();
    app.register(async (scope) => void scope.get('/:id', handler), { prefix: '/orders' });
    for (const headers of [{}, { authorization }]) {
      const answer = await app.inject({ url: '/orders/1', headers });
      expect([answer.statusCode, answer.json()]).toEqual([
        500,
        { option: 'requireGuard', message: expect.stringContaining('No guard protects GET /orders/:id.') },
      ]);
    }
    expect((await app.inject({ method: 'HEAD', url: '/orders/1' })).statusCode).toBe(500);
    expect(visits).toEqual([]);
  });

  test.each<[string, (app: FastifyInstance) => unknown]>([
    ['a hook of the app', (app) => app.addHook('onRequest', requireAuth(verifier)).get('/public', handler)],
    ['a hook of the route', (app) => app.get('/public', { onRequest: requireAuth(verifier) }, handler)],
    ['optionalAuth', (app) => app.get('/public', { preValidation: optionalAuth(verifier) }, handler)],
    [
      'the last of several preHandlers',
      (app) => app.get('/public', { preHandler: [async () => {}, requireAuth(verifier)] }, handler),
    ],
  ])('lets a request through that passed a guard: %s', async (_name, add) => {
    const app = watched();
    add(app);
    expect((await app.inject('/public')).json()).toEqual({ userId: null });
  });

  test('lets the route through that needs no guard', async () => {
    const app = watched();
    app.get('/metrics', { config: { requireGuard: false } }, handler);
    app.get('/other', { config: { requireGuard: undefined } as object }, handler);
    expect(await openPaths(app, '/metrics', '/other')).toEqual(['/metrics']);
  });

  test('[17] does not take a value for a guard that other code put into request.auth', async () => {
    const app = watched();
    app.decorateRequest('auth', null);
    app.get('/', handler);
    expect((await app.inject('/')).statusCode).toBe(500);
    expect(visits).toEqual([]);
  });

  test('finds a guard that the app calls without waiting for it', async () => {
    const app = watched();
    const guard = requireAuth(verifier);
    app.addHook('onRequest', async (request, reply) => guard(request, reply, () => {}));
    app.get('/', handler);
    await app.inject({ url: '/', headers: { authorization } });
    expect(visits).toEqual([]);
  });

  test('covers the plugins after it, and not the app around a plugin that adds it', async () => {
    const app = fastify();
    app.register(async (scope) => {
      scope.addHook('onRoute', requireGuard);
      scope.get('/inside', handler);
    });
    app.get('/outside', handler);
    expect(await openPaths(app, '/inside', '/outside')).toEqual(['/outside']);
  });

  test('throws a ToriiConfigError', async () => {
    const app = fastify().addHook('onRoute', requireGuard);
    const errors: unknown[] = [];
    app.addHook('onError', async (_request, _reply, error) => void errors.push(error));
    app.get('/', handler);
    await app.inject('/');
    expect(errors).toEqual([expect.any(ToriiConfigError)]);
  });
});
