import { useCallback, useEffect, useRef, useState } from 'react';
import { withBasePath } from '../../base-path.ts';
import { defaultTokenPath, returnParameter } from '../../paths.ts';
import { readReturnAddress } from '../../return-address.ts';
import { type CookieSource, updateCookie } from '../cookie/cookie-update.ts';
import { isTokenRevoked } from '../cookie/token-store.ts';
import { forgetFormsOfOthers, noteFormsRefused } from '../forms/kept-forms.ts';
import type { TokenRoute, ToriiSession } from '../session/session.ts';
import { forgetBounces, mayBounce } from '../tab/bounce.ts';
import { noteCookieChange } from '../tab/session-changes.ts';
import { changes, sharedStorage, tabStorage } from '../tab/tab.ts';
import { keptFragment } from './fragment.ts';
import { beginSignIn } from './sign-in-pause.ts';

export interface SignInOptions extends TokenRoute {
  /**
   * The page to load after signing in, if the URL of the sign-in page does not say which page the user came from. A
   * path, without Next's `basePath`.
   *
   * @default '/'
   */
  readonly home?: string | undefined;
  /**
   * Other origins that users may be returned to after signing in, such as `https://app.example.com`. The page's own
   * origin is always allowed.
   */
  readonly origins?: readonly string[] | undefined;
}

export interface SignInState {
  /**
   * - `checking`: Torii is being asked whether the user is signed in.
   * - `leaving`: the user is signed in and is being returned to the page they came from.
   * - `signed_out`: show a sign-in button.
   * - `failed`: show `problem`, and a button that calls `retry`.
   */
  readonly status: 'checking' | 'leaving' | 'signed_out' | 'failed';
  /** What failed, in a sentence for the user; null unless `status` is `failed`. */
  readonly problem: string | null;
  readonly retry: () => void;
}

/**
 * React hook for the sign-in page. Sends signed-in users back to the page that they came from, with its fragment (the
 * part of the URL after `#`). Users who still have a session at Torii do not have to click anything.
 *
 * @example
 * const { status, problem, retry } = useSignIn(useSession()); // `useSession` of the app's session.tsx
 */
export function useSignIn(
  session: Pick<ToriiSession, 'getToken' | 'isLoaded' | 'isSignedIn'>,
  { tokenPath = defaultTokenPath, home = '/', origins = [] }: SignInOptions = {},
): SignInState {
  const [state, setState] = useState<Pick<SignInState, 'status' | 'problem'>>({ status: 'checking', problem: null });
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ session, origins });
  const isTokenRefused = useRef(false);
  useEffect(() => {
    latest.current = { session, origins };
  });
  const { isLoaded = true, isSignedIn } = session;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` and `isSignedIn` only run the effect again.
  useEffect(() => {
    let current = true;
    const endPause = beginSignIn();
    const show = (status: SignInState['status'], problem: string | null = null) => {
      if (status !== 'leaving') endPause();
      if (current) setState({ status, problem });
    };
    const showSignedOut = () => {
      forgetBounces(tabStorage);
      show('signed_out');
    };
    const leaveFor = (address: string, leave: (address: string) => void) => {
      if (!current) return;
      if (!mayBounce(tabStorage, new URL(address, location.href), Date.now())) return show('failed', pageSawNoCookie);
      show('leaving');
      leave(address);
    };
    const signIn = async () => {
      const source: CookieSource = {
        getToken: (request) => latest.current.session.getToken(request),
        tokenPath,
        isOutdated: () => changes.happened(),
        isStopped: () => !current,
      };
      if ((await source.getToken()) === null) return showSignedOut();
      const update = await updateCookie(source);
      if (update.did === 'store' && update.answer.userId !== null)
        forgetFormsOfOthers(tabStorage, update.answer.userId);
      if ('answer' in update && update.answer.changed) noteCookieChange(sharedStorage, Date.now());
      if (update.did === 'clear') return showSignedOut();
      if (update.did === 'nothing: reload first') return leaveFor(location.href, () => location.reload());
      const address = readReturnAddress(returnTo, [location.origin, ...latest.current.origins]);
      const withFragment = address === undefined || address.includes('#') ? address : address + fragment;
      leaveFor(withFragment ?? withBasePath(home), (target) => location.replace(target));
    };
    isTokenRefused.current = false;
    setState({ status: 'checking', problem: null });
    const returnTo = new URLSearchParams(location.search).get(returnParameter);
    noteFormsRefused(tabStorage, Date.now());
    // Read it now, because the sign-in page may change the fragment of its URL later.
    const fragment = keptFragment(tabStorage, returnTo ?? '');
    const showFailed = (error: unknown) => {
      // The new token was refused too.
      if (isTokenRevoked(error)) return showSignedOut();
      isTokenRefused.current = Reflect.get(Object(error), 'status') === 401;
      show('failed', messageOf(error));
    };
    if (isLoaded) signIn().catch(showFailed);
    return () => {
      current = false;
      endPause();
    };
  }, [attempt, isLoaded, isSignedIn, tokenPath, home]);
  const retry = useCallback(() => {
    forgetBounces(tabStorage);
    // A provider that goes by the device's clock may return an expired token again and again. A new page forgets it.
    if (isTokenRefused.current) location.reload();
    else setAttempt((count) => count + 1);
  }, []);
  return { ...state, retry };
}

const pageSawNoCookie =
  'You are signed in, but the page that you came from did not accept it. Check that this browser accepts cookies and that no clock is wrong.';

// Not `instanceof`: code of another window, such as a frame, throws errors of another class.
function messageOf(error: unknown): string {
  const message: unknown = Reflect.get(Object(error), 'message');
  return typeof message === 'string' ? message : 'Signing in failed.';
}
