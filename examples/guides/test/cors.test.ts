import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import fastifyCors from '@fastify/cors';
import { serve } from '@hono/node-server';
import koaCors from '@koa/cors';
import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import cors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { cors as honoCors } from 'hono/cors';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listen, send } from '../../../scripts/http-exchange.ts';

const page = 'https://app.example.com';
const preflight = [
  ['Origin', page],
  ['Access-Control-Request-Method', 'GET'],
  ['Access-Control-Request-Headers', 'authorization'],
] as const;

const servers: Record<string, () => Promise<object>> = {
  Express: async () => (await import('../src/cors/express.ts')).server,
  Koa: async () => (await import('../src/cors/koa.ts')).server,
  Fastify: async () => (await import('../src/cors/fastify.ts')).server,
  Hono: async () => (await import('../src/cors/hono.ts')).server,
  core: async () => serve({ ...(await import('../src/cors/fetch.ts')).default, port: 0 }),
};

let emulator: Emulator;
const running = new Map<string, Server>();
beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.PORT = '0';
  for (const [name, start] of Object.entries(servers)) {
    const server = (await start()) as Server;
    if (!server.listening) await once(server, 'listening');
    running.set(name, server);
  }
});
afterAll(async () => {
  for (const server of running.values()) server.close();
  await emulator.stop();
});

function call(name: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Response> {
  const address = running.get(name)?.address() as AddressInfo | undefined;
  return fetch(`http://127.0.0.1:${address?.port}/me`, { method, headers: { Origin: page, ...headers } });
}

/** The origin that may read a response, and the headers that it may read. */
function readable({ headers }: Response): readonly (string | null)[] {
  const exposed = headers.get('access-control-expose-headers') ?? '';
  return [headers.get('access-control-allow-origin'), ...exposed.split(/, */)];
}

describe.each(Object.keys(servers))('the example for %s', (name) => {
  test('answers a preflight without a token', async () => {
    const response = await call(name, Object.fromEntries(preflight), 'OPTIONS');
    const header = (name: string) => response.headers.get(`access-control-${name}`);
    expect(response.ok).toBe(true);
    expect(header('allow-origin')).toBe(page);
    expect(header('allow-headers')).toMatch(/\bAuthorization\b/);
    for (const method of ['PUT', 'PATCH', 'DELETE']) expect(header('allow-methods')).toContain(method);
    expect(header('max-age')).toBe('3600');
    expect(header('allow-credentials')).toBeNull();
  });

  test('lets the page read a refusal and its challenge, and adds to Vary', async () => {
    const response = await call(name, {});
    expect([response.status, readable(response)]).toEqual([401, [page, 'WWW-Authenticate', 'Retry-After']]);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
    for (const name of ['Origin', 'Authorization', 'Cookie']) expect(response.headers.get('vary')).toContain(name);
    expect(await response.json()).toMatchObject({ error: { reason: 'token_missing' } });
  });

  test('lets the page read the answer for a caller', async () => {
    const response = await call(name, { Authorization: `Bearer ${await emulator.token({ userId: 'ada' })}` });
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(await response.json()).toEqual({ userId: 'ada' });
  });

  test('does not name another origin', async () => {
    const { headers } = await call(name, { Origin: 'https://evil.example' });
    expect([null, '']).toContain(headers.get('access-control-allow-origin'));
  });
});

test('lets the page read 503 and Retry-After while a new key cannot be fetched', async () => {
  await emulator.rotateKeys();
  emulator.fail('keys');
  const headers = { Authorization: `Bearer ${await emulator.token()}` };
  for (const name of running.keys()) {
    const response = await call(name, headers);
    expect([name, response.status, readable(response)]).toEqual([name, 503, [page, 'WWW-Authenticate', 'Retry-After']]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

describe('mistakes', () => {
  const allowed = { origin: page };

  test('a guard above cors() refuses preflights, without a CORS header', async () => {
    await using server = await listen(express().use(requireAuth({ issuer: emulator.issuer }), cors(allowed)));
    const { status, headers } = await send(server, '/', { method: 'OPTIONS', headers: preflight });
    expect([status, headers['access-control-allow-origin']]).toEqual([401, undefined]);
  });

  test('with allowPreflight, a preflight passes the guard and the next handler answers it', async () => {
    const guard = requireAuth({ issuer: emulator.issuer, allowPreflight: true });
    await using server = await listen(express().use(guard, cors(allowed)));
    const { status, headers } = await send(server, '/', { method: 'OPTIONS', headers: preflight });
    expect([status, headers['access-control-allow-origin']]).toEqual([204, page]);
    // `cors` runs after the guard, so a refusal has no CORS headers, and the page cannot read it.
    const refused = await send(server, '/', { headers: [['Origin', page]] });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, undefined]);
  });

  test('the headers stay on the answer to an error that no handler catches', async () => {
    const fail = () => {
      throw new Error('planned');
    };
    const expressApp = express().use(cors(allowed), fail).set('env', 'test');
    const koaApp = new Koa().use(koaCors({ origin: page })).use(fail);
    koaApp.silent = true;
    const fastifyApp = Fastify();
    await fastifyApp.register(fastifyCors, allowed);
    fastifyApp.get('/', fail);
    await fastifyApp.ready();
    const honoApp = new Hono().use(honoCors(allowed)).get('/', fail);

    vi.spyOn(console, 'error').mockImplementation(() => undefined); // Hono
    const found: Record<string, unknown> = {};
    await using expressServer = await listen(expressApp);
    await using koaServer = await listen(koaApp.callback());
    for (const [name, server] of Object.entries({ Express: expressServer, Koa: koaServer })) {
      found[name] = (await send(server, '/', { headers: [['Origin', page]] })).headers['access-control-allow-origin'];
    }
    const answered = await fastifyApp.inject({ url: '/', headers: { Origin: page } });
    found.Fastify = answered.headers['access-control-allow-origin'];
    found.Hono = (await honoApp.request('/', { headers: { Origin: page } })).headers.get('access-control-allow-origin');
    expect(found).toEqual({ Express: page, Koa: page, Fastify: page, Hono: page });
  });
});
