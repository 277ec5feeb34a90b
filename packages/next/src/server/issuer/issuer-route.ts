import { ToriiRequestError } from '@torii/core';
import { readPath } from '@torii/core/adapter';
import { innermostProblem, loggable, loggableCause } from '@torii/core/internal';
import type { NextRequest } from 'next/server.js';
import { readBasePath } from '../../base-path.ts';
import { withoutTrailingSlash } from '../../paths.ts';
import { answerError, answerPrivately } from '../answer.ts';
import type { Settings } from '../settings.ts';
import { urlOf } from '../shown-request.ts';
import { limitBody } from './body-limit.ts';
import { fetchFresh } from './fresh-fetch.ts';
import { dropsUnsentCookie } from './issuer-cookies.ts';
import { headersForBrowser, headersForIssuer } from './passed-headers.ts';
import { dropForeignSession, placeSession } from './session-cookie.ts';

type Handler = (request: NextRequest) => Promise<Response>;

/** The handlers of the route that forwards requests for `/_torii/*` to the issuer. */
export type IssuerRoutes = Readonly<Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', Handler>>;

const maxRequestBytes = 1024 * 1024;
const maxResponseBytes = 10 * 1024 * 1024;
const timeLimitMs = 30_000;

const tooLarge = 'The request body is larger than 1 MB.';

// Forwards requests to the issuer, so that browsers store the issuer's session cookie for the app's host. The issuer's
// address comes from the options: a request must not choose where it is sent (SSRF).
export function issuerRoutes(settings: Settings): IssuerRoutes {
  const handle: Handler = async (request) => {
    try {
      return await forward(request, settings);
    } catch (error) {
      return answerError(error);
    }
  };
  return {
    GET: handle,
    HEAD: handle,
    POST: handle,
    PUT: handle,
    PATCH: handle,
    DELETE: handle,
    OPTIONS: handle,
  };
}

async function forward(request: NextRequest, settings: Settings): Promise<Response> {
  const { upstream, cookie, emit, renewInProxy, hints } = settings;
  hints?.seen(request);
  const { pathname, search } = urlOf(request);
  // Refuse path traversal: the issuer's router could decode `..%2f` and serve a path outside of /_torii/.
  if (!pathname.startsWith('/_torii/') || 'problem' in readPath(pathname)) {
    throw new ToriiRequestError('The path is ambiguous or not below /_torii/.');
  }
  // Next's option `trailingSlash` redirects every request to a path with a slash. Torii's paths have none.
  const url = upstream + (pathname === '/_torii/' ? pathname : withoutTrailingSlash(pathname));
  const sent = limitBody(request.body, request.headers, maxRequestBytes);
  if (sent === 'too large') return answerGateway(413, tooLarge);
  const headers = headersForIssuer(request.headers, cookie);
  await dropForeignSession(headers, request.headers, cookie);
  let answer: Response;
  try {
    answer = await fetchFresh(url + search, {
      method: request.method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([ownSignal(request.signal), AbortSignal.timeout(timeLimitMs)]),
      ...(sent !== null && { body: sent.body, duplex: 'half' }),
    });
  } catch (thrown) {
    if (sent?.isOver()) return answerGateway(413, tooLarge);
    const cause = loggableCause(thrown);
    // Report nothing if the browser itself ended the request.
    if (!request.signal.aborted)
      emit({ type: 'issuer_unreachable', url: loggable(url), problem: innermostProblem(cause), cause });
    return answerGateway(502, 'The issuer cannot be reached.');
  }
  hints?.issuerAnswered(request, answer.status);
  // No response can have another status, such as 999.
  if (answer.status < 200 || answer.status > 599) {
    await answer.body?.cancel();
    return answerGateway(502, 'The issuer sent a response that cannot be used.');
  }
  const hasBasePath = (request.nextUrl?.basePath || readBasePath()) !== '';
  const places = { upstream, url, secure: cookie.secure, pathname, hasBasePath };
  const received = limitBody(answer.body, new Headers(), maxResponseBytes);
  const body = received === null || received === 'too large' ? null : received.body;
  const passed = headersForBrowser(answer.headers, places, headers);
  const wanted = passed.getSetCookie().filter((line) => !dropsUnsentCookie(line, request.headers, pathname));
  const lines = await placeSession(wanted, request.headers, { secure: cookie.secure, renewInProxy });
  passed.delete('set-cookie');
  for (const line of lines) passed.append('set-cookie', line);
  return new Response(body, { status: answer.status, headers: passed });
}

// `AbortSignal.any` throws for a signal of another realm, or of another Fetch implementation.
function ownSignal(signal: AbortSignal | undefined): AbortSignal {
  const own = new AbortController();
  if (signal?.aborted) own.abort();
  else signal?.addEventListener('abort', () => own.abort(), { once: true });
  return own.signal;
}

function answerGateway(status: 413 | 502, message: string): Response {
  const code = status === 413 ? 'body_too_large' : 'bad_gateway';
  return answerPrivately({ error: { code, message } }, status);
}
