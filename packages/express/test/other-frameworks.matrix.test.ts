// The guards for Express in other frameworks, and with mock requests. Installs the frameworks from the registry.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '@torii/emulator';
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, type Listening, listen, send } from '../../../scripts/http-exchange.ts';
import { createVerifier, requireAuth } from '../src/index.ts';

failOnCrashes();

const folder = mkdtempSync(join(tmpdir(), 'torii-frameworks-'));
const load = createRequire(join(folder, 'package.json'));
const versions = ['connect@3', 'engine.io@6', 'node-mocks-http@1', 'polka@0', 'restana@5'];

const torii = await startEmulator();
const verifier = createVerifier({ issuer: torii.issuer, publicPaths: ['/health'] });
const token = await torii.token({ userId: 'ada' });
let visits: string[] = [];

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...versions], {
    cwd: folder,
  });
});
beforeEach(() => {
  visits = [];
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await torii.stop();
});

const guard = requireAuth(verifier);
const handle = (req: Request, res: Response) => {
  visits.push('handler');
  res.statusCode = 200;
  res.end(String(req.auth?.userId ?? null));
};

const apps: Readonly<Record<string, () => RequestListener>> = {
  connect: () => load('connect')().use(guard).use(handle),
  polka() {
    const app = load('polka')().use(guard).get('/me', handle).get('/health', handle);
    return app.handler.bind(app);
  },
  restana: () => load('restana')().use(guard).get('/*', handle).callback(),
};

describe.each(Object.entries(apps))('in %s', (_name, create) => {
  test('requests without a valid token are refused, and never reach the handler', async () => {
    await using server = await listen(create());
    for (const headers of [[], bearer('a.b.c'), [...bearer(token), ...bearer(token)], bearer(`${token}x`)]) {
      const { status, text, headers: sent } = await send(server, '/me', { headers });
      expect([status, JSON.parse(text).error.code]).toEqual([401, 'authentication_failed']);
      expect(sent['cache-control']).toBe('private, no-store');
    }
    // A later request, so that a handler that is called late is noticed too.
    expect((await send(server, '/me', { headers: bearer(token) })).text).toBe('ada');
    expect((await send(server, '/health')).text).toBe('null');
    expect(visits).toEqual(['handler', 'handler']);
  });
});

describe('in an Engine.IO server', () => {
  let listening: Listening & { readonly server: Server };
  beforeAll(async () => {
    const server = createServer();
    load('engine.io').attach(server).use(guard);
    const listener = server.listeners('request')[0] as RequestListener;
    listening = Object.assign(await listen(listener), { server });
  });
  afterAll(() => listening[Symbol.asyncDispose]());

  test('a connection needs a token', async () => {
    const target = '/engine.io/?EIO=4&transport=polling';
    expect((await send(listening, target)).status).toBe(401);
    expect((await send(listening, target, { headers: bearer('a.b.c') })).status).toBe(401);
    const { status, text } = await send(listening, target, { headers: bearer(token) });
    expect([status, text.slice(0, 7)]).toEqual([200, '0{"sid"']);
  });
});

describe('with node-mocks-http', () => {
  test.each([
    ['no token', '/me', {}, 401, false],
    ['a token', '/me', { authorization: `Bearer ${token}` }, 200, true],
    ['a bad token', '/me', { authorization: 'Bearer a.b.c' }, 401, false],
    ['a public path', '/health?x=1', {}, 200, true],
    ['another path below it', '/health/me', {}, 401, false],
  ])('a request with %s', async (_what, url, headers, status, isPassed) => {
    const { createRequest, createResponse } = load('node-mocks-http');
    const [req, res] = [createRequest({ method: 'GET', url, headers }), createResponse()];
    await guard(req, res, () => void visits.push('next'));
    expect([res.statusCode, visits]).toEqual([status, isPassed ? ['next'] : []]);
  });
});
