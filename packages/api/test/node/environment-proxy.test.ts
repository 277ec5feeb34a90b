// Variables such as HTTP_PROXY, which make the platform's `fetch` send requests to a proxy: also those to loopback, in plain text.
import { afterEach, expect, test, vi } from 'vitest';
import { assertStaysOnMachine as assertInWorkers } from '../../src/environment-proxy.workerd.ts';
import { createToriiClient, ToriiConfigError } from '../../src/index.ts';

const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'];
const remote = { HTTP_PROXY: 'http://proxy.example.invalid:3128', NODE_USE_ENV_PROXY: '1' };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

function refusedWith(env: Readonly<Record<string, string>>, apiUrl: string, options = {}): unknown {
  for (const name of [...names, 'NODE_USE_ENV_PROXY', 'NODE_OPTIONS']) vi.stubEnv(name, env[name]);
  try {
    createToriiClient({ secretKey: 'sk_test_51c2a0f7d9', apiUrl, ...options });
    return undefined;
  } catch (error) {
    if (!(error instanceof ToriiConfigError)) throw error;
    expect(error.message).toContain('NO_PROXY');
    return error.option;
  }
}

test.each<[string, string, Readonly<Record<string, string>>]>([
  ['HTTP_PROXY', 'http://127.0.0.1:4100', remote],
  ['another spelling of the host', 'http://localhost:4100', remote],
  ['an IPv6 address', 'http://[::1]:4100', remote],
  ['lowercase', 'http://127.0.0.1:4100', { http_proxy: 'proxy.example.invalid:3128', NODE_USE_ENV_PROXY: '1' }],
  ['the flag of Node', 'http://127.0.0.1:4100', { ...remote, NODE_USE_ENV_PROXY: '', NODE_OPTIONS: '--use-env-proxy' }],
  ['an exception for another host', 'http://127.0.0.1:4100', { ...remote, NO_PROXY: 'localhost,example.com' }],
  ['an exception for another port', 'http://127.0.0.1:4100', { ...remote, NO_PROXY: '127.0.0.1:4101' }],
  ['::1 without brackets, which Node does not recognize', 'http://[::1]:4100', { ...remote, NO_PROXY: '::1' }],
  ['an empty no_proxy, which Node prefers', 'http://127.0.0.1', { ...remote, no_proxy: '', NO_PROXY: '127.0.0.1' }],
])('30: refuses http on loopback if the environment names a proxy on another machine: %s', (_name, apiUrl, env) => {
  expect(refusedWith(env, apiUrl)).toBe('apiUrl');
});

test.each<[string, string, Readonly<Record<string, string>>]>([
  ['no proxy', 'http://127.0.0.1:4100', { NODE_USE_ENV_PROXY: '1' }],
  ['a proxy that Node does not use', 'http://127.0.0.1:4100', { ...remote, NODE_USE_ENV_PROXY: '' }],
  ['a proxy for https only', 'http://127.0.0.1:4100', { HTTPS_PROXY: 'http://p.invalid', NODE_USE_ENV_PROXY: '1' }],
  ['a proxy on this machine', 'http://127.0.0.1:4100', { ...remote, HTTP_PROXY: 'http://localhost:8888' }],
  ['an exception', 'http://127.0.0.1:4100', { ...remote, NO_PROXY: 'example.com, 127.0.0.1' }],
  ['an exception for the port', 'http://localhost:4100', { ...remote, NO_PROXY: 'LOCALHOST:4100' }],
  ['an exception for an IPv6 address', 'http://[::1]:4100', { ...remote, NO_PROXY: 'localhost,127.0.0.1,::1,[::1]' }],
  ['an exception for everything', 'http://127.0.0.1:4100', { ...remote, NO_PROXY: '*' }],
  ['https', 'https://api.example.com', remote],
])('accepts the URL with %s', (_name, apiUrl, env) => {
  expect(refusedWith(env, apiUrl)).toBeUndefined();
});

test('in Workers, no variable makes `fetch` use a proxy', () => {
  for (const [name, value] of Object.entries(remote)) vi.stubEnv(name, value);
  expect(() => assertInWorkers(new URL('http://127.0.0.1:4100'))).not.toThrow();
});

test('a `fetch` of the app’s own is not judged', () => {
  expect(refusedWith(remote, 'http://127.0.0.1:4100', { fetch: async () => Response.json({}) })).toBeUndefined();
});

test.each([
  ['granted', { HTTP_PROXY: 'http://p.invalid' }, '127.0.0.1', 'apiUrl'],
  ['granted', { ALL_PROXY: 'http://p.invalid' }, '127.0.0.1', 'apiUrl'],
  ['granted', { HTTP_PROXY: 'http://p.invalid', NO_PROXY: '*' }, '127.0.0.1', 'apiUrl'],
  ['granted', { HTTP_PROXY: 'http://p.invalid', NO_PROXY: '[::1]' }, '[::1]', 'apiUrl'],
  ['granted', { HTTP_PROXY: 'http://p.invalid', NO_PROXY: 'localhost,127.0.0.1,::1,[::1]' }, '[::1]', undefined],
  // Without the permission, reading a variable would ask the user for it.
  ['prompt', { HTTP_PROXY: 'http://p.invalid' }, '127.0.0.1', undefined],
])('30: on Deno, with the permission %s and %o, %s is refused or not', (state, env, host, expected) => {
  vi.stubGlobal('Deno', { permissions: { querySync: () => ({ state }) } });
  expect(refusedWith({ ...env }, `http://${host}:4100`)).toBe(expected);
});
