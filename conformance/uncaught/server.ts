// A program with one server for each framework. `GET /7` throws the eighth error, and nothing in the app handles it.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import cors from '@koa/cors';
import express5 from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import koa3 from 'koa';
import koa2 from 'koa2';
import { thrown } from './errors.ts';

async function throwError(path: string): Promise<never> {
  throw await thrown[Number(path.slice(1))]?.error();
}

function createExpress(express: typeof express5): RequestListener {
  return express().use((req, _res, next) => {
    // Express 4 does not handle rejections.
    throwError(req.path).catch(next);
  });
}

function createKoa(Koa: typeof koa3, ...before: readonly koa3.Middleware[]): RequestListener {
  const app = new Koa();
  for (const middleware of before) app.use(middleware);
  return app.use((ctx) => throwError(ctx.path)).callback();
}

async function createFastify(): Promise<RequestListener> {
  const app = fastify({ logger: { stream: process.stderr } });
  app.get('/:index', (request) => throwError(request.url));
  await app.ready();
  return (request, response) => app.routing(request, response);
}

function createHono(): RequestListener {
  const app = new Hono().get('/:index', (context) => throwError(context.req.path));
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

const apps: Readonly<Record<string, RequestListener>> = {
  // Casts, because the types of two major versions are incompatible.
  'Express 4': createExpress(express4 as unknown as typeof express5),
  'Express 5': createExpress(express5),
  'Koa 2': createKoa(koa2 as unknown as typeof koa3),
  'Koa 3': createKoa(koa3),
  'Koa 3 with @koa/cors': createKoa(koa3, cors()),
  Fastify: await createFastify(),
  Hono: createHono(),
};

const ports: Record<string, number> = {};
for (const [name, app] of Object.entries(apps)) {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}
console.log(JSON.stringify(ports));
process.stdin.resume().on('end', () => process.exit(0));
