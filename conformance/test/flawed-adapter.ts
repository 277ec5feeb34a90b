// An adapter for connect, and an app with it, that can have one of the mistakes that adapters have had.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import * as core from '@torii/core';
import { type Answer, createGuards, type GuardedAuth, routedPath } from '@torii/core/adapter';
import connect from 'connect';
import type { CreateApp } from '../src/app-server.ts';
import { createRoutes } from '../src/routes.ts';

interface Request extends IncomingMessage {
  originalUrl?: string | undefined;
  auth?: GuardedAuth | null;
  handler?: string;
}
type Middleware = (req: Request, res: ServerResponse, next: (error?: unknown) => void) => void;

/** The mistakes, each with a case that must find it. */
export const flaws = {
  'describes the path as it was sent, also after a rewrite':
    'a public path that middleware rewrites to one that is not public',
  'describes the rewritten path, although the route was chosen before':
    'a path that middleware rewrites to a public one',
  'replaces Vary': 'headers of other middleware on a refusal',
  'removes the headers of other middleware': 'headers of other middleware on a refusal',
  'removes the headers of other middleware from the refusals of checks':
    'headers of other middleware on the refusal of a check',
  'removes the headers of other middleware from refusals of HEAD': 'headers of other middleware on a refusal of HEAD',
  'removes the headers of other middleware from every response':
    'headers of other middleware on the response of a handler',
  'does not guard PUT': 'PUT without a token',
  'does not guard PATCH': 'PATCH without a token',
  'does not guard DELETE': 'DELETE without a token',
  'does not guard PURGE': 'PURGE without a token, a method that frameworks seldom know',
  'says that DELETE is GET': 'DELETE with a cookie from another site',
  'takes the method from X-HTTP-Method-Override': 'a preflight only in X-HTTP-Method-Override',
  'takes the path from X-Original-URL': 'a public path in the header X-Original-URL',
  'takes the path from X-Rewrite-URL': 'a public path in the header X-Rewrite-URL',
  'takes the path from X-Forwarded-Uri': 'a public path in the header X-Forwarded-Uri',
  'adds the path in X-Forwarded-Prefix': 'a public path in the header X-Forwarded-Prefix',
  'replaces the error of a check': 'a check that throws an Error',
  'replaces the error of a handler': 'a handler that throws a ToriiAuthError',
  'replaces a word that was thrown': 'a check that throws a string',
  'tolerates 60 seconds': 'a token that expired 31 seconds ago',
} as const;

export type Flaw = keyof typeof flaws | 'runs no middleware that rewrites paths' | 'does not guard /health';

const { optional, isAdmin, checks, throwAsApp, answerError, rewrites, headers } = createRoutes(core);

export function createFlawedApp(flaw: Flaw | ''): CreateApp<core.Verifier, RequestListener> {
  const has = (name: Flaw) => flaw === name;

  const { requireAuth, optionalAuth, allow } = createGuards<Request, Middleware>({
    place: 'req.auth',
    describe: (req) => ({ method: methodOf(req), path: pathOf(req), headers: req.headers, req }),
    read: (req) => req.auth,
    write(req, auth) {
      req.auth = auth;
    },
    toMiddleware: (guard) => (req, res, next) => {
      if ([req.method, req.url].some((each) => flaw === `does not guard ${each}`)) return next();
      void guard<void>(req, {
        pass: () => next(),
        answer: (answer) => send(req, res, answer),
        fail: (error) => next(has('replaces the error of a check') ? new Error('replaced') : withoutWord(error)),
        response: res,
      });
    },
  });

  function methodOf({ method, headers }: Request): string | undefined {
    if (has('says that DELETE is GET') && method === 'DELETE') return 'GET';
    const overriding = headers['x-http-method-override'];
    return has('takes the method from X-HTTP-Method-Override') && overriding ? String(overriding) : method;
  }

  function pathOf({ url, originalUrl, headers }: Request): string | undefined {
    if (has('describes the path as it was sent, also after a rewrite')) return originalUrl;
    if (has('describes the rewritten path, although the route was chosen before')) return url;
    const prefix = headers['x-forwarded-prefix'];
    if (has('adds the path in X-Forwarded-Prefix') && prefix) return `${prefix}${url}`;
    const [, name = ''] = /^takes the path from (\S+)$/.exec(flaw) ?? [];
    return headers[name.toLowerCase()]?.toString() ?? routedPath(originalUrl, url);
  }

  function withoutWord(error: object): object {
    return has('replaces a word that was thrown') && 'cause' in error ? new Error(String(error.cause)) : error;
  }

  function send(req: Request, res: ServerResponse, answer: Answer): void {
    const { Vary = '', ...others } = answer.headers;
    const isLost =
      has('removes the headers of other middleware') ||
      (has('removes the headers of other middleware from the refusals of checks') && answer.status === 403) ||
      (has('removes the headers of other middleware from refusals of HEAD') && req.method === 'HEAD');
    if (isLost) for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.setHeader('Content-Type', 'application/json').setHeaders(new Map(Object.entries(others)));
    if (has('replaces Vary')) res.setHeader('Vary', Vary);
    else res.appendHeader('Vary', Vary);
    res.writeHead(answer.status).end(JSON.stringify(answer.body));
  }

  return ({ verifier, visit }) => {
    const handle = (name: string) => (req: Request, res: ServerResponse) => {
      const handler = req.handler ?? name;
      visit(handler);
      write(res, 200, { handler, userId: req.auth?.userId ?? null });
    };

    const app = connect();
    app.use((req: Request, res: ServerResponse, next: () => void) => {
      if (!has('removes the headers of other middleware from every response'))
        res.setHeaders(new Map(Object.entries(headers)));
      const rewritten = rewrites[req.url ?? ''];
      if (rewritten === undefined || has('runs no middleware that rewrites paths')) return next();
      if (has('describes the rewritten path, although the route was chosen before'))
        req.handler = req.url?.startsWith('/docs/') ? 'public' : 'rest';
      visit('rewrite');
      req.url = rewritten;
      next();
    });
    for (const guard of [optionalAuth(verifier), allow(isAdmin), handle(optional.guarded)])
      app.use(optional.guarded, guard);
    for (const guard of [optionalAuth(verifier), handle('optional')]) app.use(optional.open, guard);
    app.use(requireAuth(verifier));
    app.use('/health', handle('public'));
    app.use('/docs', handle('public'));
    for (const [path, check] of Object.entries(checks)) {
      app.use(path, allow(check));
      app.use(path, handle(path));
    }
    app.use('/throws', () => {
      if (has('replaces the error of a handler')) throw new Error('replaced');
      throwAsApp();
    });
    app.use(handle('rest'));
    app.use((error: unknown, _req: Request, res: ServerResponse, _next: unknown) => {
      const { status, body } = answerError(error);
      write(res, status, body);
    });
    return app;
  };
}

function write(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
