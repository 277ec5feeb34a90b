import { type Auth, authorize, type Check, type Claims, ToriiConfigError } from '@torii/core';
import { requireChecks } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { answerError, markPrivate } from './answer.ts';
import type { Settings } from './options.ts';
import { describe, requireShown, withoutHost } from './shown-request.ts';

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
      requireShown(request.headers);
      let auth: Auth<Custom>;
      try {
        const parts = describe(request);
        auth = (await guard.authenticate(withoutHost(parts))) as Auth<Custom>;
        if (checks.length > 0) await authorize(auth, parts, checks);
      } catch (error) {
        return answerError(error);
      }
      // Outside the try: what the handler throws is not ours to answer.
      return markPrivate(await handler(request, { ...context, auth }));
    };
  };
}
