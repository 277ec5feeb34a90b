import { defaultTokenPath } from '../../paths.ts';
import { updateCookie } from '../cookie/cookie-update.ts';
import { changes } from '../tab/tab.ts';
import { readToken, type TokenRoute, type ToriiSession } from './session.ts';

/**
 * Stores the session's token in the token cookie now. For a request that was refused because the token ended on its way
 * (`token_expired`), or was revoked (`token_revoked`): renew the token, and repeat the request once. After a revocation this takes
 * one to two seconds. `TokenKeeper` renews the token in all other cases.
 *
 * @returns whether the user is still signed in. If not, do not repeat the request
 * @throws Error if Torii or the token route cannot be reached, or refuses the new token too: let the user sign in. A token cookie that is still valid stays
 */
export async function renewToken(
  session: Pick<ToriiSession, 'getToken' | 'isLoaded' | 'isSignedIn'>,
  { tokenPath = defaultTokenPath }: TokenRoute = {},
): Promise<boolean> {
  const { did } = await updateCookie({
    getToken: (request) => readToken(() => session, request),
    tokenPath,
    isOutdated: () => changes.happened(),
    isStopped: () => false,
  });
  return did === 'store';
}
