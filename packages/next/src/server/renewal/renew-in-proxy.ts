import { createTokenVerifier, ToriiAuthError } from '@torii/core';
import { emitterFor, wallMs } from '@torii/core/internal';
import { type NextRequest, NextResponse } from 'next/server.js';
import { markPrivate, withHeaders } from '../answer.ts';
import { findSession, sessionCookieName } from '../issuer/session-cookie.ts';
import { readName, readValue } from '../issuer/set-cookie-line.ts';
import { upstreamOf } from '../issuer/upstream.ts';
import { urlOf } from '../shown-request.ts';
import { hasCookie, readCookies, writeTokenCookie } from '../token-cookie.ts';
import type { Completion, ProxyRenewal, RenewalSettings, StartRenewal } from './proxy-renewal.ts';
import { isIssuerPath, isRenewable } from './renewable.ts';
import { lifetimeOf, nothing, type Renewal, type RenewedToken, Renewer } from './renewer.ts';
import { isSameUser, readUnverified, type UnverifiedToken } from './unverified-token.ts';

export type { ProxyRenewal } from '../../index.ts';

/** How long before its end a token is renewed; a shorter-lived token, in the last third of its lifetime. */
const leadSeconds = 30;
const revokedDelayMs = 1_000;

/**
 * The value of the option `renewInProxy`: makes the proxy renew an expired token cookie from Torii's session cookie.
 * It changes the request's Cookie header, so that the proxy's guard and the page see the new token as they see any cookie, and
 * pages do not see Torii's session cookie.
 *
 * @example
 * import { renewInProxy } from '@torii/next/renewal';
 *
 * export const options = { issuer, signInPath: '/sign-in', origins, renewInProxy };
 */
export const renewInProxy: ProxyRenewal = Object.freeze({ startRenewal: startRenewal satisfies StartRenewal });

function startRenewal(settings: RenewalSettings): (request: NextRequest) => Promise<Completion | undefined> {
  const { cookie, verify } = settings;
  const verifier = createTokenVerifier<object>(verify);
  // Finds revoked tokens without reporting each request twice.
  const quietVerifier =
    'revocations' in verify ? createTokenVerifier<object>({ ...verify, onEvent: undefined }) : undefined;
  const renewer = new Renewer({
    cookie,
    upstream: upstreamOf(verify),
    verifier,
    emit: emitterFor(verify.onEvent),
  });
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
    // Of two cookies of one name, one may be planted.
    if (others.length > 0) return nothing;
    const value = current === undefined ? '' : readValue(current.pair);
    const old = value === '' ? null : readUnverified(value);
    if (old === undefined) return nothing;
    const due = old === null ? 'now' : await whenDue(old, value);
    if (due === 'later') return nothing;
    // The revoked token and the new one must not be of the same second.
    const delayMs = due === 'revoked' ? revokedDelayMs : 0;
    const { headers, nextUrl } = request;
    const hasBasePath = (nextUrl?.basePath ?? '') !== '';
    const { token, lines } = await renewer.renew(session, {
      userAgent: headers.get('user-agent'),
      hasBasePath,
      delayMs,
    });
    // The page was rendered for the user and organization of the old token: its form must not be sent for another.
    const isUsable =
      token !== undefined && lifetimeOf(token.auth) >= 1 && (old === null || isSameUser(old, token.value));
    return { token: isUsable ? token : undefined, lines };
  }

  async function whenDue({ exp, iat }: UnverifiedToken, value: string): Promise<'now' | 'revoked' | 'later'> {
    const leftSeconds = exp - wallMs() / 1000;
    if (leftSeconds <= 0) return 'now';
    const isEnding = leftSeconds <= Math.min(leadSeconds, (exp - iat) / 3);
    if (!isEnding && quietVerifier === undefined) return 'later';
    try {
      await (quietVerifier ?? verifier).verify(value);
      return isEnding ? 'now' : 'later';
    } catch (error) {
      // Another bad token is refused by the guard, not replaced.
      return error instanceof ToriiAuthError && error.reason === 'token_revoked' ? 'revoked' : 'later';
    }
  }

  // Cookies that the app's own proxy function sets stay as they are: it may sign the user out.
  function storeCookies(response: Response, token: RenewedToken | undefined, lines: readonly string[]): Response {
    const lifetimeSeconds = token === undefined ? 0 : lifetimeOf(token.auth);
    // The token may have ended while the app's own proxy function ran. `Max-Age=0` would delete a newer cookie of another tab.
    const isUsable = token !== undefined && lifetimeSeconds >= 1;
    const own = isUsable ? [writeTokenCookie(cookie, token.value, lifetimeSeconds)] : [];
    const taken = new Set(response.headers.getSetCookie().map(readName));
    const result = withHeaders(response, (headers) => {
      // A shared cache that stored this response would sign other users in.
      headers.set('cache-control', 'private, no-store');
      for (const name of [...headers.keys()]) if (sharedCacheControl.test(name)) headers.delete(name);
      for (const line of [...lines, ...own]) if (!taken.has(readName(line))) headers.append('set-cookie', line);
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
  // `cookies` has already read the header, so change both. It also writes the header, in another form, so write the header
  // last. A plain `Request` has no `cookies`.
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
