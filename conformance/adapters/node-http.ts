import { authorize, denialFor, type RequestParts } from '@torii/core';
import {
  answerError,
  type CreateApp,
  failAsApp,
  guardedRoutes,
  isAdmin,
  optionalPaths,
  type Subject,
} from './subject.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Core without a framework adapter, in a plain Node server. */
export const createNodeHttpApp: CreateApp = (subject) => async (request, response) => {
  const { status, headers, body } = await answer(request, subject).catch((error): Answer => answerError(error));
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** Core's answer to a request of any framework. */
export async function answer(request: RequestParts, { verifier, visit }: Subject): Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const optional = path === optionalPaths.open || path === optionalPaths.guarded;
  const { auth, denial } = await verifier.check(request, { optional });
  if (denial) return denial;

  const check = path === optionalPaths.guarded ? isAdmin : guardedRoutes[path];
  if (check !== undefined) {
    try {
      await authorize(auth, request, [check]);
    } catch (error) {
      const refusal = denialFor(error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }
  if (path === '/throws') failAsApp();
  const handler = check ? path : nameOf(path);
  visit(handler);
  return { status: 200, body: { handler, userId: auth?.userId ?? null } };
}

function nameOf(path: string): string {
  if (path === optionalPaths.open) return 'optional';
  return path === '/health' || path.startsWith('/docs/') ? 'public' : 'rest';
}
