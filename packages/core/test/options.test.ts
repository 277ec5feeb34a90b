import { describe, expect, test } from 'vitest';
import { createVerifier, ToriiConfigError, type VerifierOptions, verifyToken } from '../src/index.ts';
import { issuer, makeKey, mint, nowSeconds, type SigningKey } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const jwks = { keys: [key.publicJwk] };

/** The error that createVerifier throws for these options. */
function errorFor(options: unknown): ToriiConfigError | undefined {
  try {
    createVerifier(options as VerifierOptions);
    return undefined;
  } catch (error) {
    if (!(error instanceof ToriiConfigError)) throw error;
    return error;
  }
}

type Row = readonly [name: string, value: unknown];

/** Values of an unset or empty environment variable, and of wrong types. */
const unusable: readonly Row[] = [
  ['undefined', undefined],
  ['null', null],
  ['empty', ''],
  ['blank', '  '],
  ['an empty list', []],
  ['a list of an empty string', ['']],
  ['a list with an empty string', ['a', '']],
  ['a list with undefined', ['a', undefined]],
  ['a list in a list', [['a']]],
  ['a number', 1],
  ['true', true],
  ['false', false],
  ['an object', {}],
  ['a function', () => 'a'],
];

test('only an issuer is required', () => {
  expect(errorFor({ issuer })).toBeUndefined();
});

test.each<Row>([
  ['undefined', undefined],
  ['null', null],
  ['a string', issuer],
  ['a number', 1],
  ['true', true],
  ['a function', () => ({ issuer })],
  ['a list', [issuer]],
  ['an empty list', []],
])('options cannot be %s', (_name, options) => {
  expect(errorFor(options)).toMatchObject({ option: 'options' });
});

describe('issuer', () => {
  test.each<Row>([...unusable, ['a list with a wrong item', ['https://a.test', 'b.test']]])(
    '[9] cannot be %s',
    (_name, value) => {
      expect(errorFor({ issuer: value })).toMatchObject({ option: 'issuer' });
    },
  );

  test('cannot be missing', () => {
    for (const options of [{}, { issuer: undefined }, { issuer: '' }]) {
      expect(errorFor(options)).toMatchObject({ option: 'issuer' });
    }
  });

  test.each([
    ['no scheme', 'acme.torii.test'],
    ['a relative scheme', '//acme.torii.test'],
    ['a path', '/acme'],
    ['another scheme', 'ftp://acme.torii.test'],
    ['a scheme without slashes', 'https:acme.torii.test'],
    ['backslashes', 'https:\\\\acme.torii.test'],
    ['http', 'http://acme.torii.test'],
    ['http on a host that begins like loopback', 'http://localhost.evil.test'],
    ['http on a host that ends like loopback', 'http://evil-localhost'],
    ['http on a name below localhost', 'http://acme.localhost:4000'],
    ['http on an address that begins like loopback', 'http://127.0.0.1.evil.test'],
    ['http on every address', 'http://0.0.0.0'],
    ['http on a private address', 'http://10.0.0.1'],
    ['http on the address of cloud metadata', 'http://169.254.169.254'],
    ['http with loopback as the user', 'http://localhost@evil.test'],
    ['a user', 'https://me@acme.torii.test'],
    ['a user and a password', 'https://me:pw@acme.torii.test'],
    ['a scheme that ends with https', 'xhttps://acme.torii.test'],
    ['a password without a user', 'https://:pw@acme.torii.test'],
    ['a query', 'https://acme.torii.test?x=1'],
    ['a query after a path', 'https://acme.torii.test/?x=1'],
    ['a fragment after a path', 'https://acme.torii.test/a#x'],
    ['an empty query', 'https://acme.torii.test?'],
    ['a fragment', 'https://acme.torii.test#x'],
    ['two trailing slashes', 'https://acme.torii.test//'],
    ['the URL of the key set', 'https://acme.torii.test/_torii/.well-known/jwks.json'],
    ['no host', 'https://'],
    ['an invalid host', 'https://a b.test'],
    ['a leading space', ' https://acme.torii.test'],
    ['a trailing space', 'https://acme.torii.test '],
    ['a trailing newline, as from a file', 'https://acme.torii.test\n'],
    ['a tab inside', 'https://acme.\ttorii.test'],
    ['a space in its path', 'https://acme.torii.test/a b'],
    ['capitals in the host', 'https://ACME.torii.test'],
    ['its default port', 'https://acme.torii.test:443'],
    ['a dot segment in its path', 'https://acme.torii.test/a/../b'],
    ['a trailing backslash', 'https://acme.torii.test\\'],
  ])('cannot have %s', (_name, value) => {
    for (const given of [value, [value], [issuer, value]]) {
      expect(errorFor({ issuer: given })).toMatchObject({ option: 'issuer' });
    }
  });

  test.each([
    'https://acme.torii.so',
    'https://acme.torii.so/',
    'https://torii.example.com/tenant',
    'https://acme.torii.so:8443',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://127.1.2.3',
    'http://[::1]:4000',
  ])('can be %s', (value) => {
    expect(errorFor({ issuer: value })).toBeUndefined();
  });
});

describe.each(['audience', 'environmentId', 'requireClaims', 'refuseClaims'])('%s', (option) => {
  test.each(unusable)('[9] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, [option]: value })).toMatchObject({ option });
  });

  test.each<Row>([
    ['a string', 'a'],
    ['a list', ['a', 'b']],
  ])('can be %s', (_name, value) => {
    expect(errorFor({ issuer, [option]: value })).toBeUndefined();
  });

  test('[9] can be left out', () => {
    expect(errorFor({ issuer })).toBeUndefined();
  });
});

describe.each([
  ['clockTolerance', 300],
  ['maxStaleSeconds', 86_400],
])('%s', (option, most) => {
  test.each<Row>([
    ['undefined', undefined],
    ['negative', -1],
    ['too large', most + 1],
    ['a little too large', most + 0.001],
    ['NaN', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['a string', '30'],
    ['null', null],
    ['true', true],
    ['a bigint', 30n],
    ['a list', [30]],
    ['an object', { seconds: 30 }],
  ])('[7] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, [option]: value })).toMatchObject({ option });
  });

  test('[7] can be any number from 0 to the maximum', () => {
    for (const value of [0, 0.5, most]) expect(errorFor({ issuer, [option]: value })).toBeUndefined();
  });
});

describe.each(['header', 'cookie'])('%s', (option) => {
  test.each<Row>([
    ...unusable.filter(([name]) => !name.startsWith('a list')),
    ['a list', ['token']],
    ['a name with a space', 'my token'],
    ['a name with a colon', 'token:'],
    ['a name with an equals sign', 'token='],
    ['a name with a semicolon', 'a;b'],
    ['a name with a comma', 'a,b'],
    ['a name with a line break', 'token\r\n'],
    ['a name with NUL', 'token\0'],
    ['a name with a non-ASCII letter', 'tøken'],
    ['a name in quotes', '"token"'],
  ])('[14] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, [option]: value })).toMatchObject({ option });
  });

  test('can be a name', () => {
    for (const value of ['token', '__Host-token', 'X-Torii-Token']) {
      expect(errorFor({ issuer, [option]: value })).toBeUndefined();
    }
  });
});

describe('origins', () => {
  test.each<Row>([
    ...unusable,
    ['a single origin', 'https://app.test'],
    ['a list with a hole', [...new Array(1), 'https://app.test']],
  ])('[14] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, cookie: 'token', origins: value })).toMatchObject({ option: 'origins' });
  });

  test.each([
    'app.test',
    'https://app.test/',
    'https://app.test/path',
    'https://app.test?',
    'https://app.test:443',
    'https://APP.test',
    'HTTPS://app.test',
    'https://me@app.test',
    'https://*.app.test/',
    '*',
    'null',
    'file:///',
    'about:blank',
    'data:text/html,x',
    'blob:https://app.test/x',
    'https://app.test,https://web.test',
    'https://app.test ',
    'ftp://app.test',
    'ftp://https:22',
    'wss://app.test',
  ])('[14] cannot contain %j, which no browser sends as an origin', (origin) => {
    for (const origins of [[origin], ['https://app.test', origin]]) {
      expect(errorFor({ issuer, cookie: 'token', origins })).toMatchObject({ option: 'origins' });
    }
  });

  test('[14] are refused without a cookie', () => {
    expect(errorFor({ issuer, origins: ['https://app.test'] })).toMatchObject({ option: 'origins' });
  });

  test('can be origins', () => {
    const origins = ['https://app.test', 'http://localhost:3000', 'https://[::1]:8443'];
    expect(errorFor({ issuer, cookie: 'token', origins })).toBeUndefined();
  });
});

describe('publicPaths', () => {
  test.each<Row>([
    ['undefined', undefined],
    ['null', null],
    ['a string', '/health'],
    ['a pattern', /health/],
    ['a function', () => true],
    ['true', true],
    ['a list with undefined', ['/health', undefined]],
    ['a list with a pattern', [/health/]],
    ['a list with an empty string', ['']],
    ['a list with a pattern for every path', ['/*']],
    ['a list with a path without a slash', ['health']],
  ])('[21] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, publicPaths: value })).toMatchObject({ option: 'publicPaths' });
  });
});

describe('allowPreflight', () => {
  test.each<Row>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'true'],
    ['one', 1],
    ['an object', {}],
    ['a list', [true]],
  ])('cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, allowPreflight: value })).toMatchObject({ option: 'allowPreflight' });
  });

  test('can be on or off', () => {
    for (const value of [false, true]) expect(errorFor({ issuer, allowPreflight: value })).toBeUndefined();
  });
});

describe.each(['fetch', 'onEvent'])('%s', (option) => {
  test.each<Row>([
    ['null', null],
    ['a string', 'fetch'],
    ['true', true],
    ['an object', { call: () => {} }],
  ])('cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, [option]: value })).toMatchObject({ option });
  });

  test('can be undefined, because no check depends on it', () => {
    expect(errorFor({ issuer, [option]: undefined })).toBeUndefined();
  });
});

describe('checks', () => {
  test.each<Row>([
    ['undefined', undefined],
    ['null', null],
    ['an empty list', []],
    ['a function', () => true],
    ['true', true],
    ['a list of undefined', [undefined]],
    ['a list of true', [true]],
    ['a list of names', ['admin']],
    ['a list in a list', [[() => true]]],
  ])('[27] cannot be %s', (_name, value) => {
    expect(errorFor({ issuer, checks: value })).toMatchObject({ option: 'checks' });
  });
});

describe('keys', () => {
  test.each<Row>([
    ['undefined', undefined],
    ['null', null],
    ['a list', [key.publicJwk]],
    ['one key', key.publicJwk],
    ['no keys', { keys: [] }],
    ['a string', JSON.stringify(jwks)],
    ['a promise', Promise.resolve(jwks)],
    ['a key without an id', { keys: [{ ...key.publicJwk, kid: undefined }] }],
    ['a key for encryption', { keys: [{ ...key.publicJwk, use: 'enc' }] }],
    ['a private key', { keys: [{ ...key.publicJwk, d: 'AAAA' }] }],
    ['a key twice', { keys: [key.publicJwk, key.publicJwk] }],
  ])('[3] cannot be %s', (_name, value) => {
    const error = errorFor({ issuer, keys: value });
    expect(error).toMatchObject({ option: 'keys' });
    expect(JSON.stringify(error) + String(error?.stack)).not.toContain(String(key.publicJwk['x']));
  });

  test('[5] can be used with one issuer only', () => {
    expect(errorFor({ issuer: [issuer, 'https://b.test'], keys: jwks })).toMatchObject({ option: 'keys' });
    expect(errorFor({ issuer: [issuer], keys: jwks })).toBeUndefined();
  });
});

describe('an unknown option', () => {
  test.each([
    'audiences',
    'Audience',
    'aud',
    'environment',
    'environmentID',
    'issuers',
    'leeway',
    'clockSkew',
    'algorithms',
    'jwksUri',
    'check',
    'optional',
    'toString',
    'constructor',
    '',
  ])('[9] is refused, because it may be a misspelt check: %j', (name) => {
    const error = errorFor({ issuer, [name]: 'x' });
    expect(error).toMatchObject({ option: name });
    expect(error?.message).toContain(`\`${name}\``);
  });

  test('[9] is refused even if it is undefined or called __proto__', () => {
    expect(errorFor({ issuer, audiences: undefined })).toMatchObject({ option: 'audiences' });
    expect(errorFor(JSON.parse(`{"issuer":"${issuer}","__proto__":{"audience":"x"}}`))).toMatchObject({
      option: '__proto__',
    });
  });
});

describe('a verifier', () => {
  test('[9] does not change if the options change later', async () => {
    const options = {
      issuer: [issuer],
      audience: ['api'],
      environmentId: ['env_1'],
      keys: { keys: [{ ...key.publicJwk }] },
    };
    const torii = createVerifier(options);
    options.issuer.push('https://evil.test');
    options.audience.push('web');
    options.environmentId.push('env_2');
    Object.assign(options.keys.keys[0] ?? {}, (await makeKey()).publicJwk);
    Object.assign(options, { audience: undefined, environmentId: undefined, clockTolerance: 300 });

    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'api' })))).toBe('accepted');
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'web' })))).toBe('audience_refused');
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'api', pid: 'env_2' })))).toBe('environment_refused');
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'api', iss: 'https://evil.test' })))).toBe(
      'issuer_refused',
    );
  });

  test('[14] does not change if the list of origins changes later', async () => {
    const origins = ['https://app.test'];
    const torii = createVerifier({ issuer, keys: jwks, cookie: 'token', origins });
    origins.push('https://evil.test');
    const headers = { cookie: `token=${await mint(key)}`, origin: 'https://evil.test', host: 'api.test' };
    expect(await outcomeOf(torii.authenticate({ method: 'POST', headers }))).toBe('token_missing');
  });

  test('[9] verifyToken refuses wrong options before it reads the token', async () => {
    await expect(verifyToken(await mint(key), { issuer, keys: jwks, audience: [] })).rejects.toThrow(ToriiConfigError);
    await expect(verifyToken('', { issuer: '' })).rejects.toThrow(ToriiConfigError);
  });

  test.each<[name: string, planted: (evil: SigningKey) => unknown]>([
    ['keys', (evil) => ({ keys: [evil.publicJwk] })],
    ['fetch', (evil) => async () => Response.json({ keys: [evil.publicJwk] })],
    ['issuer', () => 'https://evil.test'],
    ['audience', () => 'evil'],
    ['requireClaims', () => 'evil'],
    ['refuseClaims', () => 'iat'],
    ['publicPaths', () => ['/orders']],
    ['allowPreflight', () => true],
    ['cookie', () => 'token'],
    ['clockTolerance', () => 300],
    ['evil', () => true],
  ])('[9] does not read the option %s from Object.prototype', async (name, planted) => {
    const evil = await makeKey();
    const forged = await mint(evil);
    const fetch = async () => Response.json(jwks);
    const headers = {
      cookie: `token=${forged}`,
      origin: 'x',
      'access-control-request-method': 'PUT',
      authorization: '',
    };
    const old = await mint(key, { exp: nowSeconds() - 60 });
    Object.defineProperty(Object.prototype, name, { value: planted(evil), configurable: true });
    try {
      const own = name === 'fetch' ? { issuer, keys: jwks } : { issuer, fetch };
      const torii = createVerifier(own);
      expect(await outcomeOf(torii.verify(await mint(key)))).toBe('accepted');
      expect(await outcomeOf(torii.verify(forged))).toBe('signature_invalid');
      expect(await outcomeOf(torii.verify(old))).toBe('token_expired');
      expect(await outcomeOf(torii.authenticate({ method: 'OPTIONS', url: '/orders', headers }))).toBe('token_missing');
      expect(errorFor({})).toMatchObject({ option: 'issuer' });
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });

  test('reads each option once, so that a getter cannot change a validated value', async () => {
    let reads = 0;
    const options = {
      issuer,
      keys: jwks,
      get audience() {
        reads++;
        return reads === 1 ? 'api' : 'web';
      },
    };
    const torii = createVerifier(options);
    expect(reads).toBe(1);
    expect(await outcomeOf(torii.verify(await mint(key, { aud: 'web' })))).toBe('audience_refused');
  });
});
