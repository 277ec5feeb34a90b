import { type Auth, ToriiAuthError, ToriiForbiddenError, ToriiRequestError } from '@torii/core';
import { isFromOwnPages, viewOf } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { answerError, answerPrivately } from './answer.ts';
import { isLoopback, type Settings } from './options.ts';
import { describe } from './route.ts';
import { clearTokenCookie, writeTokenCookie } from './token-cookie.ts';

/** The handlers of the token route. */
export interface TokenRoutes {
  /** Verifies the token of the Authorization header, and keeps it in the cookie. */
  POST(request: NextRequest): Promise<Response>;
  /** Clears the cookie. */
  DELETE(request: NextRequest): Promise<Response>;
}

/** What POST and DELETE answer. */
export interface TokenAnswer {
  /** Whether the cookie shows somebody else now than before. */
  readonly changed: boolean;
  /** Whom it shows now; null after DELETE. */
  readonly userId: string | null;
  /** Of POST: how long the cookie lives. */
  readonly expiresInSeconds?: number;
}

export function tokenRoutes(settings: Settings): TokenRoutes {
  const { newcomer, cookie } = settings;
  return {
    async POST(request) {
      try {
        requireOwnPage(request, settings);
        const auth = await newcomer.authenticate(describe(request));
        const expiresInSeconds = auth.expiresAt - Math.floor(Date.now() / 1000);
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
        const changed = (await personBefore(request, settings)) !== null;
        return answerPrivately({ changed, userId: null } satisfies TokenAnswer, 200, {
          'Set-Cookie': clearTokenCookie(cookie),
        });
      } catch (error) {
        return answerError(error);
      }
    },
  };
}

// Another site must neither sign somebody in as somebody else, nor out.
function requireOwnPage(request: NextRequest, { origins, cookie }: Settings): void {
  if (!isFromOwnPages(viewOf(describe(request)), origins)) {
    throw new ToriiForbiddenError('Only a page of this app may do this. Its origin has to be in `origins`.');
  }
  const origin = request.headers.get('origin');
  if (cookie.secure && origin?.startsWith('http:') && !isLoopback(origin)) {
    throw new ToriiRequestError('The page came over http, where browsers keep no secure cookie. Use https.');
  }
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
