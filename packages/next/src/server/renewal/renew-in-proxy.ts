import { type NextRequest, NextResponse } from 'next/server.js';
import { markPrivate } from '../answer.ts';
import type { Settings } from '../options.ts';
import { urlOf } from '../shown-request.ts';
import { hasCookie, readCookies, writeTokenCookie } from '../token-cookie.ts';
import { isIssuerPath, isRenewable } from './renewable.ts';
import { lifetimeOf, nothing, type Renewal, type RenewedToken, Renewer } from './renewer.ts';
import { cookieValueOf, findSession, nameOf, sessionCookieName } from './session-cookie.ts';
import { isSameUser, readUnverified, type UnverifiedToken } from './unverified-token.ts';

/** How long before its end a token is renewed; a shorter-lived token, in the last third of its lifetime. */
const leadSeconds = 30;

/** Completes the proxy's response: gives the page the changed cookies, and the browser the new ones. */
export type Completion = (response: Response) => Response;

/**
 * The function that renews the token cookie of a request in the proxy. It changes the request's Cookie header, so that the
 * proxy's guard and the page see the new token as they see any cookie [14], and pages do not see Torii's session cookie.
 */
export function renewalInProxy(settings: Settings): (request: NextRequest) => Promise<Completion | undefined> {
  const { cookie, verifier } = settings;
  const renewer = new Renewer(settings);
  return async (request) => {
    if (!hasCookie(request.headers, sessionCookieName) || isIssuerPath(urlOf(request).pathname)) return undefined;
    const { token, lines } = await renewIfDue(request);
    const edit = (header: string) => editCookies(header, cookie.name, token?.value);
    replaceCookies(request, edit, cookie.name, token?.value);
    return (response) => {
      const passed = passCookies(response, request, edit);
      return token === undefined && lines.length === 0 ? passed : storeCookies(passed, token, lines);
    };
  };

  async function renewIfDue(request: NextRequest): Promise<Renewal> {
    if (!isRenewable(request, settings)) return nothing;
    const session = await findSession(request.headers, cookie);
    if (session === undefined) return nothing;
    const [current, ...others] = readCookies(request.headers).filter(({ name }) => name === cookie.name);
    // [14] Of two cookies of one name, one may be planted.
    if (others.length > 0) return nothing;
    const value = cookieValueOf(current?.pair ?? '');
    const old = value === '' ? null : readUnverified(value);
    if (old === undefined) return nothing;
    if (old !== null && !(await isDue(old, value))) return nothing;
    const { headers, nextUrl } = request;
    const hasBasePath = (nextUrl?.basePath ?? '') !== '';
    const { token, lines } = await renewer.renew(session, { userAgent: headers.get('user-agent'), hasBasePath });
    // The page was rendered for the user and organization of the old token: its form must not be sent for another.
    const isUsable =
      token !== undefined && lifetimeOf(token.auth) >= 1 && (old === null || isSameUser(old, token.value));
    return { token: isUsable ? token : undefined, lines };
  }

  async function isDue({ exp, iat }: UnverifiedToken, value: string): Promise<boolean> {
    const leftSeconds = exp - Date.now() / 1000;
    if (leftSeconds <= 0) return true;
    if (leftSeconds > Math.min(leadSeconds, (exp - iat) / 3)) return false;
    // A bad token is refused, not replaced.
    const { auth } = await verifier.check({ method: 'GET', headers: { cookie: `${cookie.name}=${value}` } });
    return auth !== null;
  }

  // Cookies that the app's own proxy function sets stay as they are: it may sign the user out.
  function storeCookies(response: Response, token: RenewedToken | undefined, lines: readonly string[]): Response {
    const own = token === undefined ? [] : [writeTokenCookie(cookie, token.value, lifetimeOf(token.auth))];
    const taken = new Set(response.headers.getSetCookie().map(nameOf));
    const result = withHeaders(response, (headers) => {
      // [20] A shared cache that stored this response would sign other users in.
      headers.set('cache-control', 'private, no-store');
      for (const name of [...headers.keys()]) if (sharedCacheControl.test(name)) headers.delete(name);
      for (const line of [...lines, ...own]) if (!taken.has(nameOf(line))) headers.append('set-cookie', line);
    });
    return markPrivate(result);
  }
}

const sharedCacheControl = /(?:^|-)(?:cdn|edge)-cache-control$|^surrogate-/;

/** Removes Torii's session cookie, and replaces the token cookie if there is a new token. */
function editCookies(header: string, tokenName: string, token: string | undefined): string {
  const kept = readCookies(new Headers({ cookie: header })).filter(
    ({ name }) => name !== sessionCookieName && (token === undefined || name !== tokenName),
  );
  const added = token === undefined ? [] : [`${tokenName}=${token}`];
  return [...kept.map(({ pair }) => pair), ...added].join('; ');
}

function replaceCookies(
  { headers, cookies }: NextRequest,
  edit: (header: string) => string,
  tokenName: string,
  token: string | undefined,
): void {
  const edited = edit(headers.get('cookie') ?? '');
  // `cookies` has read the header before. It also writes the header, but not as it was sent. A plain `Request` has none.
  cookies?.delete(sessionCookieName);
  if (token !== undefined) cookies?.set(tokenName, token);
  if (edited === '') headers.delete('cookie');
  else headers.set('cookie', edited);
}

// Next gives pages the request's own headers, unless the response names others: `x-middleware-override-headers`.
function passCookies(response: Response, request: NextRequest, edit: (header: string) => string): Response {
  const { headers } = response;
  if (!headers.has('x-middleware-next') && !headers.has('x-middleware-rewrite')) return response;
  const ownCookies = headers.get('x-middleware-request-cookie');
  const changed = headers.has('x-middleware-override-headers')
    ? new Map(ownCookies === null ? [] : [['x-middleware-request-cookie', edit(ownCookies)]])
    : NextResponse.next({ request: { headers: request.headers } }).headers;
  return withHeaders(response, (target) => {
    for (const [name, value] of changed) if (name !== 'x-middleware-next') target.set(name, value);
  });
}

/** Changes the headers of the response, or of a copy if they cannot be changed, as those of a response from `fetch`. */
function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  try {
    change(response.headers);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    change(copy.headers);
    return copy;
  }
}
