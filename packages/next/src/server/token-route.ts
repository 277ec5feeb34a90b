import { type Auth, ToriiAuthError, ToriiForbiddenError } from '@torii/core';
import { isFromOwnPages, viewOf } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import type { TokenAnswer } from '../token-answer.ts';
import { answerError, answerPrivately } from './answer.ts';
import type { Settings } from './options.ts';
import { describe, withoutHost } from './shown-request.ts';
import { clearTokenCookie, hasCookie, writeTokenCookie } from './token-cookie.ts';

/** The handlers of the token route. */
export interface TokenRoutes {
  /** Verifies the token of the Authorization header, and keeps it in the cookie. */
  POST(request: NextRequest): Promise<Response>;
  /** Clears the cookie. */
  DELETE(request: NextRequest): Promise<Response>;
}

/** No browser keeps a cookie for longer (RFC 6265bis 5.5), and it wants a whole number: a token may live for ages. */
const maxCookieSeconds = 400 * 24 * 60 * 60;

export function tokenRoutes(settings: Settings): TokenRoutes {
  const { newcomer, cookie } = settings;
  return {
    async POST(request) {
      try {
        requireOwnPage(request, settings);
        const auth = await newcomer.authenticate(describe(request));
        const remainingSeconds = Math.floor(auth.expiresAt - Date.now() / 1000);
        const expiresInSeconds = Math.min(remainingSeconds, maxCookieSeconds);
        // Within the leeway, but a cookie cannot live for no time.
        if (expiresInSeconds < 1) throw new ToriiAuthError('token_expired', 'The token has expired.');
        const line = writeTokenCookie(cookie, tokenOf(request), expiresInSeconds);
        const changed = !isSamePerson(auth, await personBefore(request, settings));
        const answer: TokenAnswer = { expiresInSeconds, changed, userId: auth.userId };
        return answerPrivately(answer, 200, { 'Set-Cookie': line });
      } catch (error) {
        return answerError(error);
      }
    },
    async DELETE(request) {
      try {
        requireOwnPage(request, settings);
        // Whoever it showed: it goes also where keys cannot be had, and nobody can tell.
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

// Another site must neither sign somebody in as somebody else, nor out. Nor may a page that came over http, where browsers
// keep no secure cookie: in production no such origin can be listed.
function requireOwnPage(request: NextRequest, { origins }: Settings): void {
  if (isFromOwnPages(viewOf(withoutHost(describe(request))), origins)) return;
  throw new ToriiForbiddenError(
    'Only a page of this app may do this: one whose origin, with its scheme and port, is in `origins`.',
  );
}

// Core has read the header before: it is a scheme, blanks, and one token.
function tokenOf({ headers }: NextRequest): string {
  return (
    headers
      .get('authorization')
      ?.trim()
      .split(/[ \t]+/)[1] ?? ''
  );
}

/** Whom the cookie that came along shows. Whatever is wrong with it, it is about to be replaced. */
async function personBefore({ headers }: NextRequest, { guard }: Settings): Promise<Auth<object> | null> {
  const cookie = headers.get('cookie');
  if (cookie === null) return null;
  const { auth } = await guard.check({ method: 'GET', headers: { cookie } }, { optional: true });
  return auth;
}

function isSamePerson(auth: Auth<object>, before: Auth<object> | null): boolean {
  const read = ({ issuer, userId, organization }: Auth<object>) => JSON.stringify([issuer, userId, organization]);
  return before !== null && read(auth) === read(before);
}
