// The option `exposeToken` of guards: the verified token for calls to other services, in each framework.
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { createVerifier, type Verifier } from '@torii/core';
import type { AuthWithToken } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import * as expressGuards from '@torii/express';
import * as fastifyGuards from '@torii/fastify';
import * as honoGuards from '@torii/hono';
import * as koaGuards from '@torii/koa';
import type express5 from 'express';
import express from 'express';
import express4 from 'express4';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa3 from 'koa';
import Koa2 from 'koa2';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { bearer, listen, send } from '../../scripts/http-exchange.ts';

failOnCrashes();

const issuer = await startEmulator();
const ada = await issuer.token({ userId: 'ada' });
const bob = await issuer.token({ userId: 'bob' });
afterAll(() => issuer.stop());

interface Asked {
  readonly verifier: Verifier;
  readonly kind: 'requireAuth' | 'optionalAuth';
  /** `undefined` for a guard without the option. */
  readonly exposeToken: boolean | undefined;
  /** Called by the handler. Its result is the response. */
  readonly handle: (auth: unknown, getToken: () => string) => unknown;
}

type CreateApp = (asked: Asked) => RequestListener;

const optionsOf = ({ exposeToken }: Asked) => (exposeToken === undefined ? {} : { exposeToken });

function expressGuard(asked: Asked): expressGuards.Guard {
  const { requireAuth, optionalAuth } = expressGuards;
  const guard = asked.kind === 'requireAuth' ? requireAuth : optionalAuth;
  return guard(asked.verifier, optionsOf(asked));
}

const expressApp =
  (create: typeof express5): CreateApp =>
  (asked) => {
    const { handle } = asked;
    const app = create();
    app.use(expressGuard(asked));
    return app.use((req, res) => void res.json(handle(req.auth, () => expressGuards.getToken(req))));
  };

const koaApp =
  (Koa: typeof Koa3): CreateApp =>
  (asked) => {
    const { verifier, kind, handle } = asked;
    const guard = kind === 'requireAuth' ? koaGuards.requireAuth : koaGuards.optionalAuth;
    const app = new Koa();
    app.use(guard(verifier, optionsOf(asked)));
    app.use((ctx) => {
      ctx.body = handle(ctx.state.auth, () => koaGuards.getToken(ctx));
    });
    return app.callback();
  };

const honoApp: CreateApp = (asked) => {
  const { verifier, kind, handle } = asked;
  const guard = kind === 'requireAuth' ? honoGuards.requireAuth : honoGuards.optionalAuth;
  const app = new Hono().use(guard(verifier, optionsOf(asked)));
  app.all('*', (c) => c.body(JSON.stringify(handle(c.get('auth' as never), () => honoGuards.getToken(c)))));
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
};

const fastifyApp: CreateApp = (asked) => {
  const { verifier, kind, handle } = asked;
  const guard = kind === 'requireAuth' ? fastifyGuards.requireAuth : fastifyGuards.optionalAuth;
  const app = fastify();
  // Fastify refuses a body without a type, such as the empty one of these POST requests.
  app.addContentTypeParser('*', async () => null);
  app.addHook('onRequest', guard(verifier, optionsOf(asked)));
  app.all('/*', async (request) => handle(request.auth, () => fastifyGuards.getToken(request)));
  return async (request, response) => {
    await app.ready();
    app.routing(request, response);
  };
};

const guardsInNode: CreateApp = (asked) => {
  const { handle } = asked;
  const guard = expressGuard(asked);
  return (request, response) => {
    const req = request as express5.Request;
    guard(req, response as express5.Response, () => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(handle(req.auth, () => expressGuards.getToken(req))));
    });
  };
};

const frameworks: Readonly<Record<string, CreateApp>> = {
  'Express 5': expressApp(express),
  // Casts, because the types of two major versions are incompatible. These tests use only what is the same in both.
  'Express 4': expressApp(express4 as unknown as typeof express5),
  'Koa 3': koaApp(Koa3),
  'Koa 2': koaApp(Koa2 as unknown as typeof Koa3),
  Fastify: fastifyApp,
  'Express guards in node:http': guardsInNode,
  Hono: honoApp,
};

describe.each(Object.entries(frameworks))('%s', (_name, create) => {
  const verifier = createVerifier({ issuer: issuer.issuer, cookie: 'session', origins: ['https://app.test'] });
  const serve = (asked: Omit<Asked, 'verifier' | 'kind'> & Partial<Asked>) =>
    listen(create({ verifier, kind: 'requireAuth', ...asked }));
  const both: Asked['handle'] = (auth, getToken) => ({
    property: (auth as AuthWithToken).token,
    function: getToken(),
    isSame: (auth as AuthWithToken).token === getToken(),
  });
  const caught: Asked['handle'] = (auth, getToken) => {
    try {
      return { token: getToken() };
    } catch (error) {
      const { name, option } = error as { name: string; option: string };
      return { name, option, property: Object(auth).token ?? null };
    }
  };

  test('gives the handler the token that the request carried', async () => {
    await using server = await serve({ exposeToken: true, handle: both });
    for (const token of [ada, bob, ada]) {
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text)]).toEqual([200, { property: token, function: token, isSame: true }]);
    }
  });

  test('[14] gives the token of a cookie that counts, and none of a cookie that does not', async () => {
    await using server = await serve({ kind: 'optionalAuth', exposeToken: true, handle: caught });
    const cookie = ['Cookie', `session=${ada}`] as const;
    expect(JSON.parse((await send(server, '/', { headers: [cookie] })).text)).toEqual({ token: ada });
    const foreign = { method: 'POST', headers: [cookie, ['Origin', 'https://evil.test'] as const] };
    const { text } = await send(server, '/', foreign);
    expect(JSON.parse(text)).toEqual({ name: 'ToriiConfigError', option: 'getToken', property: null });
    const both = await send(server, '/', { headers: [cookie, ...bearer(bob)] });
    expect(JSON.parse(both.text)).toEqual({ token: bob });
  });

  test('[13] never runs the handler for a token that is refused', async () => {
    const visits: unknown[] = [];
    const handle: Asked['handle'] = (auth) => visits.push(auth);
    await using server = await serve({ exposeToken: true, handle });
    for (const headers of [[], bearer('a.b.c'), bearer(`${ada}x`), [...bearer(ada), ...bearer(bob)]]) {
      const { status, text } = await send(server, '/', { headers });
      expect(status).toBe(401);
      expect(text).not.toContain('eyJ');
    }
    expect(visits).toEqual([]);
  });

  test('[11] shares the verifier with a guard that keeps the token to itself', async () => {
    await using asking = await serve({ exposeToken: true, handle: caught });
    for (const exposeToken of [undefined, false]) {
      await using keeping = await serve({ exposeToken, handle: caught });
      for (const server of [asking, keeping, asking, keeping]) {
        const { text } = await send(server, '/', { headers: bearer(ada) });
        const kept = { name: 'ToriiConfigError', option: 'exposeToken', property: null };
        expect(JSON.parse(text)).toEqual(server === asking ? { token: ada } : kept);
      }
    }
  });

  test('[16] keeps the token out of what a handler sends or logs of its caller', async () => {
    const handle: Asked['handle'] = (auth) => {
      const copy = { ...(auth as object) };
      const logged = inspect({ auth, copy }, { showHidden: true, getters: true, depth: 9 });
      return { auth, copy, clone: structuredClone(auth), logged };
    };
    await using server = await serve({ exposeToken: true, handle });
    const { status, text } = await send(server, '/', { headers: bearer(ada) });
    expect([status, JSON.parse(text).auth.userId]).toEqual([200, 'ada']);
    expect(text).not.toContain('eyJ');
  });

  test('passes the same caller on to a plain Node server', async () => {
    await using stock = await listen(async (request, response) => {
      const { auth, denial } = await createVerifier({ issuer: issuer.issuer }).check(request);
      response.writeHead(denial?.status ?? 200).end(JSON.stringify({ userId: auth?.userId ?? null }));
    });
    const calls: Promise<unknown>[] = [];
    const handle: Asked['handle'] = (_auth, getToken) => {
      const headers = { Authorization: `Bearer ${getToken()}` };
      calls.push(fetch(stock.origin, { headers }).then((answer) => answer.json()));
      return {};
    };
    await using server = await serve({ exposeToken: true, handle });
    for (const token of [ada, bob]) await send(server, '/', { headers: bearer(token) });
    expect(await Promise.all(calls)).toEqual([{ userId: 'ada' }, { userId: 'bob' }]);
  });
});
