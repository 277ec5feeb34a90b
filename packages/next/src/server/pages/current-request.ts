import { type RequestParts, ToriiConfigError } from '@torii/core';
import { headers as nextHeaders } from 'next/headers.js';
import { connection } from 'next/server.js';
import { requireHeaders } from '../shown-request.ts';
import { isRendering } from './rendering.ts';

/** The request that a page, a server action or a route handler runs for. */
export interface CurrentRequest {
  /** Without a method if the cookie may count only for the app's own pages. */
  readonly request: RequestParts;
  /** Whether Next's browser code called a server action and gets the error that it throws. */
  readonly isServerAction: boolean;
}

/** @param helper the name of the function that the app called, for messages */
export async function currentRequest(helper: string): Promise<CurrentRequest> {
  const headers = await outsideOfCaches(helper, nextHeaders);
  requireHeaders(headers, 'headers');
  const rendering = isRendering();
  // Next also renders pages ahead of a request for their data, to prefetch them. It then gives out headers but no clock,
  // which decides whether a token has expired: without this call, Next logs an error for each signed-in user.
  if (rendering) await outsideOfCaches(helper, connection);
  return {
    request: { method: isUnsafe(headers) ? undefined : 'GET', headers },
    // Next's browser code sends both headers with an action. A page or route gets them too, from anyone who sends them.
    isServerAction: !rendering && headers.has('next-action') && headers.has('content-type'),
  };
}

type ReadHeaders = Pick<Headers, 'get' | 'has'>;

// Next does not tell a page or server action the request's method, so infer it. A request with `Origin`, with a body,
// or from a script of another site (a reverse proxy may remove `Origin`) gets no method: core then accepts the cookie
// only from the app's own pages (CSRF). Any other request is treated as GET.
function isUnsafe(headers: ReadHeaders): boolean {
  const isMarked = ['origin', 'content-type', 'transfer-encoding', 'next-action'].some((name) => headers.has(name));
  // `Content-Length: 0` does not mean that there is a body: some reverse proxies add it to GET requests.
  const hasBody = (headers.get('content-length') ?? '0') !== '0';
  return isMarked || hasBody || isFromForeignScript(headers);
}

// Whether a script of another origin sent the request. The mode `navigate` means a link, a typed address, a frame or a
// form, never a script's `fetch`. `isUnsafe` recognizes a form sent with POST by its Content-Type.
function isFromForeignScript(headers: ReadHeaders): boolean {
  const site = headers.get('sec-fetch-site');
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  return isForeign && headers.get('sec-fetch-mode') !== 'navigate';
}

// Next refuses to read a request inside of a cached function. Its error does not say that the helper is what read it.
async function outsideOfCaches<Result>(helper: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const message: unknown = Reflect.get(Object(error), 'message');
    const isCached = typeof message === 'string' && /use cache|unstable_cache/.test(message);
    // An error with a digest is not a failure: Next stops a render with it.
    if (!isCached || Reflect.has(Object(error), 'digest')) throw error;
    throw new ToriiConfigError(
      helper,
      `\`${helper}()\` was called inside of a cached function ('use cache', 'use cache: private' or \`unstable_cache\`), whose result is kept for other requests, perhaps of other users. Call it before the cached function, and pass what the function needs as an argument, such as \`auth.userId\`.`,
      { cause: error },
    );
  }
}
