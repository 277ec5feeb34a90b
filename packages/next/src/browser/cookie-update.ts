import type { TokenAnswer } from '../token-answer.ts';
import { clearToken, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  getToken(): Promise<string | null>;
  readonly tokenPath: string;
  /** Another tab signed out since this page was loaded. `getToken` may still return a token from its memory. */
  isOutdated(): boolean;
  isStopped(): boolean;
}

export type CookieUpdate =
  | { readonly did: 'nothing' | 'nothing: reload first' }
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer }
  | { readonly did: 'clear'; readonly answer: TokenAnswer };

// The lock is not always available, so another tab can sign out while a token is being stored. Check again after it.
export function updateCookie(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  const { getToken, tokenPath, isOutdated, isStopped } = source;
  return takeTurn(tokenPath, async (): Promise<CookieUpdate> => {
    if (isOutdated()) return { did: 'nothing: reload first' };
    const token = await getToken();
    if (isStopped() || token === stored) return { did: 'nothing' };
    if (token === null) return { did: 'clear', answer: await clearToken(tokenPath) };
    const isSignedOut = async () => isOutdated() || (await getToken()) === null;
    const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
      // The browser sets the cookie as soon as the headers arrive, even if reading the body then fails.
      if (await isSignedOut()) await clearToken(tokenPath);
      throw problem;
    });
    if (await isSignedOut()) return { did: 'clear', answer: await clearToken(tokenPath) };
    return { did: 'store', token, answer };
  });
}
