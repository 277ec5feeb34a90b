import type { Case, CheckName, Group, PlainRequest, Step } from '../case.ts';
import { issuer, makeKey, mint } from '../issuer.ts';

const good = 'user_1 of env_1';
const shapes = ['request', 'headers', 'object', 'pairs', 'node'] as const;

/** Where a token is found, which requests pass without one, and the results of checks and denials. */
export async function listRequestCases(): Promise<Group> {
  const key = await makeKey('key-1');
  const [token, expired] = [await mint(key), await mint(key, { exp: 1 })];
  const keys = { keys: [key.publicJwk] };
  const bearer = ['Authorization', `Bearer ${token}`] as const;
  const cookie = ['Cookie', `a=b; token=${token}`] as const;
  const post = { shape: 'request', method: 'POST', url: '/orders' } as const;

  const cases: Case[] = [
    ...shapes.map((shape) => authenticating(`a token in ${shape}`, { shape, headers: [bearer] }, good)),
    ...shapes.map((shape) => authenticating(`no token in ${shape}`, { shape, headers: [] }, 'token_missing')),
    authenticating('bEARER and two spaces', withAuthorization(`bEARER  ${token}`), good),
    authenticating('another scheme', withAuthorization('Basic YTpi'), 'scheme_unsupported'),
    authenticating('two tokens in one header', withAuthorization(`Bearer ${token}, Bearer x`), 'header_malformed'),
    authenticating('two headers', { shape: 'node', headers: [bearer, bearer] }, 'header_malformed'),
    authenticating(
      'two headers, joined by the server',
      { shape: 'object', headers: [[bearer[0], `${bearer[1]}, ${bearer[1]}`]] },
      'header_malformed',
    ),
    authenticating(
      'a token in the query string',
      { shape: 'request', url: `/?access_token=${token}`, headers: [] },
      'token_missing',
    ),
    authenticating('a token in a configured header', { shape: 'request', headers: [['X-Token', bearer[1]]] }, good, {
      header: 'X-Token',
    }),
    ...(['headers', 'object', 'node'] as const).map((shape) =>
      authenticating(`a cookie in ${shape}`, { shape, headers: [cookie] }, shape === 'node' ? good : 'token_missing', {
        cookie: 'token',
      }),
    ),
    authenticating('a cookie without the option cookie', { shape: 'node', headers: [cookie] }, 'token_missing'),
    authenticating(
      'an invalid header next to a cookie',
      { shape: 'node', headers: [cookie, ['Authorization', 'x']] },
      'scheme_unsupported',
      { cookie: 'token' },
    ),
    authenticating(
      'two cookies with the same name',
      { shape: 'node', headers: [['Cookie', `token=${token}; token=x`]] },
      'header_malformed',
      { cookie: 'token' },
    ),
    authenticating(
      'POST with a cookie from another origin',
      { ...post, shape: 'node', headers: [cookie, ['Origin', 'https://evil.test'], ['Host', 'app.example.com']] },
      'token_missing',
      { cookie: 'token' },
    ),
    authenticating(
      'POST with a cookie from the same origin',
      { ...post, shape: 'node', headers: [cookie, ['Origin', 'https://app.example.com'], ['Host', 'app.example.com']] },
      good,
      { cookie: 'token' },
    ),
    authenticating(
      'POST with a cookie from a configured origin',
      { ...post, shape: 'node', headers: [cookie, ['Origin', 'https://my.example.com']] },
      good,
      { cookie: 'token', origins: ['https://my.example.com'] },
    ),

    authenticating('a public path', { shape: 'request', url: '/health', headers: [] }, 'signed out', {
      publicPaths: ['/health'],
    }),
    authenticating('a path below a public path', { shape: 'node', url: '/docs/a%20b?x=1', headers: [] }, 'signed out', {
      publicPaths: ['/docs/*'],
    }),
    ...[
      '/docs/../orders',
      '/docs/%2e%2e/orders',
      '/docs//orders',
      '/docs/%2forders',
      '/docs/a;x=1',
      '/docs/%ff',
      '/docs\\x',
      '/DOCS/x',
    ].map((url) =>
      authenticating(`not public: ${url}`, { shape: 'node', url, headers: [] }, 'token_missing', {
        publicPaths: ['/docs/*'],
      }),
    ),
    authenticating(
      'OPTIONS that is not a preflight',
      { shape: 'request', method: 'OPTIONS', headers: [['X-Nothing', '1']] },
      'token_missing',
      { allowPreflight: true },
    ),
    authenticating(
      'a preflight',
      {
        shape: 'node',
        method: 'OPTIONS',
        headers: [
          ['Origin', 'https://a.test'],
          ['Access-Control-Request-Method', 'PUT'],
        ],
      },
      'signed out',
      { allowPreflight: true },
    ),
    asking('optional: no token', [{ authenticate: { shape: 'request', headers: [] }, optional: true }], 'signed out'),
    asking(
      'optional: an expired token',
      [{ authenticate: withAuthorization(`Bearer ${expired}`), optional: true }],
      'token_expired',
    ),

    checking('checks that return true', ['yes', 'yes'], good),
    checking('a check that returns false', ['yes', 'no'], '403 not_allowed'),
    checking('a check that returns 1', ['truthy'], '403 not_allowed'),
    checking('a check that refuses', ['refuse'], '403 not_allowed'),
    checking('a check that throws', ['throw'], 'TypeError: The check is broken.'),
    asking('a denial without a token', [{ check: { shape: 'request', headers: [] } }], '401 token_missing'),
    asking('a denial of an expired token', [{ check: withAuthorization(`Bearer ${expired}`) }], '401 token_expired'),
  ];
  return { name: 'requests', cases };

  function asking(
    name: string,
    steps: readonly Step[],
    expected: string,
    options: object = {},
    checks?: CheckName[],
  ): Case {
    return {
      name,
      expected,
      question: { ask: 'verifier', options: { issuer, keys, ...options }, steps, ...(checks && { checks }) },
    };
  }

  function authenticating(name: string, request: PlainRequest, expected: string, options?: object): Case {
    return asking(name, [{ authenticate: request }], expected, options);
  }

  function checking(name: string, checks: CheckName[], expected: string): Case {
    return asking(name, [{ check: { shape: 'headers', headers: [bearer] } }], expected, {}, checks);
  }

  function withAuthorization(value: string): PlainRequest {
    return { shape: 'request', headers: [['Authorization', value]] };
  }
}
