import type { TokenAnswer } from '../token-answer.ts';
import { clearToken, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  /** The browser's own access token; null where nobody is signed in. */
  getToken(): Promise<string | null>;
  readonly tokenPath: string;
  /** Whether another tab has signed out since this page was loaded. What `getToken` has in memory may be of before. */
  isOutdated(): boolean;
  /** Whether the page is gone for which this is done. */
  isStopped(): boolean;
}

export type CookieUpdate =
  | { readonly did: 'nothing' | 'wait for a load' }
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer }
  | { readonly did: 'clear'; readonly answer: TokenAnswer };

/**
 * Puts the browser's token into the cookie where it is not there already, or clears it where there is none. Signing out
 * takes turns with this. Where it cannot, and where somebody signed out elsewhere while the token was on its way, it is
 * found out afterwards: else it would bring back a cookie that has just been cleared.
 */
export function updateCookie(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  const { getToken, tokenPath, isOutdated, isStopped } = source;
  return takeTurn(tokenPath, async (): Promise<CookieUpdate> => {
    if (isOutdated()) return { did: 'wait for a load' };
    const token = await getToken();
    if (isStopped() || token === stored) return { did: 'nothing' };
    if (token === null) return { did: 'clear', answer: await clearToken(tokenPath) };
    const isOver = async () => isOutdated() || (await getToken()) === null;
    const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
      // The answer may have failed behind its headers, with which the browser has the cookie.
      if (await isOver()) await clearToken(tokenPath);
      throw problem;
    });
    if (await isOver()) return { did: 'clear', answer: await clearToken(tokenPath) };
    return { did: 'store', token, answer };
  });
}
