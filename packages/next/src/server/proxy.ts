import {
  type Auth,
  type Claims,
  type Denial,
  type RequestParts,
  ToriiAuthError,
  ToriiConfigError,
  type ToriiError,
  ToriiUnavailableError,
} from '@torii/core';
import { type Answer, describeValue } from '@torii/core/adapter';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { writeReason } from '../digest.ts';
import { signInAddress } from '../return-address.ts';
import { guardResponse, markPrivate, requireResponse } from './answer.ts';
import { type GuardedCall, guardsFor } from './guards.ts';
import type { Settings } from './options.ts';
import { renewalInProxy } from './renewal/renew-in-proxy.ts';
import { describe, withoutHost } from './shown-request.ts';

/**
 * The app's own code in the proxy function. It is called for each request that `torii.proxy` lets through. `auth` is
 * `null` if the request needed no token. Return a response to send it, or nothing to let the request continue.
 */
export type ProxyHandler<Custom extends object = Claims> = (
  request: NextRequest,
  context: { readonly auth: Auth<Custom> | null; readonly event: NextFetchEvent },
) => Response | null | undefined | Promise<Response | null | undefined>;

export type ProxyFunction = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;

const guards = guardsFor((request) => withoutHost(decodeStaticPath(describe(request))));

export function createProxy<Custom extends object>(settings: Settings) {
  const identify = guards.requireAuth(settings.proxyVerifier, {
    onError: (denial, error, { request }) =>
      isServerAction(request) ? refuseServerAction(denial) : refusePageLoad(request, error, settings),
  });
  const renew = settings.renewInProxy ? renewalInProxy(settings) : undefined;
  return (handler?: ProxyHandler<Custom>): ProxyFunction => {
    if (handler !== undefined && typeof handler !== 'function') {
      throw new ToriiConfigError(
        'proxy',
        `The argument of \`proxy\` must be a function. Found: ${describeValue(handler)}. Write proxy((request, { auth }) => NextResponse.next()), or proxy().`,
      );
    }
    return (request, event) => guardResponse(run(request, event, handler));
  };

  async function run(
    request: NextRequest,
    event: NextFetchEvent,
    handler: ProxyHandler<Custom> | undefined,
  ): Promise<Response> {
    settings.hints?.seen(request);
    settings.hints?.proxyRan(request);
    const complete = await renew?.(request);
    const response = await respond(request, event, handler);
    return complete?.(response) ?? response;
  }

  async function respond(
    request: NextRequest,
    event: NextFetchEvent,
    handler: ProxyHandler<Custom> | undefined,
  ): Promise<Response> {
    const call: GuardedCall = { request };
    const refusal = await identify(call);
    if (refusal !== undefined) return refusal;
    const auth = (call.auth ?? null) as Auth<Custom> | null;
    const returned: unknown = await handler?.(request, { auth, event });
    const response = requireResponse(returned ?? NextResponse.next(), 'proxy');
    // Tell shared caches not to store a response for a signed-in user: Next allows them to store static pages.
    return auth === null ? response : markPrivate(response);
  }
}

// Decodes characters such as `@` that Next needlessly percent-encodes in the URLs of static files: core never treats a
// path with needless percent-encoding as public.
function decodeStaticPath(parts: RequestParts): RequestParts {
  if (!parts.path?.startsWith('/_next/static/')) return parts;
  return { ...parts, path: parts.path.replace(/%(?:24|26|2B|2C|3A|3D|40)/gi, decodeURIComponent) };
}

// Next's browser code sends this header with POST only.
function isServerAction({ method, headers }: NextRequest): boolean {
  return method === 'POST' && headers.has('next-action');
}

// Next's browser code throws an error with this text as its message, if the type is exactly `text/plain`.
// `getErrorReason` reads it.
function refuseServerAction({ status, headers, body }: Denial): Answer {
  return { status, headers: { ...headers, 'Content-Type': 'text/plain' }, body: writeReason(body.error.reason) };
}

function refusePageLoad(
  request: NextRequest,
  error: ToriiError,
  { signInPath, origins }: Settings,
): Answer | undefined {
  if (!isNavigation(request)) return undefined;
  if (error instanceof ToriiAuthError) {
    // A plain `Request`, as in a unit test, has no `nextUrl`.
    const { href, basePath } = request.nextUrl ?? { href: request.url, basePath: '' };
    const { pathname, search } = new URL(href);
    const address = basePath + signInAddress(signInPath, pathname + search);
    // Do not redirect to the host of `request.url`: behind a reverse proxy, it may be one that browsers cannot reach.
    const target = new URL(address, originOf(request, origins));
    // After a form, 303 makes the browser load the sign-in page with GET. 307 would send the form to it.
    return { status: request.method === 'POST' ? 303 : 307, headers: { Location: target.href }, body: null };
  }
  // The issuer's keys are unavailable, so signing in again would not help. Respond with an error page, not with the
  // app's page: the proxy may be the only guard of that page.
  if (error instanceof ToriiUnavailableError) {
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Retry-After': String(error.retryAfterSeconds) };
    return { status: 503, headers, body: unavailablePage };
  }
  return undefined;
}

/**
 * Returns the app's origin for a redirect: the one that the Host header matches, or else the first. A Host header that
 * matches none of `origins` is ignored (open redirect).
 */
function originOf({ headers }: NextRequest, origins: readonly string[]): string | undefined {
  const host = headers.get('host');
  return origins.find((origin) => new URL(origin).host === host) ?? origins[0];
}

// Whether the browser shows the response as a page: after a link, a typed address, or a form that a page sends without
// JavaScript.
function isNavigation({ method, headers }: NextRequest): boolean {
  if (method === 'POST') {
    if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)(?:;|$)/i.test(headers.get('content-type') ?? ''))
      return false;
  } else if (method !== 'GET' && method !== 'HEAD') return false;
  const mode = headers.get('sec-fetch-mode');
  if (mode !== null && mode !== 'navigate') return false;
  return /(?:^|[,\s])text\/html(?:[;,\s]|$)/i.test(headers.get('accept') ?? '');
}

const unavailablePage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Please try again</title><style>body{font:1rem/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Please try again in a moment</h1><p>Your sign-in cannot be checked right now.</p></html>
`;
