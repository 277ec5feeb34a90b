import type { TokenAnswer } from '../../token-answer.ts';
import { clearToken, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  getToken(): Promise<string | null>;
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
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer }
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
  const token = await getToken();
  if (isStopped() || token === stored) return { did: 'nothing' };
  if (token === null && source.mayClear?.() === false) return { did: 'nothing: ask again' };
  if (token === null) return { did: 'clear', answer: await clearToken(tokenPath) };
  const isSignedOut = async () => isOutdated() || (await getToken()) === null;
  const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
    // If the user signed out meanwhile, clear the cookie despite the error: browsers set a cookie when the response
    // headers arrive, and reading the body may fail after that.
    if (await isSignedOut()) await clearToken(tokenPath);
    throw problem;
  });
  if (await isSignedOut()) return { did: 'clear', answer: await clearToken(tokenPath) };
  return { did: 'store', token, answer };
}
