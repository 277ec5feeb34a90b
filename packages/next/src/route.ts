import { type Auth, authorize, type Check, type Claims, type RequestParts, ToriiConfigError } from '@torii/core';
import { requireChecks } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { answerError, markPrivate } from './answer.ts';
import type { Settings } from './options.ts';

/** A route's parameters by name, as Next hands them out. */
export type Params = Record<string, string | string[] | undefined>;

/** What Next gives a route handler beside the request. */
export interface RouteContext<P extends object = Params> {
  readonly params: Promise<P>;
}

/** What a handler behind `withAuth` gets beside the request. */
export interface AuthContext<Custom extends object = Claims, P extends object = Params> extends RouteContext<P> {
  readonly auth: Auth<Custom>;
}

export type AuthHandler<Custom extends object = Claims, P extends object = Params> = (
  request: NextRequest,
  context: AuthContext<Custom, P>,
) => Response | Promise<Response>;

export type RouteHandler<P extends object = Params> = (
  request: NextRequest,
  context: RouteContext<P>,
) => Promise<Response>;

/** Makes `withAuth`. */
export function guardRoutes<Custom extends object>({ guard }: Settings) {
  return <P extends object = Params>(
    handler: AuthHandler<Custom, P>,
    ...checks: readonly Check<Custom>[]
  ): RouteHandler<P> => {
    if (typeof handler !== 'function') {
      throw new ToriiConfigError(
        'withAuth',
        '`withAuth` takes a handler: withAuth((request, { auth }) => Response.json(auth.userId)).',
      );
    }
    if (checks.length > 0) requireChecks(checks, 'withAuth');
    return async (request, context) => {
      let auth: Auth<Custom>;
      try {
        const parts = describe(request);
        auth = (await guard.authenticate(parts)) as Auth<Custom>;
        if (checks.length > 0) await authorize(auth, parts, checks);
      } catch (error) {
        return answerError(error);
      }
      // Outside the try: what the handler throws is not ours to answer.
      return markPrivate(await handler(request, { ...context, auth }));
    };
  };
}

/** A request as core sees it. The host is the one that was sent: that of the URL is what Next believes its own to be. */
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  const { pathname } = 'nextUrl' in request ? request.nextUrl : new URL(request.url);
  return { method, path: pathname, host: headers.get('host') ?? undefined, headers };
}
