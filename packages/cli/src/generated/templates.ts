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

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/express';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/express');

// In development, the settings are in the file .env. Variables that are set already keep their values.
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/fastify';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/fastify');

// In development, the settings are in the file .env. Variables that are set already keep their values.
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await app.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await app.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await app.close();
  await emulator.stop();
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

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/hono';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/hono');

// In development, the settings are in the file .env. Variables that are set already keep their values.
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
  // The app reads the issuer when it is loaded.
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
  // The app reads the issuer when it is loaded.
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
  // The app reads the issuer when it is loaded.
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

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/koa';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { requireAuth } = require('@torii/koa');

// In development, the settings are in the file .env. Variables that are set already keep their values.
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Its method \`check\` gives the caller of a request, or the response with which to refuse it. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
`,
      esm: `import { existsSync } from 'node:fs';
import { createVerifier } from '@torii/core';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Its method \`check\` gives the caller of a request, or the response with which to refuse it. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
`,
      commonjs: `const { existsSync } = require('node:fs');
const { createVerifier } = require('@torii/core');

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Its method \`check\` gives the caller of a request, or the response with which to refuse it. */
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
  // The app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = \`http://127.0.0.1:\${server.address().port}/me\`;
});

after(async () => {
  server.close();
  await emulator.stop();
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
