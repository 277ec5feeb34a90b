import type { TokenAnswer } from '../../token-answer.ts';
import type { GetToken } from '../session/session.ts';
import { type Moment, momentNow } from './moment.ts';
import { clearToken, isTokenRevoked, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  readonly getToken: GetToken;
  readonly tokenPath: string;
  /**
   * Whether another tab signed out or changed the organization since this page was loaded. If so, `getToken` may return a
   * token that was issued before that.
   */
  isOutdated(): boolean;
  isStopped(): boolean;
  /** Whether to clear the cookie if `getToken` returns `null`; by default, always. */
  mayClear?(): boolean;
}

export type CookieUpdate =
  | { readonly did: 'nothing' | 'nothing: reload first' | 'nothing: ask again' }
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer; readonly sentAt: Moment }
  | { readonly did: 'clear'; readonly answer: TokenAnswer };

// Updates the token cookie under a lock, so that other tabs wait. The lock may be unavailable or time out, so another tab can
// sign out during the update: check for a sign-out again after storing a token.
export function updateCookie(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  return takeTurn(source.tokenPath, () => updateInTurn(source, stored));
}

/** `updateCookie` for a caller that holds the lock. */
export async function updateInTurn(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  const { getToken, tokenPath, isOutdated, isStopped } = source;
  if (isOutdated()) return { did: 'nothing: reload first' };
  let token = await getToken();
  if (isStopped() || token === stored) return { did: 'nothing' };
  if (token !== null) {
    try {
      return await store(source, token);
    } catch (problem) {
      if (!isTokenRevoked(problem)) throw problem;
      await afterRevocation();
      const revoked = token;
      token = await getToken({ skipCache: true });
      if (isStopped()) return { did: 'nothing' };
      if (token === revoked) throw problem;
    }
    if (token !== null) return store(source, token);
  }
  if (source.mayClear?.() === false) return { did: 'nothing: ask again' };
  return { did: 'clear', answer: await clearToken(tokenPath) };
}

// A user's tokens are revoked up to a second, so a token of that second would be refused too. Browsers wait for different times,
// because the tokens of all users may be revoked at once.
function afterRevocation(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 + 1000 * Math.random()));
}

async function store({ getToken, tokenPath, isOutdated }: CookieSource, token: string): Promise<CookieUpdate> {
  // Another tab may have signed out while the token was asked for, above all if this tab was frozen meanwhile.
  if (isOutdated()) return { did: 'nothing: reload first' };
  const isSignedOut = async () => isOutdated() || (await getToken()) === null;
  const sentAt = momentNow();
  const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
    // If the user signed out meanwhile, clear the cookie despite the error: browsers set a cookie when the response
    // headers arrive, and reading the body may fail after that.
    if (await isSignedOut()) await clearToken(tokenPath);
    throw problem;
  });
  if (await isSignedOut()) return { did: 'clear', answer: await clearToken(tokenPath) };
  return { did: 'store', token, answer, sentAt };
}
