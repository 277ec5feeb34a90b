// [21] Express and Koa's router may read a path differently from authz. No caller may reach a handler without the
// permission for the company and the resource that the router found.
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { requireAuth as requireAuthInExpress } from '@torii/express';
import { requireAuth as requireAuthInKoa } from '@torii/koa';
import express from 'express';
import Koa, { type Middleware } from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthz } from '../src/index.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());

const authz = createAuthz({
  tenant: { slug: '/api/:company/*', withoutSlug: ['/api/me'] },
  base: '/api/*',
  permissions: {
    permissions: {
      clerk: ['invoices:get', '%r{invoices/\\d+}:get', 'me:get'],
      admin: ['admin/*:*'],
      everything: ['/*:*', '/:*'],
    },
  },
});
const verifier = createVerifier({ issuer: torii.issuer, checks: authz.checks });

const routes = ['/api/:company/invoices', '/api/:company/invoices/:id', '/api/:company/admin/:what', '/api/me'];

function expressApp(): RequestListener {
  const app = express();
  app.use(requireAuthInExpress(verifier));
  for (const route of routes) app.get(route, (req, res) => void res.json({ route, params: req.params }));
  return app;
}

function koaApp(): RequestListener {
  const router = new Router();
  for (const route of routes) {
    router.get(route, (ctx) => {
      ctx.body = { route, params: ctx['params'] };
    });
  }
  return new Koa()
    .use(requireAuthInKoa(verifier))
    .use(router.routes() as Middleware)
    .callback();
}

/** Spellings of a path that routers might read in different ways. */
const corpus = [
  ...['/api/north/invoices', '/api/north/invoices/', '/api/north/invoices/17', '/api/north/invoices/17/', '/api/me'],
  ...['/api/north/admin/x', '/api/west/invoices', '/api/west/admin/x', '/api/north', '/api/north/', '/api', '/'],
  ...['//api/north/invoices', '/api//north/invoices', '/api/north//invoices', '/api/north/invoices//', '//a'],
  ...['/./api/north/invoices', '/api/./north/invoices', '/api/north/./admin/x', '/api/north/invoices/.', '/./a'],
  ...['/api/north/../west/invoices', '/api/west/../north/invoices', '/api/north/invoices/../admin/x', '/a/../b'],
  ...['/api/north/%2e%2e/west/invoices', '/api/north/invoices/%2e%2e/admin/x', '/api/north/invoices/.%2e'],
  ...['/api/north%2finvoices', '/api/north/invoices%2f17', '/api/north/admin%2fx', '/api/north%2F..%2Fwest/invoices'],
  ...['/api/north%5cinvoices', '/api/north\\invoices', '/api\\north\\admin\\x', '/api/north/invoices\\..\\admin\\x'],
  ...['/api/north/invoices%00', '/api/north/admin/%00', '/api/north/invoices;x=1', '/api/north;x=1/invoices'],
  ...['/API/north/invoices', '/api/NORTH/invoices', '/api/north/INVOICES', '/api/north/Admin/x', '/API/ME', '/api/me/'],
  ...['/api/north/%61dmin/x', '/api/%6eorth/invoices', '/api/north/%2561dmin/x', '/api/north/invoices/%31%37'],
  ...['/api/north/%ff', '/api/north/admin/%ff', '/api/north/%zz', '/api/north/invoices/%', '/api/north/%c0%af'],
  ...[
    '/api/north/invoices/abc',
    '/api/north/invoices/17/x',
    '/api/north/adminx/x',
    '/api/north/admin',
    '/api/north/admin/',
  ],
  ...['/api/me/invoices', '/api/north/me', '/api/north/invoices/%C3%A6', '/api/n%C3%B8rth/invoices', '/api/*/invoices'],
  ...['/api/north/invoices?x=/../admin', '/api/north/invoices%3fx', '/api/north/invoices%23x', '/api/north/+/x'],
];

const people = {
  clerk: { roles: ['clerk'], pathname_slugs: ['north'] },
  admin: { roles: ['admin'], pathname_slugs: ['north'] },
  'everything in the west': { roles: ['everything'], pathname_slugs: ['west'] },
  nobody: { roles: [], pathname_slugs: [] },
} as const;
type Person = keyof typeof people;

/** Whether a person may reach a handler, judged by the route and the parameters that the router found. */
function mayReach(person: Person, route: string, params: Readonly<Record<string, string>>): boolean {
  if (person === 'nobody') return false;
  const ownCompany = person === 'everything in the west' ? 'west' : 'north';
  if (route === '/api/me') return person !== 'admin';
  if (params['company'] !== ownCompany) return false;
  if (person === 'everything in the west') return true;
  if (person === 'admin') return route.includes('/admin/');
  return route.endsWith('/invoices') || (route.endsWith('/:id') && /^\d+$/.test(params['id'] ?? ''));
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

describe.each([
  ['Express', expressApp],
  ["Koa's router", koaApp],
])('[21] %s', (_name, appOf) => {
  let server: Server;
  const tokens = new Map<Person, string>();
  beforeAll(async () => {
    server = createServer(appOf());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const person of Object.keys(people) as Person[]) {
      tokens.set(person, await torii.token({ userId: person, claims: { ...people[person] } }));
    }
  });
  afterAll(() => void server.close().closeAllConnections());

  const send = (path: string, person: Person): Promise<Answer> => {
    const { port } = server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${tokens.get(person)}` };
    return new Promise((resolve, reject) => {
      httpRequest({ hostname: '127.0.0.1', port, path, headers, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode, text });
      })
        .on('error', reject)
        .end();
    });
  };

  test.each(corpus)('no caller reaches a forbidden handler through %s', async (path) => {
    for (const person of Object.keys(people) as Person[]) {
      const { status, text } = await send(path, person);
      if (status === 200) {
        const { route, params } = JSON.parse(text) as { route: string; params: Record<string, string> };
        expect(mayReach(person, route, params), `${person} reached ${route} ${JSON.stringify(params)}`).toBe(true);
      } else expect([400, 403, 404]).toContain(status);
    }
  });

  test.each<[string, Person, number]>([
    ['/api/north/invoices', 'clerk', 200],
    ['/api/north/invoices/', 'clerk', 200],
    ['/api/north/invoices/17', 'clerk', 200],
    ['/api/north/invoices/17/', 'clerk', 200],
    ['/api/me', 'clerk', 200],
    ['/api/north/admin/x', 'admin', 200],
    ['/api/west/invoices', 'everything in the west', 200],
    ['/api/west/admin/%C3%A6', 'everything in the west', 200],
    ['/api/west/nowhere', 'everything in the west', 404],
    ['/api/north/invoices/abc', 'clerk', 403],
    ['/api/north/INVOICES', 'clerk', 403],
    ['/API/north/invoices', 'clerk', 403],
    ['/api/me/', 'clerk', 403],
    ['/api/north//invoices', 'clerk', 400],
    ['/api/north/%69nvoices', 'clerk', 400],
    ['/api/north/invoices/..', 'clerk', 400],
    ['/api/north/invoices/%2561', 'clerk', 400],
    ['/api/north/invoices/%ff', 'clerk', 400],
  ])('answers %s for the role "%s" with %i', async (path, person, status) => {
    expect((await send(path, person)).status).toBe(status);
  });
});
