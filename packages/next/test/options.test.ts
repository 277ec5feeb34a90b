import { afterEach, describe, expect, test, vi } from 'vitest';
import { createToriiNext, ToriiConfigError, type ToriiNextOptions } from '../src/index.ts';
import { createToriiProxy } from '../src/server/proxy/proxy.ts';

const good = { issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: ['https://app.test'] };

const creators = [createToriiNext, createToriiProxy];

function make(options: object, create: (options: ToriiNextOptions) => unknown = createToriiNext): () => unknown {
  const inherited: unknown = Object.getPrototypeOf(options);
  return () => create(Object.assign(Object.create(inherited as object), good, options) as ToriiNextOptions);
}

afterEach(() => void vi.unstubAllEnvs());

test('returns all helpers in a frozen object', () => {
  const torii = createToriiNext(good);
  expect(Object.keys(torii)).toEqual([
    'auth',
    'protect',
    'getToken',
    'withAuth',
    'fromRequest',
    'tokenRoutes',
    'issuerRoutes',
  ]);
  expect(Object.isFrozen(torii)).toBe(true);
});

test.each<[string, object, string]>([
  ['no issuer', { issuer: undefined }, 'issuer'],
  ['a function that approves issuers', { issuer: { approve: () => 'https://acme.torii.so' } }, 'issuer'],
  ['an issuer that is not a URL', { issuer: 'acme' }, 'issuer'],
  ['no sign-in path', { signInPath: undefined }, 'signInPath'],
  ['a sign-in path of another site', { signInPath: '//evil.test' }, 'signInPath'],
  ['a sign-in URL', { signInPath: 'https://acme.torii.so/sign-in' }, 'signInPath'],
  ['a sign-in path with a query', { signInPath: '/sign-in?x=1' }, 'signInPath'],
  ['a sign-in subtree', { signInPath: '/*' }, 'signInPath'],
  ['a sign-in path with dots', { signInPath: '/a/../b' }, 'signInPath'],
  ['a sign-in path with a parameter', { signInPath: '/:lang/sign-in' }, 'signInPath'],
  ['a sign-in path with an escape', { signInPath: '/sign%20in' }, 'signInPath'],
  ['a token path with a parameter', { tokenPath: '/{app}/token' }, 'tokenPath'],
  ['no origins', { origins: undefined }, 'origins'],
  ['an empty list of origins', { origins: [] }, 'origins'],
  ['an origin that is not set', { origins: [undefined] }, 'origins'],
  ['an origin outside a list', { origins: 'https://app.test' }, 'origins'],
  ['an origin with a path', { origins: ['https://app.test/'] }, 'origins'],
  ['an origin with another scheme', { origins: ['app://x'] }, 'origins'],
  ['a hole among the origins', { origins: [...new Array(1), 'https://app.test'] }, 'origins'],
  ['a wildcard origin', { origins: ['*'] }, 'origins'],
  ['public paths that are a string', { publicPaths: '/docs' }, 'publicPaths'],
  ['public paths that are undefined', { publicPaths: undefined }, 'publicPaths'],
  ['everything public', { publicPaths: ['/*'] }, 'publicPaths'],
  ['everything public, in another spelling', { publicPaths: ['/**'] }, 'publicPaths'],
  ['everything public, with a dot segment', { publicPaths: ['/./*'] }, 'publicPaths'],
  ['everything public, percent-encoded', { publicPaths: ['/', '/%2a'] }, 'publicPaths'],
  ['a public path with a wildcard inside', { publicPaths: ['/docs/*/x'] }, 'publicPaths'],
  ['a public path with dots', { publicPaths: ['/docs/../x'] }, 'publicPaths'],
  ['a public pattern', { publicPaths: [/docs/] }, 'publicPaths'],
  ['a token path that is empty', { tokenPath: '' }, 'tokenPath'],
  ['an unknown page for refusals', { refusedPage: 'not-found' }, 'refusedPage'],
  ['[9] an undefined page for refusals', { refusedPage: undefined }, 'refusedPage'],
  ['a preflight option that is a string', { allowPreflight: 'yes' }, 'allowPreflight'],
  ['an audience that is not set', { audience: undefined }, 'audience'],
  ['an option that does not exist', { publicPath: ['/'] }, 'publicPath'],
  ['the unknown option `skip`', { skip: ['/'] }, 'skip'],
  ['an environment that is inherited', Object.create({ environmentId: 'env_1' }), 'environmentId'],
  ['a fetch that is not a function', { fetch: 'https://x.test' }, 'fetch'],
  ['a fetch that is null', { fetch: null }, 'fetch'],
  ['public paths with an undefined entry', { publicPaths: ['/docs', undefined] }, 'publicPaths'],
  ['a websocket origin', { origins: ['wss://app.test'] }, 'origins'],
  ['the option `cookie` of core', { cookie: 'session' }, 'cookie'],
  ['the option `header` of core', { header: 'x-auth' }, 'header'],
])('the helpers and the proxy refuse %s, and name the option', (_name, options, option) => {
  // Only createToriiNext reads this one.
  for (const create of option === 'refusedPage' ? [createToriiNext] : creators) {
    expect(make(options, create)).toThrow(ToriiConfigError);
    expect(make(options, create)).toThrow(expect.objectContaining({ option }));
  }
});

test.each([undefined, null, [good], 'https://acme.torii.so'])('refuses %j instead of options', (options) => {
  for (const create of creators) {
    expect(() => Reflect.apply(create, undefined, [options])).toThrow(
      expect.objectContaining({
        name: 'ToriiConfigError',
        option: 'options',
        message: expect.stringContaining(create.name),
      }),
    );
  }
});

test('[9] refuses options that would be overlooked: getters of a class and non-enumerable properties', () => {
  class Config {
    issuer = good.issuer;
    signInPath = good.signInPath;
    origins = good.origins;
    get environmentId(): string {
      return 'env_1';
    }
  }
  expect(() => createToriiNext(new Config())).toThrow(expect.objectContaining({ option: 'environmentId' }));
  const hidden = Object.defineProperty({ ...good }, 'audience', { value: 'app', enumerable: false });
  expect(() => createToriiNext(hidden)).toThrow(expect.objectContaining({ option: 'audience' }));
});

test("accepts core's options that weaken no check", () => {
  expect(make({ fetch: undefined, onEvent: undefined, cachedTokens: 10, maxStaleSeconds: 0 })).not.toThrow();
});

describe('production', () => {
  test.each(['production', '', 'staging'])('refuses plain http if NODE_ENV is "%s"', (value) => {
    vi.stubEnv('NODE_ENV', value);
    expect(make({ origins: ['http://app.test'] })).toThrow(expect.objectContaining({ option: 'origins' }));
    for (const host of ['10.0.0.7:3000', 'localhost.evil.test', 'app.localhost:3000', '0.0.0.0']) {
      const wrong = expect.objectContaining({ name: 'ToriiConfigError', option: 'origins' });
      expect(make({ origins: ['https://app.test', `http://${host}`] })).toThrow(wrong);
    }
  });

  test('accepts http on loopback, which browsers treat as secure', () => {
    vi.stubEnv('NODE_ENV', 'production');
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
      expect(make({ origins: [origin] })).not.toThrow();
    }
  });

  test('accepts http in development', () => {
    vi.stubEnv('NODE_ENV', 'development');
    expect(make({ origins: ['http://192.168.0.7:3000'] })).not.toThrow();
  });
});

test('refuses a version of Next that is too old', async () => {
  vi.resetModules();
  vi.doMock('next/server.js', () => ({ NextResponse: {}, connection: undefined }));
  const { createToriiNext } = await import('../src/server/create-torii-next.ts');
  const { createToriiProxy } = await import('../src/server/proxy/proxy.ts');
  for (const create of [createToriiNext, createToriiProxy])
    expect(() => create(good)).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: 'next' }));
  vi.doUnmock('next/server.js');
  vi.resetModules();
});

test.each([
  ['withAuth without a handler', () => Reflect.apply(createToriiNext(good).withAuth, undefined, [])],
  [
    'withAuth with a check that is not a function',
    () => Reflect.apply(createToriiNext(good).withAuth, undefined, [() => {}, 'admin']),
  ],
  [
    'withAuth with a check that is undefined',
    () => Reflect.apply(createToriiNext(good).withAuth, undefined, [() => {}, undefined]),
  ],
  [
    'createToriiProxy with a handler that is not a function',
    () => Reflect.apply(createToriiProxy, undefined, [good, {}]),
  ],
])('refuses %s when it is called, before any request', (_name, call) => {
  expect(call).toThrow(ToriiConfigError);
});
