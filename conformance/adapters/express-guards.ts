import type { IncomingMessage, ServerResponse } from 'node:http';
import { allow, optionalAuth, requireAuth } from '@torii/express';
import type { Request, Response } from 'express';
import {
  answerError,
  type CreateApp,
  failAsApp,
  guardedRoutes,
  headers,
  isAdmin,
  optionalPaths,
  rewrites,
} from './subject.ts';

type Guard = ReturnType<typeof requireAuth>;

/** The guards of @torii/express in a plain Node server: without `req.app`, and without the methods of Express. */
export const createExpressGuardsApp: CreateApp = ({ verifier, visit }) => {
  const [identify, tryToIdentify] = [requireAuth(verifier), optionalAuth(verifier)];
  const checks = new Map<string, Guard>(Object.entries(guardedRoutes).map(([path, check]) => [path, allow(check)]));
  checks.set(optionalPaths.guarded, allow(isAdmin));

  return (request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
    const rewritten = rewrites[request.url ?? ''];
    if (rewritten !== undefined) {
      visit('rewrite');
      request.url = rewritten;
    }
    const [path = ''] = (request.url ?? '').split('?', 1);
    const isOptional = path === optionalPaths.open || path === optionalPaths.guarded;
    const check = checks.get(path);
    const guards = [isOptional ? tryToIdentify : identify, ...(check === undefined ? [] : [check])];
    run(guards, request, response, (error) => {
      if (error !== undefined) {
        const { status, body } = answerError(error);
        return answer(response, status, body);
      }
      const handler = nameOf(path, check !== undefined);
      visit(handler);
      answer(response, 200, { handler, userId: (request as Request).auth?.userId ?? null });
    });
  };
};

function run(
  [guard, ...later]: readonly Guard[],
  request: IncomingMessage,
  response: ServerResponse,
  done: (error?: unknown) => void,
): void {
  if (guard === undefined) {
    done(request.url?.startsWith('/throws') ? thrownBy(failAsApp) : undefined);
    return;
  }
  const next = (error?: unknown) => (error === undefined ? run(later, request, response, done) : done(error));
  guard(request as Request, response as Response, next);
}

function thrownBy(work: () => never): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function nameOf(path: string, isChecked: boolean): string {
  if (isChecked) return path;
  if (path === optionalPaths.open) return 'optional';
  return path === '/health' || path.startsWith('/docs/') ? 'public' : 'rest';
}
