import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, send } from '../../../scripts/http-exchange.ts';

let emulator: Emulator;
let server: Server;
let app: Pick<Listening, 'host' | 'origin'>;
let token: string;

beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.token({ userId: 'ada' });
  Object.assign(process.env, { TORII_ISSUER: emulator.issuer, PORT: '0', NODE_ENV: 'production' });
  ({ server } = await import('../src/cookies-and-csrf.ts'));
  if (!server.listening) await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  app = { host, origin: `http://${host}` };
});
afterAll(async () => {
  server.close();
  await emulator.stop();
});

type Lines = readonly (readonly [string, string])[];
const ask = (method: string, path: string, headers: Lines) => send(app as Listening, path, { method, headers });
const withCookie = (): Lines => [['Cookie', `__Host-token=${token}`]];

test('stores a token that was sent in the header, until it expires', async () => {
  const { status, headers } = await ask('PUT', '/session', [['Authorization', `Bearer ${token}`]]);
  const [line = ''] = headers['set-cookie'] ?? [];
  expect([status, line]).toEqual([204, expect.stringContaining(`__Host-token=${token}; Max-Age=`)]);
  expect(line.split('; ')).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']));
  expect(Number(/Max-Age=(\d+)/.exec(line)?.[1])).toBeLessThanOrEqual(300);
});

test('does not store a token that comes in the cookie', async () => {
  const fromOwnPage = [...withCookie(), ['Origin', app.origin]] as const;
  expect(await ask('PUT', '/session', fromOwnPage)).toMatchObject({ status: 401 });
});

test('clears the cookie', async () => {
  const { headers } = await ask('DELETE', '/session', withCookie());
  expect(headers['set-cookie']?.[0]).toMatch(/^__Host-token=; Path=\/; Expires=Thu, 01 Jan 1970/);
});

test('a page load has the caller, whichever site has linked to it', async () => {
  const link: Lines = [
    ['Sec-Fetch-Site', 'cross-site'],
    ['Sec-Fetch-Mode', 'navigate'],
  ];
  const { status, text } = await ask('GET', '/orders', [...withCookie(), ...link]);
  expect([status, text]).toEqual([200, expect.stringContaining('<form')]);
});

describe('POST with the cookie', () => {
  const cases: Record<string, { readonly headers: () => Lines; readonly reason: string | undefined }> = {
    'a page of the same origin': {
      headers: () => [
        ['Origin', app.origin],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
      reason: undefined,
    },
    'a page of the same origin, without Sec-Fetch-Site': { headers: () => [['Origin', app.origin]], reason: undefined },
    'a page of the same origin, without Origin': {
      headers: () => [['Sec-Fetch-Site', 'same-origin']],
      reason: undefined,
    },
    'another site': {
      headers: () => [
        ['Origin', 'https://evil.example'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
      reason: 'token_missing',
    },
    'another port of the same host': {
      headers: () => [
        ['Origin', 'http://127.0.0.1:1'],
        ['Sec-Fetch-Site', 'same-site'],
      ],
      reason: 'token_missing',
    },
    'a page whose policy hides its origin': {
      headers: () => [
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
      reason: 'token_missing',
    },
    'a program': { headers: () => [], reason: 'token_missing' },
    'a page that adds a bad Authorization header': {
      headers: () => [
        ['Origin', app.origin],
        ['Authorization', 'Bearer x'],
      ],
      reason: 'token_malformed',
    },
    'a browser with a second cookie of this name': {
      headers: () => [
        ['Origin', app.origin],
        ['Cookie', '__Host-token=x'],
      ],
      reason: 'header_malformed',
    },
  };
  test.each(Object.entries(cases))('from %s', async (_name, { headers, reason }) => {
    const { status, text } = await ask('POST', '/orders', [...withCookie(), ...headers()]);
    const found = status === 303 ? undefined : JSON.parse(text).error.reason;
    expect([status, found]).toEqual(reason === undefined ? [303, undefined] : [401, reason]);
  });

  test('from a program that sends the token in the header', async () => {
    expect(await ask('POST', '/orders', [['Authorization', `Bearer ${token}`]])).toMatchObject({ status: 303 });
  });
});

test('a WebSocket handshake counts as unsafe', async () => {
  const verifier = createVerifier({ issuer: emulator.issuer, cookie: 'token' });
  const headers = {
    host: 'api.example.com',
    cookie: `token=${token}`,
    upgrade: 'websocket',
    origin: 'https://evil.example',
  };
  expect((await verifier.check({ method: 'GET', url: '/', headers })).denial?.body.error.reason).toBe('token_missing');
  const own = { ...headers, origin: 'https://api.example.com' };
  expect((await verifier.check({ method: 'GET', url: '/', headers: own })).auth?.userId).toBe('ada');
});

test('allowNonBrowsers is not an option of cookies', () => {
  expect(() => createVerifier({ issuer: emulator.issuer, cookie: 'token', allowNonBrowsers: true })).toThrow(
    "has no effect without `scheme: 'none'`",
  );
});
