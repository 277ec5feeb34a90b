// Written by `npm run generate` from examples/start/.
import type { Templates } from '../commands/init/template.ts';

export const seed: string = `{
  "users": [
    { "email": "ada@example.com", "password": "correct horse", "firstName": "Ada" },
    { "email": "bob@example.com", "password": "correct horse", "firstName": "Bob" }
  ],
  "organizations": [
    { "slug": "acme", "name": "Acme", "members": [{ "email": "ada@example.com", "role": "org:administrator" }] }
  ]
}
`;

export const templates = {
  'express': {
    'src/app.ts': {
      ts: `import express, { type Express } from 'express';
import { me } from './me.ts';

export const app: Express = express();

app.get('/', (_req, res) => {
  res.json({ hello: 'This route is public. GET /me needs a token.' });
});

app.use(me);
`,
      esm: `import express from 'express';
import { me } from './me.ts';

export const app = express();

app.get('/', (_req, res) => {
  res.json({ hello: 'This route is public. GET /me needs a token.' });
});

app.use(me);
`,
      commonjs: `const express = require('express');
const { me } = require('./me.ts');

const app = express();

app.get('/', (_req, res) => {
  res.json({ hello: 'This route is public. GET /me needs a token.' });
});

app.use(me);

module.exports = { app };
`,
    },
    'src/me.ts': {
      ts: `import { getAuth } from '@torii/express';
import { Router } from 'express';
import { requireUser } from './torii.ts';

export const me: Router = Router();

me.get('/me', requireUser, (req, res) => {
  res.json({ userId: getAuth(req).userId });
});
`,
      esm: `import { getAuth } from '@torii/express';
import { Router } from 'express';
import { requireUser } from './torii.ts';

export const me = Router();

me.get('/me', requireUser, (req, res) => {
  res.json({ userId: getAuth(req).userId });
});
`,
      commonjs: `const { getAuth } = require('@torii/express');
const { Router } = require('express');
const { requireUser } = require('./torii.ts');

const me = Router();

me.get('/me', requireUser, (req, res) => {
  res.json({ userId: getAuth(req).userId });
});

module.exports = { me };
`,
    },
    'src/server.ts': {
      ts: `import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

app.listen(port, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
      esm: `import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

app.listen(port, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
      commonjs: `const { app } = require('./app.ts');

const port = Number(process.env.PORT ?? 3000);

app.listen(port, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
    },
    'src/torii.ts': {
      ts: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/express';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/express';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/express');

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });

module.exports = { requireUser };
`,
    },
    'test/me.test.ts': {
      ts: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';

let emulator: Emulator;
let server: Server;
let url: string;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      esm: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startEmulator } from '@torii/emulator';

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      commonjs: `const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { after, before, test } = require('node:test');
const { startEmulator } = require('@torii/emulator');

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
    },
  },
  'fastify': {
    'src/app.ts': {
      ts: `import Fastify, { type FastifyInstance } from 'fastify';
import { me } from './me.ts';

export function createApp(): FastifyInstance {
  const app = Fastify();
  app.get('/', async () => ({ hello: 'This route is public. GET /me needs a token.' }));
  app.register(me);
  return app;
}
`,
      esm: `import Fastify from 'fastify';
import { me } from './me.ts';

export function createApp() {
  const app = Fastify();
  app.get('/', async () => ({ hello: 'This route is public. GET /me needs a token.' }));
  app.register(me);
  return app;
}
`,
      commonjs: `const Fastify = require('fastify');
const { me } = require('./me.ts');

function createApp() {
  const app = Fastify();
  app.get('/', async () => ({ hello: 'This route is public. GET /me needs a token.' }));
  app.register(me);
  return app;
}

module.exports = { createApp };
`,
    },
    'src/me.ts': {
      ts: `import { getAuth } from '@torii/fastify';
import type { FastifyInstance } from 'fastify';
import { requireUser } from './torii.ts';

export async function me(app: FastifyInstance): Promise<void> {
  app.get('/me', { onRequest: requireUser }, async (request) => ({ userId: getAuth(request).userId }));
}
`,
      esm: `import { getAuth } from '@torii/fastify';
import { requireUser } from './torii.ts';

export async function me(app) {
  app.get('/me', { onRequest: requireUser }, async (request) => ({ userId: getAuth(request).userId }));
}
`,
      commonjs: `const { getAuth } = require('@torii/fastify');
const { requireUser } = require('./torii.ts');

async function me(app) {
  app.get('/me', { onRequest: requireUser }, async (request) => ({ userId: getAuth(request).userId }));
}

module.exports = { me };
`,
    },
    'src/server.ts': {
      ts: `import { createApp } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

createApp().listen({ port }, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
      esm: `import { createApp } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

createApp().listen({ port }, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
      commonjs: `const { createApp } = require('./app.ts');

const port = Number(process.env.PORT ?? 3000);

createApp().listen({ port }, (error) => {
  if (error) throw error;
  console.log(\`The app listens on http://localhost:\${port}\`);
});
`,
    },
    'src/torii.ts': {
      ts: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/fastify';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/fastify';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/fastify');

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });

module.exports = { requireUser };
`,
    },
    'test/me.test.ts': {
      ts: `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { FastifyInstance } from 'fastify';

let emulator: Emulator;
let app: FastifyInstance;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await emulator.stop();
  await app.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.inject('/me');
  assert.equal(response.statusCode, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { userId: 'ada' });
});
`,
      esm: `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEmulator } from '@torii/emulator';

let emulator;
let app;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await emulator.stop();
  await app.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.inject('/me');
  assert.equal(response.statusCode, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { userId: 'ada' });
});
`,
      commonjs: `const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { startEmulator } = require('@torii/emulator');

let emulator;
let app;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await emulator.stop();
  await app.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.inject('/me');
  assert.equal(response.statusCode, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.inject({ url: '/me', headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { userId: 'ada' });
});
`,
    },
  },
  'hono': {
    'src/app.ts': {
      ts: `import { Hono } from 'hono';
import { me } from './me.ts';

export const app = new Hono();

app.get('/', (c) => c.json({ hello: 'This route is public. GET /me needs a token.' }));

app.route('/', me);
`,
      esm: `import { Hono } from 'hono';
import { me } from './me.ts';

export const app = new Hono();

app.get('/', (c) => c.json({ hello: 'This route is public. GET /me needs a token.' }));

app.route('/', me);
`,
      commonjs: `const { Hono } = require('hono');
const { me } = require('./me.ts');

const app = new Hono();

app.get('/', (c) => c.json({ hello: 'This route is public. GET /me needs a token.' }));

app.route('/', me);

module.exports = { app };
`,
    },
    'src/me.ts': {
      ts: `import { getAuth } from '@torii/hono';
import { Hono } from 'hono';
import { requireUser } from './torii.ts';

export const me = new Hono();

me.get('/me', requireUser, (c) => c.json({ userId: getAuth(c).userId }));
`,
      esm: `import { getAuth } from '@torii/hono';
import { Hono } from 'hono';
import { requireUser } from './torii.ts';

export const me = new Hono();

me.get('/me', requireUser, (c) => c.json({ userId: getAuth(c).userId }));
`,
      commonjs: `const { getAuth } = require('@torii/hono');
const { Hono } = require('hono');
const { requireUser } = require('./torii.ts');

const me = new Hono();

me.get('/me', requireUser, (c) => c.json({ userId: getAuth(c).userId }));

module.exports = { me };
`,
    },
    'src/server.ts': {
      ts: `import { serve } from '@hono/node-server';
import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

serve({ fetch: app.fetch, port }, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      esm: `import { serve } from '@hono/node-server';
import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

serve({ fetch: app.fetch, port }, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      commonjs: `const { serve } = require('@hono/node-server');
const { app } = require('./app.ts');

const port = Number(process.env.PORT ?? 3000);

serve({ fetch: app.fetch, port }, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
    },
    'src/torii.ts': {
      ts: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/hono';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/hono';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/hono');

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });

module.exports = { requireUser };
`,
    },
    'test/me.test.ts': {
      ts: `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { Hono } from 'hono';

let emulator: Emulator;
let app: Hono;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const loaded = await import('../src/app.ts');
  app = loaded.app;
});

after(async () => {
  await emulator.stop();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.request('/me');
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      esm: `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEmulator } from '@torii/emulator';

let emulator;
let app;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const loaded = await import('../src/app.ts');
  app = loaded.app;
});

after(async () => {
  await emulator.stop();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.request('/me');
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      commonjs: `const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { startEmulator } = require('@torii/emulator');

let emulator;
let app;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const loaded = await import('../src/app.ts');
  app = loaded.app;
});

after(async () => {
  await emulator.stop();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.request('/me');
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.request('/me', { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
    },
  },
  'koa': {
    'src/app.ts': {
      ts: `import Koa from 'koa';
import { me } from './me.ts';

export const app: Koa = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path === '/') ctx.body = { hello: 'This route is public. GET /me needs a token.' };
  else await next();
});

app.use(me.routes());
`,
      esm: `import Koa from 'koa';
import { me } from './me.ts';

export const app = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path === '/') ctx.body = { hello: 'This route is public. GET /me needs a token.' };
  else await next();
});

app.use(me.routes());
`,
      commonjs: `const Koa = require('koa');
const { me } = require('./me.ts');

const app = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path === '/') ctx.body = { hello: 'This route is public. GET /me needs a token.' };
  else await next();
});

app.use(me.routes());

module.exports = { app };
`,
    },
    'src/me.ts': {
      ts: `import Router from '@koa/router';
import { getAuth } from '@torii/koa';
import { requireUser } from './torii.ts';

export const me: Router = new Router();

me.get('/me', requireUser, (ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});
`,
      esm: `import Router from '@koa/router';
import { getAuth } from '@torii/koa';
import { requireUser } from './torii.ts';

export const me = new Router();

me.get('/me', requireUser, (ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});
`,
      commonjs: `const Router = require('@koa/router');
const { getAuth } = require('@torii/koa');
const { requireUser } = require('./torii.ts');

const me = new Router();

me.get('/me', requireUser, (ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});

module.exports = { me };
`,
    },
    'src/server.ts': {
      ts: `import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

app.listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      esm: `import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

app.listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      commonjs: `const { app } = require('./app.ts');

const port = Number(process.env.PORT ?? 3000);

app.listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
    },
    'src/torii.ts': {
      ts: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/koa';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/koa';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/koa');

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });

module.exports = { requireUser };
`,
    },
    'test/me.test.ts': {
      ts: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';

let emulator: Emulator;
let server: Server;
let url: string;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      esm: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startEmulator } from '@torii/emulator';

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      commonjs: `const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { after, before, test } = require('node:test');
const { startEmulator } = require('@torii/emulator');

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
    },
  },
  'next-app': {
    'app/%5Ftorii/[...path]/route.ts': {
      ts: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
      esm: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
      commonjs: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
    },
    'app/account/page.tsx': {
      ts: `import { Suspense } from 'react';
import { SignOut } from '../../session';
import { torii } from '../../torii';

export default function Page() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const { userId } = await torii.protect({ returnTo: '/account' });
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
      esm: `import { Suspense } from 'react';
import { SignOut } from '../../session';
import { torii } from '../../torii';

export default function Page() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const { userId } = await torii.protect({ returnTo: '/account' });
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
      commonjs: `import { Suspense } from 'react';
import { SignOut } from '../../session';
import { torii } from '../../torii';

export default function Page() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const { userId } = await torii.protect({ returnTo: '/account' });
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
    },
    'app/api/me/route.ts': {
      ts: `import { torii } from '../../../torii';

export const GET = torii.withAuth((_request, { auth }) => Response.json({ userId: auth.userId }));
`,
      esm: `import { torii } from '../../../torii';

export const GET = torii.withAuth((_request, { auth }) => Response.json({ userId: auth.userId }));
`,
      commonjs: `import { torii } from '../../../torii';

export const GET = torii.withAuth((_request, { auth }) => Response.json({ userId: auth.userId }));
`,
    },
    'app/api/torii/token/route.ts': {
      ts: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
      esm: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
      commonjs: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
    },
    'app/layout.tsx': {
      ts: `import { Session } from '../session';

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Session>{children}</Session>
      </body>
    </html>
  );
}
`,
      esm: `import { Session } from '../session';

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>
        <Session>{children}</Session>
      </body>
    </html>
  );
}
`,
      commonjs: `import { Session } from '../session';

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>
        <Session>{children}</Session>
      </body>
    </html>
  );
}
`,
    },
    'app/page.tsx': {
      ts: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
      esm: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
      commonjs: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
    },
    'app/sign-in/page.tsx': {
      ts: `'use client';

import { useSignIn } from '@torii/next/client';
import { useSession } from '../../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
      esm: `'use client';

import { useSignIn } from '@torii/next/client';
import { useSession } from '../../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
      commonjs: `'use client';

import { useSignIn } from '@torii/next/client';
import { useSession } from '../../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
    },
    'proxy.ts': {
      ts: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
      esm: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
      commonjs: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
    },
    'session.tsx': {
      ts: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper, type ToriiSession } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session: ToriiSession = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }: { children: React.ReactNode }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
      esm: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
      commonjs: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
    },
    'test/me.test.ts': {
      ts: `import { type Emulator, startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
});

afterAll(() => emulator.stop());

async function get(headers: Record<string, string>): Promise<Response> {
  // Imported only after beforeAll: torii-options.ts reads the environment when it is imported.
  const { GET } = await import('../app/api/me/route');
  const request = new NextRequest('http://localhost:3000/api/me', { headers: { host: 'localhost:3000', ...headers } });
  return GET(request, { params: Promise.resolve({}) });
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await get({})).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  expect((await get({ authorization: \`Bearer \${token}\` })).status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await get({ authorization: \`Bearer \${token}\` });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
      esm: `import { startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
});

afterAll(() => emulator.stop());

async function get(headers) {
  // Imported only after beforeAll: torii-options.ts reads the environment when it is imported.
  const { GET } = await import('../app/api/me/route');
  const request = new NextRequest('http://localhost:3000/api/me', { headers: { host: 'localhost:3000', ...headers } });
  return GET(request, { params: Promise.resolve({}) });
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await get({})).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  expect((await get({ authorization: \`Bearer \${token}\` })).status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await get({ authorization: \`Bearer \${token}\` });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
      commonjs: `import { startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
});

afterAll(() => emulator.stop());

async function get(headers) {
  // Imported only after beforeAll: torii-options.ts reads the environment when it is imported.
  const { GET } = await import('../app/api/me/route');
  const request = new NextRequest('http://localhost:3000/api/me', { headers: { host: 'localhost:3000', ...headers } });
  return GET(request, { params: Promise.resolve({}) });
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await get({})).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  expect((await get({ authorization: \`Bearer \${token}\` })).status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await get({ authorization: \`Bearer \${token}\` });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
    },
    'torii-options.ts': {
      ts: `import type { ToriiNextOptions } from '@torii/next';

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
      esm: `export const options = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
      commonjs: `export const options = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
    },
    'torii.ts': {
      ts: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
      esm: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
      commonjs: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
    },
    'vitest.config.mts': {
      ts: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
      esm: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
      commonjs: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
    },
  },
  'next-pages': {
    'app/%5Ftorii/[...path]/route.ts': {
      ts: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
      esm: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
      commonjs: `import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
`,
    },
    'app/api/torii/token/route.ts': {
      ts: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
      esm: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
      commonjs: `import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
`,
    },
    'pages/_app.tsx': {
      ts: `import type { AppProps } from 'next/app';
import { Session } from '../session';

export default function App({ Component, pageProps }: AppProps) {
  return (
    <Session>
      <Component {...pageProps} />
    </Session>
  );
}
`,
      esm: `import { Session } from '../session';

export default function App({ Component, pageProps }) {
  return (
    <Session>
      <Component {...pageProps} />
    </Session>
  );
}
`,
      commonjs: `import { Session } from '../session';

export default function App({ Component, pageProps }) {
  return (
    <Session>
      <Component {...pageProps} />
    </Session>
  );
}
`,
    },
    'pages/account.tsx': {
      ts: `import type { GetServerSideProps } from 'next';
import { SignOut } from '../session';
import { torii } from '../torii';

export const getServerSideProps = (async ({ req, resolvedUrl }) => {
  const { auth, denial } = await torii.fromRequest(req);
  if (auth) return { props: { userId: auth.userId } };
  // Signing in again helps only if the status is 401.
  if (denial.status !== 401) throw new Error('The user cannot be verified. Try again later.');
  const destination = \`/sign-in?\${new URLSearchParams({ return_to: resolvedUrl })}\`;
  return { redirect: { destination, permanent: false } };
}) satisfies GetServerSideProps<{ userId: string }>;

export default function Account({ userId }: { userId: string }) {
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
      esm: `import { SignOut } from '../session';
import { torii } from '../torii';

export const getServerSideProps = async ({ req, resolvedUrl }) => {
  const { auth, denial } = await torii.fromRequest(req);
  if (auth) return { props: { userId: auth.userId } };
  // Signing in again helps only if the status is 401.
  if (denial.status !== 401) throw new Error('The user cannot be verified. Try again later.');
  const destination = \`/sign-in?\${new URLSearchParams({ return_to: resolvedUrl })}\`;
  return { redirect: { destination, permanent: false } };
};

export default function Account({ userId }) {
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
      commonjs: `import { SignOut } from '../session';
import { torii } from '../torii';

export const getServerSideProps = async ({ req, resolvedUrl }) => {
  const { auth, denial } = await torii.fromRequest(req);
  if (auth) return { props: { userId: auth.userId } };
  // Signing in again helps only if the status is 401.
  if (denial.status !== 401) throw new Error('The user cannot be verified. Try again later.');
  const destination = \`/sign-in?\${new URLSearchParams({ return_to: resolvedUrl })}\`;
  return { redirect: { destination, permanent: false } };
};

export default function Account({ userId }) {
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
`,
    },
    'pages/api/me.ts': {
      ts: `import type { NextApiRequest, NextApiResponse } from 'next';
import { torii } from '../../torii';

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial) return res.setHeaders(new Headers(denial.headers)).status(denial.status).json(denial.body);
  res.setHeader('Cache-Control', 'private, no-store').json({ userId: auth.userId });
}
`,
      esm: `import { torii } from '../../torii';

export default async function handler(req, res) {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial) return res.setHeaders(new Headers(denial.headers)).status(denial.status).json(denial.body);
  res.setHeader('Cache-Control', 'private, no-store').json({ userId: auth.userId });
}
`,
      commonjs: `import { torii } from '../../torii';

export default async function handler(req, res) {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial) return res.setHeaders(new Headers(denial.headers)).status(denial.status).json(denial.body);
  res.setHeader('Cache-Control', 'private, no-store').json({ userId: auth.userId });
}
`,
    },
    'pages/index.tsx': {
      ts: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
      esm: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
      commonjs: `import Link from 'next/link';

export default function Page() {
  return <Link href="/account">Your account</Link>;
}
`,
    },
    'pages/sign-in.tsx': {
      ts: `import { useSignIn } from '@torii/next/client';
import { useSession } from '../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
      esm: `import { useSignIn } from '@torii/next/client';
import { useSession } from '../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
      commonjs: `import { useSignIn } from '@torii/next/client';
import { useSession } from '../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
`,
    },
    'proxy.ts': {
      ts: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
      esm: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
      commonjs: `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\\\w/.~+@-]+$|_next/image/?$|images/[\\\\w/.@-]+\\\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\\\.svg$).*)',
  ],
};
`,
    },
    'session.tsx': {
      ts: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper, type ToriiSession } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session: ToriiSession = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }: { children: React.ReactNode }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
      esm: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
      commonjs: `'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
`,
    },
    'test/me.test.ts': {
      ts: `import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { NextApiRequest, NextApiResponse } from 'next';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;
let server: Server;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
  // Imported after the variables are set: torii-options.ts reads the environment when it is imported.
  const { default: handler } = await import('../pages/api/me');
  server = createServer((req, res) => handler(req as NextApiRequest, addNextMethods(res))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/api/me\`;
});

afterAll(async () => {
  server.close();
  await emulator.stop();
});

/** Adds the methods of Next's response that the route calls. */
function addNextMethods(res: ServerResponse): NextApiResponse {
  const response = res as NextApiResponse;
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.json = (body) => response.end(JSON.stringify(body));
  return response;
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await fetch(url)).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect(response.status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
      esm: `import { once } from 'node:events';
import { createServer } from 'node:http';
import { startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator;
let server;
let url;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
  // Imported after the variables are set: torii-options.ts reads the environment when it is imported.
  const { default: handler } = await import('../pages/api/me');
  server = createServer((req, res) => handler(req, addNextMethods(res))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/api/me\`;
});

afterAll(async () => {
  server.close();
  await emulator.stop();
});

/** Adds the methods of Next's response that the route calls. */
function addNextMethods(res) {
  const response = res;
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.json = (body) => response.end(JSON.stringify(body));
  return response;
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await fetch(url)).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect(response.status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
      commonjs: `import { once } from 'node:events';
import { createServer } from 'node:http';
import { startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator;
let server;
let url;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
  // Imported after the variables are set: torii-options.ts reads the environment when it is imported.
  const { default: handler } = await import('../pages/api/me');
  server = createServer((req, res) => handler(req, addNextMethods(res))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/api/me\`;
});

afterAll(async () => {
  server.close();
  await emulator.stop();
});

/** Adds the methods of Next's response that the route calls. */
function addNextMethods(res) {
  const response = res;
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.json = (body) => response.end(JSON.stringify(body));
  return response;
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await fetch(url)).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect(response.status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
`,
    },
    'torii-options.ts': {
      ts: `import type { ToriiNextOptions } from '@torii/next';

export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
      esm: `export const options = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
      commonjs: `export const options = {
  issuer: process.env.TORII_ISSUER,
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN],
  // The proxy lets everyone open these paths. Every other path needs a signed-in user.
  publicPaths: ['/'],
};
`,
    },
    'torii.ts': {
      ts: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
      esm: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
      commonjs: `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
`,
    },
    'vitest.config.mts': {
      ts: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
      esm: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
      commonjs: `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.{js,ts}'] },
});
`,
    },
  },
  'node': {
    'src/app.ts': {
      ts: `import type { IncomingMessage, ServerResponse } from 'node:http';
import { me } from './me.ts';

export async function app(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path] = (request.url ?? '').split('?', 1);
  switch (\`\${request.method} \${path}\`) {
    case 'GET /':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ hello: 'This route is public. GET /me needs a token.' }));
      break;

    case 'GET /me':
      await me(request, response);
      break;

    default:
      response.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: 'not_found' }));
  }
}
`,
      esm: `import { me } from './me.ts';

export async function app(request, response) {
  const [path] = (request.url ?? '').split('?', 1);
  switch (\`\${request.method} \${path}\`) {
    case 'GET /':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ hello: 'This route is public. GET /me needs a token.' }));
      break;

    case 'GET /me':
      await me(request, response);
      break;

    default:
      response.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: 'not_found' }));
  }
}
`,
      commonjs: `const { me } = require('./me.ts');

async function app(request, response) {
  const [path] = (request.url ?? '').split('?', 1);
  switch (\`\${request.method} \${path}\`) {
    case 'GET /':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ hello: 'This route is public. GET /me needs a token.' }));
      break;

    case 'GET /me':
      await me(request, response);
      break;

    default:
      response.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: 'not_found' }));
  }
}

module.exports = { app };
`,
    },
    'src/me.ts': {
      ts: `import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifier } from './torii.ts';

/** Answers with the id of the caller, and refuses requests without a valid access token. */
export async function me(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { auth, denial } = await verifier.check(request);
  const { status, headers, body } = denial ?? { status: 200, headers: {}, body: { userId: auth.userId } };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
`,
      esm: `import { verifier } from './torii.ts';

/** Answers with the id of the caller, and refuses requests without a valid access token. */
export async function me(request, response) {
  const { auth, denial } = await verifier.check(request);
  const { status, headers, body } = denial ?? { status: 200, headers: {}, body: { userId: auth.userId } };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
`,
      commonjs: `const { verifier } = require('./torii.ts');

/** Answers with the id of the caller, and refuses requests without a valid access token. */
async function me(request, response) {
  const { auth, denial } = await verifier.check(request);
  const { status, headers, body } = denial ?? { status: 200, headers: {}, body: { userId: auth.userId } };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

module.exports = { me };
`,
    },
    'src/server.ts': {
      ts: `import { createServer } from 'node:http';
import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

createServer((request, response) => {
  app(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}).listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      esm: `import { createServer } from 'node:http';
import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

createServer((request, response) => {
  app(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}).listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
      commonjs: `const { createServer } = require('node:http');
const { app } = require('./app.ts');

const port = Number(process.env.PORT ?? 3000);

createServer((request, response) => {
  app(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}).listen(port, () => console.log(\`The app listens on http://localhost:\${port}\`));
`,
    },
    'src/torii.ts': {
      ts: `import { existsSync } from 'node:fs';
import { createVerifier } from '@torii/core';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** \`verifier.check(request)\` returns the caller, or the response that refuses the request. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { createVerifier } from '@torii/core';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** \`verifier.check(request)\` returns the caller, or the response that refuses the request. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { createVerifier } = require('@torii/core');

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** \`verifier.check(request)\` returns the caller, or the response that refuses the request. */
const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });

module.exports = { verifier };
`,
    },
    'test/me.test.ts': {
      ts: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';

let emulator: Emulator;
let server: Server;
let url: string;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      esm: `import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startEmulator } from '@torii/emulator';

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
      commonjs: `const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { after, before, test } = require('node:test');
const { startEmulator } = require('@torii/emulator');

let emulator;
let server;
let url;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: \`Bearer \${token}\` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
`,
    },
  },
} as const satisfies Readonly<Record<string, Templates>>;
