import { defaultTokenPath } from '../../paths.ts';
import { clearToken } from '../cookie/token-store.ts';
import { takeTurn } from '../cookie/turns.ts';
import { forgetForms } from '../forms/kept-forms.ts';
import { loadPage } from '../tab/page-load.ts';
import { changes, tabStorage } from '../tab/tab.ts';
import type { TokenRoute, ToriiSession } from './session.ts';

export interface EndSessionOptions extends TokenRoute {
  /**
   * The page to load after signing out: a path without Next's `basePath`, or a URL of the page's own origin.
   *
   * @default '/'
   */
  readonly to?: string | undefined;
}

/**
 * Signs the user out at Torii, clears the token cookie, and loads the page `to`. Other open tabs of the app reload.
 * `to` is loaded as a full page, so that the back button cannot show a private page from the cache of Next's router.
 *
 * @throws Error if Torii or the token route cannot be reached
 */
export async function endSession(
  session: Pick<ToriiSession, 'signOut'>,
  { tokenPath = defaultTokenPath, to = '/' }: EndSessionOptions = {},
): Promise<void> {
  await takeTurn(tokenPath, async () => {
    await session.signOut();
    changes.note();
    await clearToken(tokenPath);
  });
  forgetForms(tabStorage);
  loadPage(to);
}
