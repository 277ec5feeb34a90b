import {
  type Auth,
  type Claims,
  type RequestParts,
  ToriiAuthError,
  ToriiConfigError,
  type ToriiError,
  ToriiUnavailableError,
} from '@torii/core';
import type { Answer } from '@torii/core/adapter';
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server.js';
import { signInAddress } from '../return-address.ts';
import { markPrivate } from './answer.ts';
import { authOf, guardsFor } from './guards.ts';
import type { Settings } from './options.ts';
import { describe, withoutHost } from './shown-request.ts';

/** Your own proxy, behind ours: it sees the requests that are let through. `auth` is null on a public path. */
export type ProxyHandler<Custom extends object = Claims> = (
  request: NextRequest,
  context: { readonly auth: Auth<Custom> | null; readonly event: NextFetchEvent },
) => Response | null | undefined | Promise<Response | null | undefined>;

export type ProxyFunction = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;

const { requireAuth } = guardsFor((request) => withoutHost(withPlainAsset(describe(request))));

/** Makes `proxy`. */
export function proxyWith<Custom extends object>(settings: Settings) {
  const identify = requireAuth(settings.gate, {
    onError: (_denial, error, request) => refusePage(request, error, settings),
  });
  return (behind?: ProxyHandler<Custom>): ProxyFunction => {
    if (behind !== undefined && typeof behind !== 'function') {
      throw new ToriiConfigError(
        'proxy',
        '`proxy` takes a function: proxy((request, { auth }) => NextResponse.next()).',
      );
    }
    return async (request, event) => {
      const refusal = await identify(request);
      if (refusal !== undefined) return refusal;
      const auth = authOf(request) as Auth<Custom> | null;
      const response = (await behind?.(request, { auth, event })) ?? NextResponse.next();
      // Also where Next would let caches keep the page, since it does not know that not everybody may see it.
      return auth === null ? response : markPrivate(response);
    };
  };
}

/** Next encodes what it need not in the names of its own files, such as the `@` of a slot. Elsewhere that is never public. */
function withPlainAsset(parts: RequestParts): RequestParts {
  if (!parts.path?.startsWith('/_next/static/')) return parts;
  return { ...parts, path: parts.path.replace(/%(?:24|26|2B|2C|3A|3D|40)/gi, decodeURIComponent) };
}

/** What a person gets to see instead of JSON. */
function refusePage(request: NextRequest, error: ToriiError, { signInPath, origins }: Settings): Answer | undefined {
  if (!isPageLoad(request)) return undefined;
  if (error instanceof ToriiAuthError) {
    const { pathname, search } = new URL(request.nextUrl.href);
    const address = request.nextUrl.basePath + signInAddress(signInPath, pathname + search);
    // Not where Next believes to be, which behind another proxy is a place that no browser can reach.
    const target = new URL(address, originOf(request, origins));
    return { status: 307, headers: { Location: target.href }, body: null };
  }
  // Never a redirect: signing in again would not help, and never a pass, since the page may rely on us alone.
  if (error instanceof ToriiUnavailableError) {
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Retry-After': String(error.retryAfterSeconds) };
    return { status: 503, headers, body: unavailablePage };
  }
  return undefined;
}

/** The origin of this app at which the browser found it; the first one where the Host header names none of them. */
function originOf({ headers }: NextRequest, origins: readonly string[]): string | undefined {
  const host = headers.get('host');
  return origins.find((origin) => new URL(origin).host === host) ?? origins[0];
}

function isPageLoad({ method, headers }: NextRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const mode = headers.get('sec-fetch-mode');
  if (mode !== null && mode !== 'navigate') return false;
  return /(?:^|[,\s])text\/html(?:[;,\s]|$)/i.test(headers.get('accept') ?? '');
}

const unavailablePage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Please try again</title><style>body{font:1rem/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Please try again in a moment</h1><p>Who is signed in cannot be checked right now.</p></html>
`;
