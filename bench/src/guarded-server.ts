// A server in a separate process, so that its CPU time does not include that of the client:
//   node guarded-server.ts FRAMEWORK GUARD ISSUER PEM
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier } from '@torii/core';
import { requireAuth } from '@torii/express';
import { requireAuth as requireKoaAuth } from '@torii/koa';
import express from 'express';
import { expressjwt } from 'express-jwt';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jwksRsa from 'jwks-rsa';
import Koa from 'koa';
import koaJwt from 'koa-jwt';
import type { Framework, Guard } from './served.ts';

type Identify = (req: IncomingMessage) => Promise<string> | string;
type Handler = (req: IncomingMessage, res: ServerResponse) => void;

const [framework, guard, issuer = '', pem = ''] = process.argv.slice(2) as [Framework, Guard, string, string];
const jwksUri = `${issuer}/_torii/.well-known/jwks.json`;
const nobody = 'nobody';

const handlers: Record<Framework, () => Handler> = {
  'node:http': bareHandler,
  Express: expressHandler,
  Koa: koaHandler,
};
const server = createServer(handlers[framework]());
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());

function bareHandler(): Handler {
  if (guard === 'torii') {
    const torii = createVerifier({ issuer });
    return async (req, res) => {
      const { auth, denial } = await torii.check(req);
      if (denial) res.writeHead(denial.status, denial.headers).end(JSON.stringify(denial.body));
      else sendJson(res, { userId: auth.userId });
    };
  }
  const identify = identifier();
  return async (req, res) => {
    try {
      // Without a guard, nothing is awaited: an `await` would slow down the bare server, with which the others are
      // compared.
      sendJson(res, { userId: guard === 'bare' ? nobody : await identify(req) });
    } catch {
      res.writeHead(401).end();
    }
  };
}

function expressHandler(): Handler {
  const app = express();
  if (guard === 'torii') app.use(requireAuth({ issuer }));
  else if (guard === 'middleware')
    app.use(
      expressjwt({
        secret: jwksRsa.expressJwtSecret({ jwksUri, cache: true }) as never,
        algorithms: ['ES256'],
        issuer,
      }),
    );
  else if (guard !== 'bare') {
    const identify = identifier();
    app.use(async (req, res, next) => {
      try {
        res.locals['userId'] = await identify(req);
      } catch {
        return void res.status(401).end();
      }
      next();
    });
  }
  app.get('/', (req, res) => {
    const own: { userId?: string; sub?: string } | null | undefined = req.auth;
    res.json({ userId: own?.userId ?? own?.sub ?? res.locals['userId'] ?? nobody });
  });
  app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(401).end();
  });
  return app;
}

function koaHandler(): Handler {
  const app = new Koa();
  if (guard === 'torii') app.use(requireKoaAuth({ issuer }));
  else if (guard === 'middleware')
    app.use(
      koaJwt({
        secret: jwksRsa.koaJwtSecret({ jwksUri, cache: true }) as never,
        algorithms: ['ES256'],
        issuer,
      } as koaJwt.Options),
    );
  else if (guard !== 'bare') {
    const identify = identifier();
    app.use(async (ctx, next) => {
      try {
        ctx.state['userId'] = await identify(ctx.req);
      } catch {
        ctx.status = 401;
        return;
      }
      return next();
    });
  }
  app.use((ctx) => {
    const { auth, user, userId } = ctx.state as { auth?: { userId: string }; user?: { sub: string }; userId?: string };
    ctx.body = { userId: auth?.userId ?? user?.sub ?? userId ?? nobody };
  });
  return app.callback();
}

/** Typical hand-written code around a verifier. */
function identifier(): Identify {
  if (guard === 'jose') {
    const keySet = createRemoteJWKSet(new URL(jwksUri));
    return async (req) => {
      const { payload } = await jwtVerify(tokenOf(req), keySet, { issuer, algorithms: ['ES256'] });
      return String(payload.sub);
    };
  }
  const verify = createFastJwt({ key: pem, algorithms: ['ES256'], allowedIss: issuer, cache: true });
  return (req) => String(verify(tokenOf(req)).sub);
}

function tokenOf(req: IncomingMessage): string {
  const [, token] = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new Error('No token was sent.');
  return token;
}

function sendJson(res: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
