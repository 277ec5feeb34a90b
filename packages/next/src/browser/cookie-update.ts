import type { TokenAnswer } from '../token-answer.ts';
import { clearToken, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  getToken(): Promise<string | null>;
  readonly tokenPath: string;
  /** Whether another tab signed out since this page was loaded. `getToken` may still return the old token then. */
  isOutdated(): boolean;
  isStopped(): boolean;
}

export type CookieUpdate =
  | { readonly did: 'nothing' | 'nothing: reload first' }
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer }
  | { readonly did: 'clear'; readonly answer: TokenAnswer };

// Checks for a sign-out again after storing the token: the lock between tabs may be unavailable or time out, so another
// tab may sign out meanwhile.
export function updateCookie(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  const { getToken, tokenPath, isOutdated, isStopped } = source;
  return takeTurn(tokenPath, async (): Promise<CookieUpdate> => {
    if (isOutdated()) return { did: 'nothing: reload first' };
    const token = await getToken();
    if (isStopped() || token === stored) return { did: 'nothing' };
    if (token === null) return { did: 'clear', answer: await clearToken(tokenPath) };
    const isSignedOut = async () => isOutdated() || (await getToken()) === null;
    const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
      // The cookie may be set despite the error: browsers set it when the headers arrive, and the body may fail later.
      if (await isSignedOut()) await clearToken(tokenPath);
      throw problem;
    });
    if (await isSignedOut()) return { did: 'clear', answer: await clearToken(tokenPath) };
    return { did: 'store', token, answer };
  });
}
