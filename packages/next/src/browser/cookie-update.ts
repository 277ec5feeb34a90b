import type { TokenAnswer } from '../token-answer.ts';
import { clearToken, storeToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export interface CookieSource {
  getToken(): Promise<string | null>;
  readonly tokenPath: string;
  /** Whether another tab signed out since this page was loaded. `getToken` may still return a token from its memory. */
  isOutdated(): boolean;
  isStopped(): boolean;
}

export type CookieUpdate =
  | { readonly did: 'nothing' | 'nothing: reload first' }
  | { readonly did: 'store'; readonly token: string; readonly answer: TokenAnswer }
  | { readonly did: 'clear'; readonly answer: TokenAnswer };

/**
 * Stores the browser's token in the cookie if it differs from `stored`, or clears the cookie if the user is signed out.
 *
 * A sign-out while the token is being stored would be undone by the response, which sets the cookie again (race
 * condition). A lock prevents that in most cases. Since not every page can lock, the state is checked again afterwards.
 */
export function updateCookie(source: CookieSource, stored?: string): Promise<CookieUpdate> {
  const { getToken, tokenPath, isOutdated, isStopped } = source;
  return takeTurn(tokenPath, async (): Promise<CookieUpdate> => {
    if (isOutdated()) return { did: 'nothing: reload first' };
    const token = await getToken();
    if (isStopped() || token === stored) return { did: 'nothing' };
    if (token === null) return { did: 'clear', answer: await clearToken(tokenPath) };
    const isSignedOut = async () => isOutdated() || (await getToken()) === null;
    const answer = await storeToken(tokenPath, token).catch(async (problem: unknown) => {
      // The browser sets the cookie when the headers arrive, even if reading the body then fails.
      if (await isSignedOut()) await clearToken(tokenPath);
      throw problem;
    });
    if (await isSignedOut()) return { did: 'clear', answer: await clearToken(tokenPath) };
    return { did: 'store', token, answer };
  });
}
