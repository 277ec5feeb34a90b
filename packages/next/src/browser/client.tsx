/// <reference lib="dom" />
'use client';

import type { Reason } from '@torii/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useRouter } from '#navigation';
import { readBasePath, withBasePath } from '../base-path.ts';
import { readDigest } from '../digest.ts';
import { defaultTokenPath, returnParameter } from '../paths.ts';
import { readReturnAddress } from '../return-address.ts';
import { forgetBounces, mayBounce, noteArrival } from './bounce.ts';
import { updateCookie, updateInTurn } from './cookie-update.ts';
import { type Keeper, keepToken } from './keep-token.ts';
import { watchSessionChanges } from './session-changes.ts';
import { clearToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

export type { Reason } from '@torii/core';

/**
 * Next's `basePath`, such as `/shop`, or an empty string. For code that knows nothing of Next, such as
 * `createSession({ issuer: basePath })` of the emulator: the issuer route is below it.
 */
export const basePath: string = readBasePath();

interface TokenSource {
  /** Returns a valid access token, or `null` if the user is signed out. Pass `getToken` of Torii's browser code. */
  readonly getToken: () => Promise<string | null>;
  /**
   * The path of the token route, without Next's `basePath`.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string | undefined;
}

export interface TokenKeeperProps extends TokenSource {
  /**
   * The id of the user that the server rendered the page for: `auth?.userId ?? null`. If the browser finds that another
   * user is signed in, the page is refreshed or reloaded. Leave out `userId` if no page depends on the user.
   */
  readonly userId?: string | null | undefined;
  /**
   * Called with each error that occurs while the token cookie is updated, for example to log it. The update is retried
   * in any case.
   */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/**
 * Keeps the token cookie up to date while a page is open: stores each new token before the old one expires, and clears
 * the cookie after a sign-out. Renders nothing. Put this component into a layout that all pages share.
 */
export function TokenKeeper({ getToken, userId, tokenPath = defaultTokenPath, onProblem }: TokenKeeperProps): null {
  const router = useRouter();
  const latest = useRef({ getToken, userId, onProblem, router });
  useEffect(() => {
    latest.current = { getToken, userId, onProblem, router };
  });
  const latestKeeper = useRef<Keeper | undefined>(undefined);
  useEffect(() => {
    const keeper = keepToken({
      tokenPath,
      getToken: () => latest.current.getToken(),
      isOutdated: () => changes.happened(),
      renderedFor: () => latest.current.userId,
      onProblem: (problem) => latest.current.onProblem?.(problem),
      onUpToDate: () => noteArrival(tabStorage),
      onSignedIn: () => latest.current.router.refresh(),
      // Reload the whole page: only a full load clears Next's router cache, which holds pages of the user who signed
      // out.
      onSignedOut: () => {
        if (isLeaving) return;
        if (mayBounce(tabStorage, new URL(location.href), Date.now())) location.reload();
        else latest.current.onProblem?.(new Error(userKeepsChanging));
      },
    });
    const syncIfVisible = () => void (document.visibilityState === 'visible' && keeper.sync());
    const syncAfterChange = () => void (changes.happened() && keeper.sync());
    const onPageShow = () => {
      isLeaving = false;
      syncIfVisible();
    };
    // Update the token cookie when the page becomes visible: timers do not run while the device sleeps or while the
    // page is in the back/forward cache.
    document.addEventListener('visibilitychange', syncIfVisible);
    addEventListener('pageshow', onPageShow);
    addEventListener('online', syncIfVisible);
    // After a sign-out or a switch in another tab, update this page even if it is hidden: it must not keep private content.
    addEventListener('storage', syncAfterChange);
    latestKeeper.current = keeper;
    void keeper.sync();
    return () => {
      keeper.stop();
      document.removeEventListener('visibilitychange', syncIfVisible);
      removeEventListener('pageshow', onPageShow);
      removeEventListener('online', syncIfVisible);
      removeEventListener('storage', syncAfterChange);
    };
  }, [tokenPath]);
  // Providers return another `getToken` after the session has changed, for example to another organization.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new `getToken` runs the effect again.
  useEffect(() => void latestKeeper.current?.syncIfTokenChanged(), [getToken]);
  return null;
}

export interface SignInOptions extends TokenSource {
  /**
   * Whether `getToken` can tell who is signed in. Nothing is decided before. Providers return it together with
   * `getToken`.
   *
   * @default true
   */
  readonly isLoaded?: boolean | undefined;
  /** Whether the user is signed in. If it changes, for example because the user signs in on this page, Torii is asked again. */
  readonly isSignedIn?: boolean | undefined;
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
 * React hook for the sign-in page. Sends signed-in users back to the page that they came from. Users who still have a
 * session at Torii do not have to click anything.
 *
 * @example
 * const { status, problem, retry } = useSignIn(useAuth()); // `useAuth` of Torii's React provider
 */
export function useSignIn({
  getToken,
  isLoaded = true,
  isSignedIn,
  tokenPath = defaultTokenPath,
  home = '/',
  origins = [],
}: SignInOptions): SignInState {
  const [state, setState] = useState<Pick<SignInState, 'status' | 'problem'>>({ status: 'checking', problem: null });
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ getToken, origins });
  useEffect(() => {
    latest.current = { getToken, origins };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` and `isSignedIn` only run the effect again.
  useEffect(() => {
    let current = true;
    const show = (status: SignInState['status'], problem: string | null = null) => {
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
      const source = {
        getToken: () => latest.current.getToken(),
        tokenPath,
        isOutdated: () => changes.happened(),
        isStopped: () => !current,
      };
      if ((await source.getToken()) === null) return showSignedOut();
      const { did } = await updateCookie(source);
      if (did === 'clear') return showSignedOut();
      if (did === 'nothing: reload first') return leaveFor(location.href, () => location.reload());
      const returnTo = new URLSearchParams(location.search).get(returnParameter);
      const address = readReturnAddress(returnTo, [location.origin, ...latest.current.origins]) ?? withBasePath(home);
      leaveFor(address, (target) => location.replace(target));
    };
    show('checking');
    if (!isLoaded) return;
    signIn().catch((error: unknown) => show('failed', messageOf(error)));
    return () => {
      current = false;
    };
  }, [attempt, isLoaded, isSignedIn, tokenPath, home]);
  const retry = useCallback(() => {
    forgetBounces(tabStorage);
    setAttempt((count) => count + 1);
  }, []);
  return { ...state, retry };
}

const pageSawNoCookie =
  'You are signed in, but the page that you came from did not accept it. Check that this browser accepts cookies and that no clock is wrong.';

const userKeepsChanging =
  'The signed-in user changed again, although the page was reloaded a moment ago. Check that all pages of this app use the same issuer.';

export interface EndSessionOptions {
  /** Ends the user's session at Torii. Pass `signOut` of Torii's browser code. */
  readonly signOut: () => Promise<void>;
  /**
   * The path of the token route, without Next's `basePath`.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string | undefined;
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
export async function endSession({
  signOut,
  tokenPath = defaultTokenPath,
  to = '/',
}: EndSessionOptions): Promise<void> {
  await takeTurn(tokenPath, async () => {
    await signOut();
    changes.note();
    await clearToken(tokenPath);
  });
  loadPage(to);
}

export interface ChangeOrganizationOptions extends TokenSource {
  /**
   * Makes another organization the active one of the user's session at Torii. After that, `getToken` must return a
   * token for this organization.
   */
  readonly switchOrganization: () => Promise<unknown>;
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
 * @example
 * await changeOrganization({ switchOrganization: () => session.switchOrganization(id), getToken: session.getToken });
 */
export async function changeOrganization({
  switchOrganization,
  getToken,
  tokenPath = defaultTokenPath,
  to,
}: ChangeOrganizationOptions): Promise<void> {
  await takeTurn(tokenPath, async () => {
    await switchOrganization();
    changes.note();
    await updateInTurn({ getToken, tokenPath, isOutdated: () => changes.happened(), isStopped: () => false });
  });
  loadPage(to);
}

// Loads a full page: only that clears the cache of Next's router, and what the page's components remember.
function loadPage(to: string | undefined): void {
  forgetBounces(tabStorage);
  isLeaving = true;
  const address = to === undefined ? undefined : withBasePath(readReturnAddress(to, [location.origin]) ?? '/');
  if (address !== undefined) location.assign(address);
  // If only the fragment differs, `assign` loads nothing.
  if (address === undefined || (address.includes('#') && isSamePage(address))) location.reload();
}

function isSamePage(address: string): boolean {
  const [target, here] = [new URL(address, location.href), new URL(location.href)];
  return target.pathname + target.search === here.pathname + here.search;
}

/**
 * Returns the reason of an error that `auth` or `protect` threw, such as `keys_unavailable` or `not_allowed`;
 * `undefined` for any other error. For use in `error.tsx`, where Next passes only the error's `digest` in production.
 */
export function getErrorReason(error: { readonly digest?: string | undefined }): Reason | undefined {
  return readDigest(error.digest);
}

// Not `instanceof`: code of another window, such as a frame, throws errors of another class.
function messageOf(error: unknown): string {
  const message: unknown = Reflect.get(Object(error), 'message');
  return typeof message === 'string' ? message : 'Signing in failed.';
}

function tabStorage(): Storage {
  return sessionStorage;
}

// Created when the page loads, not later: another tab may sign out before the first update of the cookie has finished.
const changes = watchSessionChanges(() => window.localStorage);

/** `true` while `loadPage` loads a page. Until then, do not reload: a reload would cancel that navigation. */
let isLeaving = false;
