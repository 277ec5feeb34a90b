import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import {
  authenticateRequest,
  authorize,
  createTokenVerifier,
  createVerifier,
  type RequestLike,
  ToriiAuthError,
  ToriiConfigError,
  type VerifierEvent,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { createWebhookReceiver, verifyWebhook } from '../src/webhooks/index.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { deliver, secret as webhookSecret } from './webhook-delivery.ts';

const key = await makeKey();
const token = await mint(key);
const authorization = `Bearer ${token}`;
const keys = { keys: [key.publicJwk] };
const torii = createVerifier({ issuer, keys });
const auth = await torii.verify(token);
const request = { method: 'GET', url: '/', headers: { authorization } };

/** A variable of a shell that was not replaced. */
const variable = (name: string) => ['$', '{', name, '}'].join('');
/** Headers whose names are also names of fields. A client can send them. */
const fieldNames = ['headers', 'then', 'req', 'json', 'verify', 'authenticate', 'getHeaders'];
const oddHeaders = Object.fromEntries(fieldNames.map((name) => [name, 'x']));
const oddLists = Object.fromEntries(fieldNames.map((name) => [name, ['x']]));

type Row = readonly [name: string, value: unknown];

/** The error that `run` throws or rejects with. It must be a mistake of the app, and contain no secret. */
async function mistakeIn(run: () => unknown): Promise<ToriiConfigError> {
  const error: unknown = await (async () => run())().then(
    (value) => ({ passed: value }),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiConfigError);
  const { message } = error as ToriiConfigError;
  expect(message).not.toContain(token);
  expect(message).not.toMatch(/sk_live_|whsec_[A-Za-z0-9]/);
  expect(message.length).toBeLessThan(700);
  return error as ToriiConfigError;
}

describe('what is no request', () => {
  const rows: readonly Row[] = [
    ['a token', token],
    ['a header', authorization],
    ['a URL', 'https://app.test/'],
    ['a URL object', new URL('https://app.test/')],
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['true', true],
    ['a function', () => ({ authorization })],
    ['a promise of a request', Promise.resolve(request)],
    ['a request whose headers are a promise', { headers: Promise.resolve({ authorization }) }],
    ['a request in place of headers', { headers: request }],
    ['headers that are a function', { headers: () => ({ authorization }) }],
    ['a list of texts, such as rawHeaders', ['authorization', authorization]],
    ['a body', { body: { authorization } }],
    ['the records of an event', { Records: [{ request: { headers: { authorization } } }] }],
    ['the arguments of a handler', { args: [request] }],
    ['the context of a route', { params: Promise.resolve({}) }],
    ['a response of Node', { req: request, statusCode: 200, getHeaders: () => ({}) }],
    ['a Fetch response', new Response(null, { headers: { authorization } })],
    ['query parameters', new URLSearchParams({ authorization })],
    ['query parameters in place of headers', { headers: new URLSearchParams({ authorization }) }],
    ['a form in place of headers', { headers: new FormData() }],
    ['rawHeaders in place of headers', { headers: ['authorization', authorization] }],
    ['form data', new FormData()],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['the options of a verifier', { issuer, keys }],
    ['a verifier', torii],
  ];

  test.each(rows)('[37] is not answered as a missing token: %s', async (_name, value) => {
    const given = value as RequestLike;
    for (const run of [
      () => torii.check(given),
      () => torii.check(given, { optional: true }),
      () => torii.authenticate(given),
      () => torii.authenticate(given, { optional: true }),
      () => authenticateRequest(given, { issuer, keys }),
      () => viewOf(given),
    ])
      expect(await mistakeIn(run)).toMatchObject({ option: 'request' });
  });

  test('[37] is not answered as a missing token by a verifier with public paths', async () => {
    const verifier = createVerifier({ issuer, keys, publicPaths: ['/health'], allowPreflight: true });
    await mistakeIn(() => verifier.check(token as never, { optional: true }));
  });

  test('[37] is not answered as a missing token by `authorize`', async () => {
    await mistakeIn(() => authorize(auth, token as never, [() => true]));
    await mistakeIn(() => authorize(auth, Promise.resolve(request) as never, [() => true]));
  });

  test.each<Row>([
    ['an empty object', {}],
    ['an empty list', []],
    ['empty headers', new Headers()],
    ['a request with empty headers', { headers: {} }],
    ['a request without headers, as API Gateway sends it', { headers: null, path: '/' }],
    ['headers with a number', { 'content-length': 5 }],
    ['headers named like fields of a request', oddHeaders],
    ['a request with such headers', { headers: oddHeaders }],
    ['a request with lists of such headers', { headers: oddLists }],
    ['lists of such headers', oddLists],
    ['lists of headers with one of an event', { host: ['app.test'], multiValueHeaders: ['x', 'y'] }],
  ])('a client that sends no token gets 401 with %s', async (_name, value) => {
    expect(await torii.check(value as RequestLike)).toMatchObject({ denial: { status: 401 } });
    expect(await torii.check(value as RequestLike, { optional: true })).toEqual({ auth: null, denial: undefined });
  });

  test('a client that sends no token gets 401 from the Headers of Next, which have a property `headers`', async () => {
    class HeadersAdapter extends Headers {
      readonly headers = { host: 'app.test' };
    }
    for (const value of [new HeadersAdapter(), { headers: new HeadersAdapter() }]) {
      expect(await torii.check(value)).toMatchObject({ denial: { status: 401 } });
      expect(await torii.check(value, { optional: true })).toEqual({ auth: null, denial: undefined });
      expect(viewOf(value).method).toBeUndefined();
    }
  });

  test.each<Row>([
    ['a plain object', { authorization }],
    ['an object without a prototype', Object.assign(Object.create(null), { authorization })],
    ['Headers', new Headers({ authorization })],
    ['pairs', [['authorization', authorization]]],
    ['an iterator that can be read once', new Map([['authorization', authorization]]).entries()],
    ['a Fetch request', new Request('https://app.test/', { headers: { authorization } })],
    ['an object of lists', { authorization: [authorization], accept: undefined }],
    ['an object of lists, with headers of odd names', { ...oddLists, authorization: [authorization] }],
  ])('a request is still one as %s', async (_name, value) => {
    expect(await torii.authenticate(value as RequestLike)).toMatchObject({ userId: 'user_1' });
  });
});

describe('what is no token', () => {
  test.each<Row>([
    ['a request', request],
    ['a Fetch request', new Request('https://app.test/')],
    ['headers', { authorization }],
    ['Headers', new Headers({ authorization })],
    ['a promise', Promise.resolve(token)],
    ['a function', () => token],
    ['bytes', new Uint8Array([1])],
    ['a BigInt', 1n],
    ['a verifier', torii],
    ['an Auth', auth],
    ['the whole header', authorization],
    ['the whole header in lower case', `bearer ${token}`],
    ['the whole header after a blank', ` ${authorization}`],
    ['the whole header with a tab', `Bearer\t${token}`],
    ['a line of a header', `Authorization: ${authorization}`],
  ])('[37] is not answered as a bad token: %s', async (_name, value) => {
    for (const run of [
      () => torii.verify(value as string),
      () => createTokenVerifier({ issuer, keys }).verify(value as string),
      () => verifyToken(value as string, { issuer, keys }),
      () => createJwtVerifier({ jwks: keys, algorithms: ['ES256'] }).verify(value as string),
    ])
      expect(await mistakeIn(run)).toMatchObject({ option: 'token' });
  });

  test.each<Row>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a number', 5],
    ['true', true],
    ['a list', [token]],
    ['an object', { token }],
    ['a quoted token', `"${token}"`],
    ["the text 'undefined'", 'undefined'],
    ['a secret key', 'sk_live_0123456789'],
  ])('stays the mistake of the client if a client can send it as JSON: %s', async (_name, value) => {
    await expect(torii.verify(value as string)).rejects.toBeInstanceOf(ToriiAuthError);
  });
});

describe('options of a call', () => {
  test.each<Row>([
    ['a text', 'optional'],
    ['true', true],
    ['a function, as Koa passes `next`', () => {}],
    ['a response, as Express passes it', { statusCode: 200, getHeaders: () => ({}), req: request }],
    ['a promise', Promise.resolve({ optional: true })],
    ['a misspelled name', { optonal: true }],
    ['a text as a flag', { optional: 'true' }],
    ['one', { optional: 1 }],
    ['null as a flag', { optional: null }],
    ['checks, which would be left out', { checks: [() => false] }],
    ['an audience, which would be left out', { audience: 'api' }],
    ['an issuer', { issuer }],
  ])('cannot be %s', async (_name, options) => {
    await mistakeIn(() => torii.check(request, options as object));
    await mistakeIn(() => torii.authenticate(request, options as object));
  });

  test('name the option that belongs to the verifier', async () => {
    expect(await mistakeIn(() => torii.check(request, { checks: [] } as object))).toMatchObject({ option: 'checks' });
  });

  test('of a function that authenticates once: the message names that function', async () => {
    const wrong = issuer as unknown as VerifierOptions;
    expect((await mistakeIn(() => verifyToken(token, wrong))).message).toContain('verifyToken(token, {');
    expect((await mistakeIn(() => authenticateRequest(request, wrong))).message).toContain(
      'authenticateRequest(request, {',
    );
  });

  test('may be absent, empty or null', async () => {
    for (const options of [undefined, null, {}, { optional: undefined }, { optional: false }])
      expect(await torii.authenticate(request, options as object)).toMatchObject({ userId: 'user_1' });
  });
});

describe('createVerifier', () => {
  const create = (options: unknown) => () => createVerifier(options as VerifierOptions);

  test.each<Row>([
    ['a verifier', torii],
    ['a token verifier', createTokenVerifier({ issuer, keys })],
    ['a promise of options', Promise.resolve({ issuer })],
    ['a request', request],
    ['a Fetch request', new Request('https://app.test/')],
    ['a context of Koa', { req: request, res: {}, state: {} }],
    ['a function', () => ({ issuer })],
    ['an issuer', issuer],
  ])('cannot be given %s', async (_name, value) => {
    for (const run of [create(value), () => createTokenVerifier(value as never)])
      expect(await mistakeIn(run)).toMatchObject({ option: 'options' });
  });

  test.each(['createVerifier', 'createTokenVerifier', 'createJwtVerifier'])(
    '%s refuses a second object of options, whose checks would be left out',
    async (name) => {
      const second = { checks: [() => false] };
      const create: Readonly<Record<string, (...given: never[]) => unknown>> = {
        createVerifier,
        createTokenVerifier,
        createJwtVerifier,
      };
      const options = name === 'createJwtVerifier' ? { jwks: keys, algorithms: ['ES256'] } : { issuer, keys };
      expect(await mistakeIn(() => create[name]?.(options as never, second as never))).toMatchObject({ option: name });
    },
  );

  test('can be passed to `map`', () => {
    expect([{ issuer }, { issuer }].map(createVerifier)).toHaveLength(2);
  });

  const badIssuers: readonly (readonly [name: string, issuer: string])[] = [
    ["the API's URL", 'https://api.torii.so'],
    ["the API's other URL", 'https://api.toriiauth.eu/'],
    ["the API's path", 'https://gateway.example.com/api/server/v1'],
    ['a secret key', 'sk_live_0123456789abcdef'],
    ['a test key', 'sk_test_0123456789abcdef'],
    ['a publishable key', 'pk_live_0123456789abcdef'],
    ['a webhook secret', 'whsec_MDEyMzQ1Njc4OWFiY2RlZg=='],
    ['a token', token],
    ['a URL with a secret key', 'https://acme.torii.so/sk_live_0123456789abcdef'],
    ['a URL with a secret key as user', 'https://sk_live_0123456789abcdef@ACME.torii.so'],
    ['a quoted secret key', '"sk_live_0123456789abcdef"'],
    ['the key set', 'https://acme.torii.so/_torii/.well-known/jwks.json'],
    ['another key set', 'https://acme.torii.so/.well-known/jwks.json'],
    ['a key set in a folder', 'https://acme.torii.so/keys.json'],
    ['the discovery document', 'https://acme.torii.so/.well-known/openid-configuration'],
    ['the folder of the issuer', 'https://acme.torii.so/_torii'],
    ['the folder of the issuer with a slash', 'https://acme.torii.so/_torii/'],
    ['double quotes', '"https://acme.torii.so"'],
    ['single quotes', "'https://acme.torii.so'"],
    ['one quote', 'https://acme.torii.so"'],
    ['typographic quotes', '“https://acme.torii.so”'],
    ['low quotes', '„https://acme.torii.so“'],
    ['guillemets', '«https://acme.torii.so»'],
    ['a semicolon', 'https://acme.torii.so;'],
    ['a comma', 'https://acme.torii.so,'],
    ['a newline', 'https://acme.torii.so\r\n'],
    ['a blank', 'https://acme.torii.so '],
    ['a byte order mark', '\uFEFFhttps://acme.torii.so'],
    ['a zero-width space', 'https://acme.torii.so\u200B'],
    ['undefined as text', 'undefined'],
    ['null as text', 'null'],
    ['an object as text', '[object Object]'],
    ['a promise as text', '[object Promise]'],
    ['a host of an unset variable', 'https://undefined.torii.so'],
    ['a host that is an unset variable', 'https://undefined'],
    ['a host with null', 'https://null.torii.so'],
    ['a variable', '$TORII_ISSUER'],
    ['a variable in braces', variable('TORII_ISSUER')],
    ['a variable of Windows', '%TORII_ISSUER%'],
    ['a template', '{{ issuer }}'],
    ['a variable in the host', `https://${variable('TENANT')}.torii.so`],
    ['a placeholder', 'https://<your-app>.torii.so'],
    ['code', 'process.env.TORII_ISSUER'],
    ['an assignment', 'TORII_ISSUER=https://acme.torii.so'],
    ['an exported assignment', 'export TORII_ISSUER=https://acme.torii.so'],
    ['no colon', 'https//acme.torii.so'],
    ['one slash', 'https:/acme.torii.so'],
    ['no scheme', 'acme.torii.so'],
    ['a list as text', 'https://a.torii.so,https://b.torii.so'],
    ['an unset variable in the path', 'https://torii.example.com/undefined'],
    ['a line break as two characters', 'https://acme.torii.so\\n'],
    ['a dot at its end', 'https://acme.torii.so.'],
    ['a wildcard', 'https://*.torii.so'],
    ['a placeholder in braces', 'https://{tenant}.torii.so'],
    ['a variable without braces', 'https://$tenant.torii.so'],
    ['an empty part', 'https://.torii.so'],
    ['two dots', 'https://acme..torii.so'],
    ['a list with blanks', 'https://a.torii.so https://b.torii.so'],
    ['a list with semicolons', 'https://a.torii.so;https://b.torii.so'],
    ['a list as JSON', '["https://a.torii.so"]'],
    ['a link of Markdown', '[https://a.torii.so](https://a.torii.so)'],
  ];

  test.each(badIssuers)('refuses an issuer that is %s', async (_name, value) => {
    for (const each of [value, [value], ['https://acme.torii.so', value]])
      expect(await mistakeIn(create({ issuer: each }))).toMatchObject({ option: 'issuer' });
  });

  test.each<Row>([
    ['a URL object', new URL(issuer)],
    ['a promise', Promise.resolve(issuer)],
    ['a function', () => issuer],
    ['an object', { url: issuer }],
  ])('refuses an issuer that is %s', async (_name, value) => {
    expect(await mistakeIn(create({ issuer: value }))).toMatchObject({ option: 'issuer' });
  });

  test.each(['environmentId', 'audience', 'requireClaims'])(
    'refuses a pasted value of %s that no token would match',
    async (name) => {
      for (const value of ['"a"', ' a', 'a\n', 'a,', 'undefined', 'null', variable('A'), '<a>', '[object Object]'])
        for (const each of [value, [value]])
          expect(await mistakeIn(create({ issuer, [name]: each }))).toMatchObject({ option: name });
    },
  );

  test.each<readonly [name: string, options: object, option: string]>([
    ['a secret key as environment', { environmentId: 'sk_live_51H' }, 'environmentId'],
    ['a token as environment', { environmentId: token }, 'environmentId'],
    ['two environments in one text', { environmentId: 'env_1,env_2' }, 'environmentId'],
    ['two environments, with a space', { environmentId: ['env_1 env_2'] }, 'environmentId'],
    ['a URL as environment', { environmentId: issuer }, 'environmentId'],
    ['a webhook secret as audience', { audience: webhookSecret }, 'audience'],
    ['a publishable key as audience', { audience: ['api', 'pk_live_51H'] }, 'audience'],
    ['two URLs in one audience', { audience: 'https://a.test,https://b.test' }, 'audience'],
    ['two URLs in one audience, with a space', { audience: 'https://a.test, https://b.test' }, 'audience'],
  ])('refuses what no token can have: %s', async (_name, options, option) => {
    expect(await mistakeIn(() => createVerifier({ issuer, keys, ...options }))).toMatchObject({ option });
    expect(await mistakeIn(() => createTokenVerifier({ issuer, keys, ...options }))).toMatchObject({ option });
  });

  test.each(['My API', 'Acme, Inc.', 'urn:a,b', 'https://a.test/x,y'])('accepts the audience %j', async (audience) => {
    const accepted = await createVerifier({ issuer, keys, audience }).verify(await mint(key, { aud: audience }));
    expect(accepted.userId).toBe('user_1');
  });

  test('says that `__proto__` cannot be required, without a word of spaces', async () => {
    const { message } = await mistakeIn(create({ issuer, requireClaims: '__proto__' }));
    expect(message).toContain('__proto__');
    expect(message).not.toContain('space');
  });

  test.each([
    ['skip', 'publicPaths'],
    ['publicRoutes', 'publicPaths'],
    ['ignoredRoutes', 'publicPaths'],
    ['publicPath', 'publicPaths'],
    ['jwksUri', 'Leave it out: the keys come from `issuer`.'],
    ['jwks_url', 'Leave it out: the keys come from `issuer`.'],
    ['issuerBaseURL', 'issuer'],
    ['issuer_base_url', 'issuer'],
    ['domain', 'issuer'],
    ['TORII_ISSUER', 'issuer'],
    ['jwtKey', 'keys'],
    ['authorizedParties', 'origins'],
    ['allowedOrigins', 'origins'],
    ['leeway', 'clockTolerance'],
    ['clockSkewInMs', 'clockTolerance'],
    ['aud', 'audience'],
    ['roles', 'checks'],
    ['cookieName', 'cookie'],
    ['timeout', 'keysTimeoutMs'],
    ['preflight', 'allowPreflight'],
    ['onError', 'requireAuth'],
    ['optional', 'optionalAuth'],
    ['secretKey', 'createToriiClient'],
    ['algorithms', 'createJwtVerifier'],
    ['jwks', 'createJwtVerifier'],
    ['clientId', 'Leave it out'],
    ['headers', 'header'],
    ['verifier', 'itself'],
  ])('an option named %s leads to %s', async (name, remedy) => {
    const error = await mistakeIn(create({ issuer, [name]: 'sk_live_0123456789' }));
    expect(error).toMatchObject({ option: name });
    expect(error.message.split('Known options')[0]).toContain(remedy);
  });

  test.each(['constructor', 'toString', 'x', '', 'k'.repeat(300)])('an option named %j leads nowhere', async (name) => {
    const error = await mistakeIn(create({ issuer, [name]: 1 }));
    expect(error.message.split('Known options')[0]).not.toContain('mean');
  });

  test.each<Row>([
    ['a URL', 'https://acme.torii.so/jwks.json'],
    ['a URL object', new URL(issuer)],
    ['a promise', Promise.resolve(keys)],
    ['a list of keys', keys.keys],
    ['one key', key.publicJwk],
    ['JSON', JSON.stringify(keys)],
    ['a response', Response.json(keys)],
    ['what a client of HTTP returns', { data: keys }],
    ['nothing', undefined],
    ['a function', () => keys],
    ['PEM', '-----BEGIN PUBLIC KEY-----'],
  ])('refuses keys that are %s, and does not speak of a response that it got', async (_name, value) => {
    for (const name of ['keys', 'initialKeys']) {
      const error = await mistakeIn(create({ issuer, [name]: value }));
      expect(error).toMatchObject({ option: name });
      expect(error.message).not.toContain('the response is not');
      expect(error.message).not.toContain('BEGIN');
    }
    await mistakeIn(() => createJwtVerifier({ jwks: value as never, algorithms: ['ES256'], issuer: '' }));
  });

  test.each<Row>([
    ['a function', () => true],
    ['a role', 'admin'],
    ['a list of roles', ['admin']],
    ['an Authz', { checks: [() => true] }],
    ['a list with an Authz', [{ checks: [() => true] }]],
    ['a list in a list', [[() => true]]],
    ['a list of a promise', [Promise.resolve(() => true)]],
    ['true', true],
    ['a list of true', [true]],
    ['a guard', [Object.defineProperty(() => {}, Symbol.for('torii.guard'), { value: 'requireAuth' })]],
  ])('refuses checks that are %s', async (_name, value) => {
    expect(await mistakeIn(create({ issuer, checks: value }))).toMatchObject({ option: 'checks' });
  });

  test.each(['/users/:id', '/:lang/*', '/users/:id/*', '/users/{id}', '/{lang}/*'])(
    'refuses the pattern %s as a public path',
    async (path) => {
      expect(await mistakeIn(create({ issuer, publicPaths: [path] }))).toMatchObject({ option: 'publicPaths' });
    },
  );
});

test.each([
  [[/health/], '`publicPaths` contains a regular expression: a path is a string. Write'],
  [[7], '`publicPaths` contains 7: a path is a string. Write'],
  [/health/, 'must be a list of paths. Found: a regular expression.'],
])('publicPaths %s is named in the message', async (publicPaths, message) => {
  expect((await mistakeIn(() => createVerifier({ issuer, publicPaths } as never))).message).toContain(message);
});

describe('createJwtVerifier', () => {
  const secret = 'x'.repeat(64);

  test.each<Row>([
    ['a quoted secret', { secret: `"${secret}"` }],
    ['a secret with a newline, as from a file', { secret: `${secret}\n` }],
    ['a secret that is a promise', { secret: Promise.resolve(secret) }],
    ['a secret by another name', { secretOrKey: secret }],
    ['the URL of a key set by another name', { jwksUri: 'https://login.test/jwks.json' }],
    ['an algorithm by another name', { secret, alg: 'HS256' }],
    ['a quoted issuer', { secret, issuer: '"https://login.test"' }],
    ['an issuer with a newline', { secret, issuer: 'https://login.test\n' }],
  ])('refuses %s', async (_name, options) => {
    const { message } = await mistakeIn(() => createJwtVerifier({ algorithms: ['HS256'], ...(options as object) }));
    expect(message).not.toContain('xxxx');
  });

  test.each([
    ['jwksUri', 'jwks'],
    ['alg', 'algorithms'],
    ['secretOrPublicKey', 'secret'],
  ])('leads from %s to %s', async (name, ours) => {
    const { message } = await mistakeIn(() => createJwtVerifier({ [name]: 'x' } as never));
    expect(message.split('Known options')[0]).toContain(`\`${ours}\``);
  });

  test('accepts a secret with one quote, or with a newline in bytes', () => {
    for (const each of [`${secret}"`, `"${secret}`, new TextEncoder().encode(`${secret}\n`)])
      createJwtVerifier({ algorithms: ['HS256'], secret: each });
  });
});

describe('webhooks', () => {
  const body = { type: 'user.created' };

  test.each<Row>([
    ['a parsed body', body],
    ['a promise', Promise.resolve('{}')],
    ['nothing', undefined],
    ['a request', new Request('https://app.test/', { method: 'POST', body: '{}' })],
    ['a function', async () => '{}'],
    ['a Blob', new Blob(['{}'])],
  ])('[37] verifyWebhook does not blame the sender for a payload that is %s', async (_name, payload) => {
    const { headers } = deliver();
    const options = { secret: webhookSecret, headers, payload: payload as string };
    expect(await mistakeIn(() => verifyWebhook(options))).toMatchObject({ option: 'payload' });
  });

  test.each<Row>([
    ['a body', body],
    ['a request', { ...request, body }],
    ['a text', '{}'],
    ['the body by another name', { secret: webhookSecret, headers: {}, body: '{}' }],
  ])('[37] verifyWebhook does not blame the sender if it is given %s', async (_name, options) => {
    await mistakeIn(() => verifyWebhook(options as never));
  });

  test.each<Row>([
    ['a secret without its beginning', btoa('A'.repeat(32))],
    ['a secret of capitals with padding', 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='],
    ['a promise', Promise.resolve(webhookSecret)],
    ['quotes', `"${webhookSecret}"`],
    ['a semicolon', `${webhookSecret};`],
    ['its variable', `TORII_WEBHOOK_SECRET=${webhookSecret}`],
    ['a secret key', 'sk_live_0123456789'],
  ])('a secret that is or has %s is refused', async (_name, secret) => {
    const error = await mistakeIn(() => createWebhookReceiver({ secret: secret as string }));
    expect(error).toMatchObject({ option: 'secret' });
    expect(error.message).not.toContain('AQEB');
  });

  test('[37] a receiver refuses to run without a delivery or a handler', async () => {
    const receiver = createWebhookReceiver({ secret: webhookSecret });
    const delivery = deliver();
    const handle = () => {};
    await mistakeIn(() => receiver.receive(undefined as never, handle));
    await mistakeIn(() => receiver.receive(request as never, handle));
    await mistakeIn(() => receiver.receive(delivery, undefined as never));
    await mistakeIn(() => receiver.receive(handle as never, delivery as never));
    await mistakeIn(() => receiver.receive({ ...delivery, payload: Promise.resolve('{}') as never }, handle));
    await mistakeIn(() => receiver.receive({ ...delivery, payload: (async () => '{}') as never }, handle));
    await mistakeIn(() => receiver.receive({ ...delivery, headers: Promise.resolve({}) as never }, handle));
  });
});

describe('a verifier for each request', () => {
  const warnings: unknown[][] = [];

  beforeEach(() => {
    warnings.length = 0;
    vi.resetModules();
    vi.spyOn(console, 'warn').mockImplementation((...given) => warnings.push(given));
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A new copy of the package, which has not warned yet. */
  const fresh = () => import('../src/index.ts');

  test('with an inline `fetch` causes one warning that says what to write', async () => {
    const { createVerifier: create } = await fresh();
    for (let i = 0; i < 30; i++) await create({ issuer, fetch: async () => Response.json(keys) }).verify(token);
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0])).toContain('once');
    expect(String(warnings[0])).not.toContain(token);
  });

  test('causes the warning for functions that authenticate once, too', async () => {
    const { authenticateRequest: authenticate, verifyToken: verify } = await fresh();
    for (let i = 0; i < 5; i++) {
      await authenticate(request, { issuer, fetch: async () => Response.json(keys) });
      await verify(token, { issuer, fetch: async () => Response.json(keys) });
    }
    expect(warnings).toHaveLength(1);
  });

  test.each<[string, (create: typeof createVerifier) => Promise<void>]>([
    [
      'one function is shared',
      async (create) => {
        const fetch = async () => Response.json(keys);
        for (let i = 0; i < 30; i++) await create({ issuer, fetch }).verify(token);
      },
    ],
    [
      'there are four functions, as in an app with a few verifiers',
      async (create) => {
        for (let i = 0; i < 4; i++) {
          const verifier = create({ issuer, fetch: async () => Response.json(keys) });
          for (let j = 0; j < 5; j++) await verifier.verify(token);
        }
      },
    ],
    [
      'each function is for another issuer',
      async (create) => {
        for (let i = 0; i < 30; i++) {
          const iss = `https://tenant-${i}.torii.test`;
          await create({ issuer: iss, fetch: async () => Response.json(keys) }).verify(await mint(key, { iss }));
        }
      },
    ],
    [
      'no keys are fetched',
      async (create) => {
        for (let i = 0; i < 30; i++) create({ issuer, fetch: async () => Response.json(keys) });
      },
    ],
  ])('causes no warning if %s', async (_name, run) => {
    await run((await fresh()).createVerifier);
    expect(warnings).toEqual([]);
  });

  test('causes no warning if the verifiers are made over a longer time', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    try {
      const { createVerifier: create } = await fresh();
      for (let i = 0; i < 30; i++) {
        vi.advanceTimersByTime(20_000);
        const iat = Math.floor(Date.now() / 1000);
        await create({ issuer, fetch: async () => Response.json(keys) }).verify(
          await mint(key, { iat, exp: iat + 300 }),
        );
      }
    } finally {
      vi.useRealTimers();
    }
    expect(warnings).toEqual([]);
  });
});

test('a mistake that a client can cause is reported', async () => {
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({ issuer, keys, onEvent: (event) => events.push(event) });
  await mistakeIn(() => verifier.verify(authorization));
  expect(events).toMatchObject([{ type: 'refused', error: { code: 'configuration_invalid' } }]);
  expect(JSON.stringify(events)).not.toContain(token);
});
