import { defaultTokenPath } from '../../paths.ts';
import { updateInTurn } from '../cookie/cookie-update.ts';
import { takeTurn } from '../cookie/turns.ts';
import { loadPage } from '../tab/page-load.ts';
import { changes } from '../tab/tab.ts';
import type { TokenRoute, ToriiSession } from './session.ts';

export interface ChangeOrganizationOptions extends TokenRoute {
  /**
   * The page to load afterwards: a path without Next's `basePath`, or a URL of the page's own origin. By default, the
   * current page is loaded again.
   */
  readonly to?: string | undefined;
}

/**
 * Switches the user to another organization at Torii, stores the new token in the cookie, and loads a full page. The
 * server sees the new organization from that page on. Other open tabs of the app reload, so that none of them shows one
 * organization while it works for the other.
 *
 * @throws Error if Torii or the token route cannot be reached, or if `switchOrganization` throws. The page is not left
 * then
 * @throws TypeError if the session has no `switchOrganization`
 */
export async function changeOrganization(
  session: Pick<ToriiSession, 'getToken' | 'switchOrganization'>,
  organizationId: string,
  { tokenPath = defaultTokenPath, to }: ChangeOrganizationOptions = {},
): Promise<void> {
  if (session.switchOrganization === undefined) {
    throw new TypeError(
      'The session has no `switchOrganization`. Write changeOrganization({ ...session, switchOrganization }, id).',
    );
  }
  await takeTurn(tokenPath, async () => {
    await session.switchOrganization?.(organizationId);
    changes.note();
    await updateInTurn({
      getToken: (request) => session.getToken(request),
      tokenPath,
      isOutdated: () => changes.happened(),
      isStopped: () => false,
    });
  });
  loadPage(to);
}
