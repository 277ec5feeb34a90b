import { useEffect, useRef } from 'react';
import { useRouter } from '#navigation';
import { defaultTokenPath, returnParameter } from '../paths.ts';
import { type Keeper, keepToken } from './cookie/keep-token.ts';
import { forgetForms, forgetFormsOfOthers } from './forms/kept-forms.ts';
import { readToken, type TokenRoute, type ToriiSession } from './session/session.ts';
import { forgetFragments, watchFragments } from './sign-in/fragment.ts';
import { isSigningIn, onSignInEnd } from './sign-in/sign-in-pause.ts';
import { mayBounce, noteArrival } from './tab/bounce.ts';
import { isLeaving, notePageShown } from './tab/page-load.ts';
import { isCookieChangedSince, noteCookieChange } from './tab/session-changes.ts';
import { changes, sharedStorage, tabStorage } from './tab/tab.ts';

export interface TokenKeeperProps extends TokenRoute {
  readonly session: ToriiSession;
  /**
   * The id of the user that the server rendered the page for: `auth?.userId ?? null`. Usually left out: the page then
   * finds out itself whether the token cookie has changed since it was loaded. Pass it if the page must never show one
   * user's data to another who signed in while the browser's storage was unavailable.
   */
  readonly userId?: string | null | undefined;
  /**
   * Called with each error that occurs while the token cookie is updated. The update is retried in any case.
   *
   * @default logs a message to the console when it differs from the last one
   */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/**
 * Keeps the token cookie up to date while a page is open: stores each new token before the old one expires, and clears
 * the cookie after a sign-out. If the page was rendered for another user, it is refreshed or reloaded. Renders nothing.
 * Put this component into a layout that all pages share, for example the root layout.
 */
export function TokenKeeper({ session, userId, tokenPath = defaultTokenPath, onProblem }: TokenKeeperProps): null {
  const router = useRouter();
  const latest = useRef({ session, userId, onProblem, router });
  useEffect(() => {
    latest.current = { session, userId, onProblem, router };
  });
  const latestKeeper = useRef<Keeper | undefined>(undefined);
  useEffect(() => {
    let logged = '';
    const report = (problem: unknown) => {
      if (latest.current.onProblem) return latest.current.onProblem(problem);
      const message = `TokenKeeper: ${String(problem)}`;
      if (message !== logged) console.error(message);
      logged = message;
    };
    const keeper = keepToken({
      tokenPath,
      getToken: (request) => readToken(() => latest.current.session, request),
      isReady: () => latest.current.session.isLoaded !== false && !isSigningIn(),
      isOutdated: () => changes.happened(),
      renderedFor: () => latest.current.userId,
      isRenderedBeforeChange: () => isCookieChangedSince(sharedStorage, performance.timeOrigin, Date.now()),
      onUser: (userId) => forgetFormsOfOthers(tabStorage, userId),
      onChanged: () => noteCookieChange(sharedStorage, Date.now()),
      onProblem: report,
      onUpToDate: () => {
        noteArrival(tabStorage);
        forgetFragments(tabStorage);
      },
      onSignedIn: () => latest.current.router.refresh(),
      // Reload the whole page: only a full load clears Next's router cache, which holds pages of the user who signed
      // out.
      onSignedOut: () => {
        if (isLeaving()) return;
        if (changes.happened()) forgetForms(tabStorage);
        if (mayBounce(tabStorage, new URL(location.href), Date.now())) location.reload();
        else report(new Error(userKeepsChanging));
      },
    });
    const syncIfVisible = () => void (document.visibilityState === 'visible' && keeper.sync());
    const syncAfterChange = () => void (changes.happened() && keeper.sync());
    const onPageShow = (event: PageTransitionEvent) => {
      notePageShown();
      // The back button showed this page again after a sign-out, perhaps to another user. Hide it, and load it again. This
      // cannot loop, because a page that was loaded is not `persisted`.
      if (event.persisted && changes.happened()) {
        forgetForms(tabStorage);
        document.documentElement.style.visibility = 'hidden';
        location.reload();
      } else syncIfVisible();
    };
    const stopListening = onSignInEnd(() => void keeper.sync());
    const stopWatching = watchFragments(tabStorage);
    // Update the token cookie when the page becomes visible: timers do not run while the device sleeps or while the
    // page is in the back/forward cache.
    document.addEventListener('visibilitychange', syncIfVisible);
    addEventListener('pageshow', onPageShow);
    addEventListener('online', syncIfVisible);
    // After a sign-out or a switch in another tab, update this page even if it is hidden: it must not keep private content.
    addEventListener('storage', syncAfterChange);
    latestKeeper.current = keeper;
    const firstSync = setTimeout(() => void keeper.sync(), isSignInAddress() ? signInPageWaitMs : 0);
    return () => {
      clearTimeout(firstSync);
      keeper.stop();
      stopListening();
      stopWatching();
      document.removeEventListener('visibilitychange', syncIfVisible);
      removeEventListener('pageshow', onPageShow);
      removeEventListener('online', syncIfVisible);
      removeEventListener('storage', syncAfterChange);
    };
  }, [tokenPath]);
  const { getToken, isLoaded, isSignedIn } = session;
  const seen = useRef({ getToken, isLoaded, isSignedIn });
  useEffect(() => {
    const before = seen.current;
    seen.current = { getToken, isLoaded, isSignedIn };
    if (isLoaded !== before.isLoaded) void latestKeeper.current?.sync();
    // Providers return another `getToken` after the session has changed, for example to another organization.
    else if (getToken !== before.getToken || isSignedIn !== before.isSignedIn)
      void latestKeeper.current?.syncIfTokenChanged();
  }, [getToken, isLoaded, isSignedIn]);
  return null;
}

/** How long to wait for `useSignIn` on a page that may be the sign-in page: React may render it after this component. */
const signInPageWaitMs = 1000;

function isSignInAddress(): boolean {
  return new URLSearchParams(location.search).has(returnParameter);
}

const userKeepsChanging =
  'The signed-in user changed again, although the page was reloaded a moment ago. Check that all pages of this app use the same issuer.';
