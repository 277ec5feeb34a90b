import { type Auth, type Check, type Claims, ToriiConfigError } from '@torii/core';
import { describeValue, requireChecks } from '@torii/core/internal';
import type { NextRequest } from 'next/server.js';
import { guardResponse, markPrivate, requireResponse } from './answer.ts';
import { guardsFor } from './guards.ts';
import type { Settings } from './settings.ts';
import { describe, requireHeaders, urlOf, withoutHost } from './shown-request.ts';

/** The parameters of a dynamic route by name, as Next passes them. */
export type Params = Record<string, string | string[] | undefined>;

/** The second argument that Next passes to a route handler. */
export interface RouteContext<P extends object = Params> {
  readonly params: Promise<P>;
}

/** The second argument of a handler that is wrapped in `withAuth`. */
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

const guards = guardsFor((request) => withoutHost(describe(request)));
const guardsWithHost = guardsFor(describe);

export function createWithAuth<Custom extends object>({ verifier, hints }: Settings) {
  const identify = guards.requireAuth(verifier);
  return <P extends object = Params>(
    handler: AuthHandler<Custom, P>,
    ...checks: readonly Check<Custom>[]
  ): RouteHandler<P> => {
    if (typeof handler !== 'function') {
      throw new ToriiConfigError(
        'withAuth',
        `The first argument of \`withAuth\` must be a function. Found: ${describeValue(handler)}. Write withAuth((request, { auth }) => Response.json(auth.userId)).`,
      );
    }
    const [first, ...others] = checks.length > 0 ? requireChecks<Custom>(checks, 'withAuth') : [];
    const check = first === undefined ? undefined : guardsWithHost.allow(first, ...others);
    return (request, context) => guardResponse(run(request, context));

    async function run(request: NextRequest, context: RouteContext<P>): Promise<Response> {
      requireHeaders(request?.headers, 'withAuth');
      hints?.seen(request);
      hints?.guarded(urlOf(request).pathname);
      const call = { request };
      const refusal = (await identify(call)) ?? (await check?.(call));
      if (refusal !== undefined) return refusal;
      const returned: unknown = await handler(request, { ...context, auth: guards.getAuth<Custom>(call) });
      return markPrivate(requireResponse(returned, 'withAuth'));
    }
  };
}
