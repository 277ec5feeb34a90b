import { type Auth, type Claims, type Denial, ToriiConfigError } from '@torii/core';
import type { RequestView } from '@torii/core/adapter';
import { createRequestFilter, describeValue, listPaths, readFlag } from '@torii/core/internal';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { writeReason } from '../../digest.ts';
import { signInAddress } from '../../return-address.ts';
import { guardResponse, markPrivate, requireResponse, toResponse } from '../answer.ts';
import { type CommonSettings, readOptions, type ToriiNextOptions } from '../options.ts';
import { urlOf } from '../shown-request.ts';
import { alwaysPublic, asNextShows } from './always-public.ts';

export type { ProxyRenewal, ToriiNextOptions } from '../../index.ts';

/**
 * The app's own code in the proxy function. It is called for each request that `createToriiProxy` lets through. `auth` is
 * `null` if the request needed no token. Return a response to send it, or nothing to let the request continue.
 */
export type ProxyHandler<Custom extends object = Claims> = (
  request: NextRequest,
  context: { readonly auth: Auth<Custom> | null; readonly event: NextFetchEvent },
) => Response | null | undefined | Promise<Response | null | undefined>;

export type ProxyFunction = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;

/**
 * Creates the function that `proxy.ts` or `middleware.ts` exports: a first filter that lets through requests for public paths
 * and requests with a valid token. `handler` is called for each request that is let through. Pages and routes must still call
 * `auth`, `protect` or `withAuth`.
 *
 * @param options the options of `createToriiNext`. Keep them in a file that imports nothing else: the proxy then contains only
 * the code that it needs
 * @example
 * export const proxy = createToriiProxy(options);
 *
 * @throws ToriiConfigError for an invalid option; the message says what to write
 */
export function createToriiProxy<Custom extends object = Claims>(
  options: ToriiNextOptions,
  handler?: ProxyHandler<Custom>,
): ProxyFunction {
  const settings = readOptions(options, 'createToriiProxy');
  if (handler !== undefined && typeof handler !== 'function') {
    throw new ToriiConfigError(
      'proxy',
      `The second argument of \`createToriiProxy\` must be a function. Found: ${describeValue(handler)}. Write createToriiProxy(options, (request, { auth }) => NextResponse.next()), or createToriiProxy(options).`,
    );
  }
  const filter = createRequestFilter<Custom>(
    settings.verify,
    { ...settings.places, ...readPublic(settings) },
    'verifier' in settings.options ? { combine: settings.options.verifier } : undefined,
  );
  const renew = settings.renewal?.(settings);
  return (request, event) => guardResponse(run(request, event));

  async function run(request: NextRequest, event: NextFetchEvent): Promise<Response> {
    settings.hints?.seen(request);
    settings.hints?.proxyRan(request);
    const complete = await renew?.(request);
    const response = await respond(request, event);
    return complete?.(response) ?? response;
  }

  async function respond(request: NextRequest, event: NextFetchEvent): Promise<Response> {
    const { auth, denial } = await filter(viewOf(request));
    if (denial !== undefined) return refuse(request, denial, settings);
    const returned: unknown = await handler?.(request, { auth, event });
    const response = requireResponse(returned ?? NextResponse.next(), 'createToriiProxy');
    // Tell shared caches not to store a response for a signed-in user: Next allows them to store static pages.
    return auth === null ? response : markPrivate(response);
  }
}

function readPublic({ options, signInPath, tokenPath }: CommonSettings) {
  const publicPaths = [
    ...listPaths(options, 'publicPaths').flatMap(asNextShows),
    ...alwaysPublic(signInPath, tokenPath),
  ];
  return { publicPaths, allowPreflight: readFlag(options, 'allowPreflight') };
}

// Without the host. Only `origins` may decide whether a page of the app sent the request (CSRF), because a Host header has no
// scheme and may name an internal host.
function viewOf(request: NextRequest): RequestView {
  const { method, headers } = request;
  return {
    method,
    host: undefined,
    path: decodeStaticPath(urlOf(request).pathname),
    headerValues(name) {
      const value = headers.get(name);
      return value === null ? [] : [value];
    },
  };
}

// Decodes characters such as `@` that Next needlessly percent-encodes in the URLs of static files: core never treats a
// path with needless percent-encoding as public.
function decodeStaticPath(path: string): string {
  return path.startsWith('/_next/static/') ? path.replace(/%(?:24|26|2B|2C|3A|3D|40)/gi, decodeURIComponent) : path;
}

function refuse(request: NextRequest, denial: Denial, { signInPath, origins }: CommonSettings): Response {
  const { status, headers, body } = denial;
  // Next's browser code sends this header with POST only.
  if (request.method === 'POST' && request.headers.has('next-action')) {
    // Next's browser code throws an error with this text as its message, if the type is exactly `text/plain`.
    // `getErrorReason` reads it.
    return new Response(writeReason(body.error.reason), {
      status,
      headers: { ...headers, 'Content-Type': 'text/plain' },
    });
  }
  if (!isNavigation(request)) return toResponse(denial);
  if (status === 401) {
    // A plain `Request`, as in a unit test, has no `nextUrl`.
    const { href, basePath } = request.nextUrl ?? { href: request.url, basePath: '' };
    const { pathname, search } = new URL(href);
    const address = basePath + signInAddress(signInPath, pathname + search);
    // Do not redirect to the host of `request.url`: behind a reverse proxy, it may be one that browsers cannot reach.
    const { href: Location } = new URL(address, originOf(request, origins));
    // After a form, 303 makes the browser load the sign-in page with GET. 307 would send the form to it.
    return markPrivate(new Response(null, { status: request.method === 'POST' ? 303 : 307, headers: { Location } }));
  }
  // The issuer's keys are unavailable, so signing in again would not help. Respond with an error page, not with the
  // app's page: the proxy may be the only guard of that page.
  if (status === 503) {
    return new Response(unavailablePage, {
      status,
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
    });
  }
  return toResponse(denial);
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
