import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, type EmulatorEnvironment, startEmulator } from '../src/index.ts';
import { callApi } from './rest.ts';

interface Origins {
  readonly origins: readonly string[];
}

const app = 'https://app.example.com';
let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }], allowedOrigins: [app] });
});
afterAll(() => torii.stop());

const put = <Body = Origins>(origins: unknown, environment: EmulatorEnvironment = torii) =>
  callApi<Body>(environment, 'PUT', '/allowed-origins', { origins });
const read = async (environment: EmulatorEnvironment = torii) =>
  (await callApi<Origins>(environment, 'GET', '/allowed-origins')).body.origins;

/** Whether a script of this origin may read the answers of the browser's paths. */
async function isAllowedByCors(origin: string): Promise<boolean> {
  const { headers } = await fetch(torii.signInUrl, { headers: { origin } });
  return headers.get('access-control-allow-origin') === origin;
}

test('begins with the origins of the option, in every environment, and replaces the list of one environment', async () => {
  expect([await read(), await read(torii.environment('acme'))]).toEqual([[app], [app]]);
  const origins = ['capacitor://localhost', 'http://127.0.0.1:3000', 'https://[::1]:8443', 'tauri://localhost'];
  const { status, body } = await put(origins);
  expect([status, body, await read(), torii.allowedOrigins]).toEqual([200, { origins }, origins, origins]);
  expect(await read(torii.environment('acme'))).toEqual([app]);
});

test('CORS obeys a change at once', async () => {
  await put([app]);
  expect([await isAllowedByCors(app), await isAllowedByCors('capacitor://localhost')]).toEqual([true, false]);
  await put(['capacitor://localhost']);
  expect([await isAllowedByCors(app), await isAllowedByCors('capacitor://localhost')]).toEqual([false, true]);
  await put([]);
  expect([await isAllowedByCors(app), await isAllowedByCors('capacitor://localhost')]).toEqual([false, false]);
});

test('stores an origin that is given twice once', async () => {
  expect((await put([app, 'http://a.example', app])).body.origins).toEqual([app, 'http://a.example']);
});

test.each([
  'https://app.example.com/',
  'https://app.example.com/path',
  'https://app.example.com?a=1',
  'https://app.example.com#a',
  'https://app.example.com:443',
  'http://app.example.com:80',
  'https://App.example.com',
  'HTTPS://app.example.com',
  'https://ada@app.example.com',
  'https://ada:secret@app.example.com',
  'https://@app.example.com',
  'https://*.example.com',
  'https://*',
  '*',
  'null',
  '',
  ' https://app.example.com',
  'https://app.example.com ',
  'https://app.example.com\n',
  'https://app.example.com, https://b.example.com',
  'https://app.exam ple.com',
  'https:\\\\app.example.com',
  'app.example.com',
  '//app.example.com',
  'https://',
  'https:app.example.com',
  'https://app.example.com:99999',
  'https://æ.example',
  'capacitor://localhost/',
  'capacitor://localhost/path',
  'capacitor://',
  'capacitor:localhost',
  'CAPACITOR://localhost',
  'capacitor://LOCALHOST',
  'capacitor://ada@localhost',
  'capacitor://*',
  'javascript://app.example.com',
  'data://app.example.com',
  'file://app.example.com',
  'file:///',
  'blob:https://app.example.com',
  'ws://app.example.com',
  'wss://app.example.com',
  'about:blank',
  `https://${'a'.repeat(300)}.example`,
])('responds with 400 to "%s", names its place, and changes nothing', async (origin) => {
  await put([app]);
  const { status, body } = await callApi(torii, 'PUT', '/allowed-origins', { origins: ['http://a.example', origin] });
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect(body.properties.errors).toEqual([{ field: 'origins[1]', message: expect.any(String) }]);
  expect(await read()).toEqual([app]);
});

test.each<[string, unknown]>([
  ['no list', undefined],
  ['null', null],
  ['a text', app],
  ['a list with null', [null]],
  ['a list with a list', [[app]]],
  ['101 origins', Array.from({ length: 101 }, (_, index) => `https://app${index}.example.com`)],
])('responds with 400 to %s', async (_name, origins) => {
  await put([app]);
  const { status, body } = await callApi(torii, 'PUT', '/allowed-origins', { origins });
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect(await read()).toEqual([app]);
});

test('accepts 100 origins', async () => {
  const origins = Array.from({ length: 100 }, (_, index) => `https://app${index}.example.com`);
  expect((await put(origins)).body.origins).toEqual(origins);
});

test('keeps the list in the file, and adds the origins of the option at the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-origins-'));
  const database = join(folder, 'torii.db');
  const lists = [];
  for (const allowedOrigins of [[app], [], ['http://a.example', app]]) {
    await using stored = await startEmulator({ database, allowedOrigins });
    lists.push(stored.allowedOrigins);
    if (allowedOrigins.length === 1) await put(['http://b.example'], stored);
  }
  rmSync(folder, { recursive: true, force: true });
  expect(lists).toEqual([[app], ['http://b.example'], ['http://b.example', 'http://a.example', app]]);
});

test.each([
  ['a path', ['https://app.example.com/path']],
  ['every origin', ['*']],
  ['a script', ['javascript://app.example.com']],
  ['a text', app],
])('the option refuses %s', async (_name, allowedOrigins) => {
  await expect(startEmulator({ allowedOrigins: allowedOrigins as readonly string[] })).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining('allowedOrigins'),
  });
});
