import { type Auth, ToriiAuthError, ToriiForbiddenError } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { isFromOwnPages, wallMs } from '@torii/core/internal';
import type { NextRequest } from 'next/server.js';
import type { TokenAnswer } from '../token-answer.ts';
import { answerError, answerPrivately } from './answer.ts';
import type { Settings } from './settings.ts';
import { describe, withoutHost } from './shown-request.ts';
import { clearTokenCookie, hasCookie, writeTokenCookie } from './token-cookie.ts';

/** The handlers of the token route, through which the app's pages store and clear the token cookie. */
export interface TokenRoutes {
  /** Verifies the token in the Authorization header and stores it in the token cookie. */
  POST(request: NextRequest): Promise<Response>;
  /** Clears the token cookie. */
  DELETE(request: NextRequest): Promise<Response>;
}

/** Browsers keep no cookie longer than 400 days (RFC 6265bis 5.5). */
const maxCookieSeconds = 400 * 24 * 60 * 60;

export function tokenRoutes(settings: Settings): TokenRoutes {
  const { headerVerifier, cookie } = settings;
  return {
    async POST(request) {
      try {
        requireOwnPage(request, settings);
        const auth = await headerVerifier.authenticate(describe(request));
        const remainingSeconds = Math.floor(auth.expiresAt - wallMs() / 1000);
        const expiresInSeconds = Math.min(remainingSeconds, maxCookieSeconds);
        // Refuse an expired token that clock tolerance let pass verification: `Max-Age=0` would delete the cookie.
        if (expiresInSeconds < 1) throw new ToriiAuthError('token_expired', 'The token has expired.');
        const line = writeTokenCookie(cookie, tokenOf(request), expiresInSeconds);
        const changed = !isSameUser(auth, await previousAuth(request, settings));
        const answer: TokenAnswer = { expiresInSeconds, changed, userId: auth.userId };
        return answerPrivately(answer, 200, { 'Set-Cookie': line });
      } catch (error) {
        return answerError(error);
      }
    },
    async DELETE(request) {
      try {
        requireOwnPage(request, settings);
        // Do not verify the token in the cookie: signing out must work even if the issuer's keys cannot be fetched.
        const changed = hasCookie(request.headers, cookie.name);
        return answerPrivately({ changed, userId: null } satisfies TokenAnswer, 200, {
          'Set-Cookie': clearTokenCookie(cookie),
        });
      } catch (error) {
        return answerError(error);
      }
    },
  };
}

// Refuses requests from pages of other sites, which could sign a user in as someone else (login CSRF) or out.
function requireOwnPage(request: NextRequest, { origins, hints }: Settings): void {
  hints?.seen(request);
  if (isFromOwnPages(viewOf(withoutHost(describe(request))), origins)) return;
  throw new ToriiForbiddenError(
    'The request does not come from a page of this app. Add the origin of the page, with scheme and port, to `origins`.',
  );
}

function tokenOf({ headers }: NextRequest): string {
  return (
    headers
      .get('authorization')
      ?.trim()
      .split(/[ \t]+/)[1] ?? ''
  );
}

async function previousAuth({ headers }: NextRequest, { verifier }: Settings): Promise<Auth<object> | null> {
  const cookie = headers.get('cookie');
  if (cookie === null) return null;
  const { auth } = await verifier.check({ method: 'GET', headers: { cookie } }, { optional: true });
  return auth;
}

function isSameUser(auth: Auth<object>, before: Auth<object> | null): boolean {
  const read = ({ issuer, userId, organization }: Auth<object>) => JSON.stringify([issuer, userId, organization]);
  return before !== null && read(auth) === read(before);
}
