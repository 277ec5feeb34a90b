import { type Auth, type Check, type Claims, ToriiConfigError } from '@torii/core';
import { requireChecks } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { markPrivate } from './answer.ts';
import { guardsFor } from './guards.ts';
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

// Checks look at the host that was sent. Whose page sent a cookie is decided without it.
const { requireAuth, getAuth } = guardsFor((request) => withoutHost(describe(request)));
const { allow } = guardsFor(describe);

/** Makes `withAuth`. */
export function guardRoutes<Custom extends object>({ guard }: Settings) {
  const identify = requireAuth(guard);
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
    const [first, ...others] = checks.length > 0 ? requireChecks<Custom>(checks, 'withAuth') : [];
    const check = first === undefined ? undefined : allow(first, ...others);
    return async (request, context) => {
      requireShown(request.headers);
      const refusal = (await identify(request)) ?? (await check?.(request));
      if (refusal !== undefined) return refusal;
      return markPrivate(await handler(request, { ...context, auth: getAuth<Custom>(request) }));
    };
  };
}
