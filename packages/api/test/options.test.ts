import { afterEach, expect, test, vi } from 'vitest';
import { createToriiClient, type ToriiClientOptions, ToriiConfigError } from '../src/index.ts';
import { ok, scriptApi, secretKey } from './scripted-api.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function problemOf(options: object): ToriiConfigError {
  try {
    createToriiClient(options as ToriiClientOptions);
  } catch (error) {
    if (error instanceof ToriiConfigError) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}

test.each([
  ['is undefined', undefined],
  ['is empty', ''],
  ['is publishable', 'pk_live_51c2a0f7d9'],
  ['is null', null],
  ['is a number', 51],
  ['is an array', ['sk_live_51c2a0f7d9']],
  ['ends in a line break', 'sk_live_51c2a0f7d9\n'],
  ['contains a line break', 'sk_live_51\r\nx-evil: 1'],
  ['begins with a space', ' sk_live_51c2a0f7d9'],
  ['contains a character outside ASCII', 'sk_live_…51c2a0f7d9'],
  ['is the text undefined', 'undefined'],
  ['is the text null', 'null'],
  ['is a webhook secret', 'whsec_51c2a0f7d9'],
  ['is a token', 'eyJhbGciOiJFUzI1NiJ9.51c2a0f7d9.x'],
  ['has another prefix', 'live_51c2a0f7d9'],
  ['has its prefix in capitals', 'SK_LIVE_51c2a0f7d9'],
  ['has another environment', 'sk_prod_51c2a0f7d9'],
  ['begins with Bearer', 'Bearer sk_live_51c2a0f7d9'],
  ['is in double quotes', '"sk_live_51c2a0f7d9"'],
  ['is in single quotes', "'sk_live_51c2a0f7d9'"],
  ['ends in a quote', 'sk_live_51c2a0f7d9"'],
  ['ends in a space', 'sk_live_51c2a0f7d9 '],
  ['begins with a byte order mark', '\uFEFFsk_live_51c2a0f7d9'],
  ['contains a space', 'sk_live_51c2 a0f7d9'],
  ['contains a comma', 'sk_live_51c2a0f7d9,sk_test_1'],
  ['contains a dollar sign', 'sk_live_$' + '{51c2a0f7d9}'],
  ['is only a prefix', 'sk_live_'],
  ['is too short', 'sk_test_abc'],
  ['is an object', { toString: () => 'sk_live_51c2a0f7d9' }],
  ['is a boxed text', Object('sk_live_51c2a0f7d9')],
  ['is a symbol', Symbol('sk_live_51c2a0f7d9')],
  ['is true', true],
])('30: refuses a secret key that %s, and does not quote it', (_name, key) => {
  const error = problemOf({ secretKey: key });
  expect(error.option).toBe('secretKey');
  expect(error.message).toContain('TORII_SECRET_KEY');
  expect(error.message).not.toContain('51c2a0f7d9');
});

test.each([
  ['quotes', '"sk_live_51c2a0f7d9"', 'a quote'],
  ['white space', 'sk_live_51c2a0f7d9\n', 'Remove'],
  ['a publishable key', 'pk_live_51c2a0f7d9', 'pk_'],
  ['a webhook secret', 'whsec_51c2a0f7d9', 'whsec_'],
])('tells which mistake was made: %s', (_name, key, hint) => {
  expect(problemOf({ secretKey: key }).message).toContain(hint);
});

test.each(['sk_live_51c2a0f7d9', 'sk_test_51c2a0f7d9', 'sk_live_4Zk-_~.+/aB9=='])(
  'accepts the secret key %s',
  async (key) => {
    const { client, sent } = scriptApi([ok()], { secretKey: key });
    await client.users.get('ada');
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${key}`);
  },
);

test.each([
  ['a page', 'document', {}],
  ['a web worker', 'navigator', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' }],
])('30: refuses to create a client in %s', (_name, global, value) => {
  vi.stubGlobal(global, value);
  expect(problemOf({ secretKey })).toMatchObject({ name: 'ToriiConfigError', option: 'secretKey' });
});

test.each([
  ['not a URL', 'api.torii.so'],
  ['empty', ''],
  ['another scheme', 'ftp://api.torii.so'],
  ['plain http', 'http://api.torii.so'],
  ['plain http to a host that starts like loopback', 'http://127.0.0.1.evil.example'],
  ['plain http to a host that ends like loopback', 'http://notlocalhost'],
  ['plain http to all interfaces', 'http://0.0.0.0:3000'],
  ['plain http to a subdomain of localhost', 'http://api.localhost'],
  ['a number', 443],
  ['null', null],
  ['a user name', 'https://ada@api.torii.so'],
  ['a password', 'https://ada:secret@api.torii.so'],
  ['a query', 'https://api.torii.so?x=1'],
  ['an empty query', 'https://api.torii.so/?'],
  ['a fragment', 'https://api.torii.so/#x'],
  ['preceded by a space', ' https://api.torii.so'],
  ['followed by a line break', 'https://api.torii.so\n'],
  ['broken by a line break', 'https://api.tor\nii.so'],
  ['in quotes', '"https://api.torii.so"'],
  ['the text undefined', 'undefined'],
  ['written with backslashes', 'https:\\\\api.torii.so'],
  ['a list', ['https://api.torii.so']],
  ['an object', { toString: () => 'https://api.torii.so' }],
])('30: refuses an apiUrl that is %s', (_name, apiUrl) => {
  expect(problemOf({ secretKey, apiUrl }).option).toBe('apiUrl');
});

test.each([
  'https://api.torii.so/api/server/v1',
  'https://api.torii.so/api/server/v1/',
  'https://api.torii.so/api/server/v1/users',
  'https://api.torii.so/api/server',
  'https://api.torii.so/API/Server/v1',
  'https://api.torii.so/api%2Fserver/v1',
  'https://gateway.example/torii/api/server/v1',
  'https://gateway.example/torii/api/server/v2//',
  'http://127.0.0.1:3000/api/server/v1',
])('refuses an apiUrl that contains the path of the API, and says to remove it: %s', (apiUrl) => {
  const error = problemOf({ secretKey, apiUrl });
  expect(error).toMatchObject({ name: 'ToriiConfigError', option: 'apiUrl' });
  expect(error.message).toContain('/api/server/v1');
});

test.each([
  ['the API with a path', 'https://api.torii.so/api'],
  ['the API with the path of a version', 'https://api.toriiauth.eu/v1'],
  ['an issuer', 'https://acme.torii.so'],
  ['an issuer with a path', 'https://torii.example.com/_torii'],
  ['a key set', 'https://torii.example.com/_torii/.well-known/jwks.json'],
  ['discovery', 'https://torii.example.com/.well-known/openid-configuration'],
  ['the website', 'https://torii.so'],
  ['the docs', 'https://docs.torii.so'],
  ['a host that ends in a dot', 'https://acme.torii.so./'],
  ['two slashes in the path', 'https://gateway.example//torii'],
  ['a tab', 'https://gateway.example/to\trii'],
])('refuses an apiUrl that belongs to something else: %s', (_name, apiUrl) => {
  expect(problemOf({ secretKey, apiUrl })).toMatchObject({ name: 'ToriiConfigError', option: 'apiUrl' });
});

test('the error for a wrong apiUrl does not contain the URL', () => {
  for (const apiUrl of [
    'https://ada:hunter22@api.torii.so/api/server/v1',
    'https://x.example/?key=hunter22',
    '"hunter22',
  ])
    expect(problemOf({ secretKey, apiUrl }).message).not.toContain('hunter22');
});

test.each([
  ['https://api.toriiauth.eu', 'https://api.toriiauth.eu/api/server/v1/users/ada'],
  ['https://gateway.example/api', 'https://gateway.example/api/api/server/v1/users/ada'],
  ['https://gateway.example/api//', 'https://gateway.example/api/api/server/v1/users/ada'],
  ['https://gateway.example/api/servers', 'https://gateway.example/api/servers/api/server/v1/users/ada'],
  ['https://nottorii.so', 'https://nottorii.so/api/server/v1/users/ada'],
  ['https://api.torii.so', 'https://api.torii.so/api/server/v1/users/ada'],
  ['https://api.torii.so/', 'https://api.torii.so/api/server/v1/users/ada'],
  ['https://gateway.example/torii', 'https://gateway.example/torii/api/server/v1/users/ada'],
  ['https://gateway.example/torii/', 'https://gateway.example/torii/api/server/v1/users/ada'],
  ['http://localhost:3000', 'http://localhost:3000/api/server/v1/users/ada'],
  ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/api/server/v1/users/ada'],
  ['http://[::1]:3000', 'http://[::1]:3000/api/server/v1/users/ada'],
])('sends to apiUrl %s', async (apiUrl, url) => {
  const { client, sent } = scriptApi([ok()], { apiUrl });
  await client.users.get('ada');
  expect(sent[0]?.url.href).toBe(url);
});

test('sends to api.torii.so by default', async () => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.get('ada');
  expect(sent[0]?.url.origin).toBe('https://api.torii.so');
});

test.each([
  ['timeoutMs', 0],
  ['timeoutMs', -1],
  ['timeoutMs', 1.5],
  ['timeoutMs', Number.POSITIVE_INFINITY],
  ['timeoutMs', 3_600_001],
  ['timeoutMs', '1000'],
  ['maxRetries', -1],
  ['maxRetries', 11],
  ['maxRetries', Number.NaN],
  ['fetch', 'fetch'],
  ['onEvent', {}],
  ['onEvent', null],
  ['fetch', null],
  ['fetch', false],
  ['apiURL', 'https://api.torii.so'],
])('refuses %s: %j', (option, value) => {
  expect(problemOf({ secretKey, [option]: value }).option).toBe(option);
});

test.each([
  ['timeoutMs', 0],
  ['maxRetries', 0.5],
  ['timeout', 1000],
  ['maxRetries', null],
])('refuses a call with %s: %j, and sends nothing', async (option, value) => {
  const { client, sent } = scriptApi([ok()]);
  await expect(client.users.get('ada', { [option]: value })).rejects.toMatchObject({ option });
  expect(sent).toEqual([]);
});

test('9: accepts undefined for tuning options', async () => {
  const unset = {
    apiUrl: undefined,
    fetch: undefined,
    timeoutMs: undefined,
    maxRetries: undefined,
    onEvent: undefined,
  };
  expect(() => createToriiClient({ secretKey, ...unset })).not.toThrow();
  const { client } = scriptApi([ok()]);
  await client.users.get('ada', { signal: undefined, timeoutMs: undefined, maxRetries: undefined, headers: undefined });
});

test('9: refuses inherited and non-enumerable options instead of ignoring them', async () => {
  expect(problemOf(Object.create({ secretKey })).option).toBe('secretKey');
  expect(
    problemOf(Object.create({ apiUrl: 'https://evil.test' }, { secretKey: { value: secretKey, enumerable: true } }))
      .option,
  ).toBe('apiUrl');
  expect(problemOf(Object.defineProperty({ secretKey }, 'timeoutMs', { value: 1 })).option).toBe('timeoutMs');
  const { client, sent } = scriptApi([ok()]);
  await expect(client.users.get('ada', Object.create({ timeoutMs: 1 }))).rejects.toMatchObject({ option: 'timeoutMs' });
  expect(sent).toEqual([]);
});

test.each([[undefined], [null], ['sk_live_51c2a0f7d9'], [[]]])('refuses %j as options', (options) => {
  expect(problemOf(options as never).option).toBe('options');
});

test('refuses null as options of a call, and sends nothing', async () => {
  const { client, sent } = scriptApi([ok()]);
  await expect(client.users.get('ada', null as never)).rejects.toMatchObject({ option: 'options' });
  expect(sent).toEqual([]);
});

test('looks up the platform’s fetch on each call', async () => {
  const client = createToriiClient({ secretKey });
  const fetch = vi.fn(async () => ok());
  vi.stubGlobal('fetch', fetch);
  await client.users.get('ada');
  expect(fetch).toHaveBeenCalledOnce();
  expect([undefined, globalThis]).toContain(fetch.mock.contexts[0]);
});

// With another object as `this`, the `fetch` of browsers and Workers throws "Illegal invocation".
test('calls the given fetch without `this`', async () => {
  const fetch = vi.fn(async () => ok());
  await createToriiClient({ secretKey, fetch }).users.get('ada');
  expect(fetch.mock.contexts).toEqual([undefined]);
});
