/// <reference lib="dom" />
'use client';

import type { Reason } from '@torii/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useRouter } from '#navigation';
import { readDigest } from '../digest.ts';
import { defaultTokenPath, returnParameter } from '../paths.ts';
import { readReturnAddress } from '../return-address.ts';
import { forgetBounces, mayBounce, noteArrival } from './bounce.ts';
import { updateCookie } from './cookie-update.ts';
import { keepToken } from './keep-token.ts';
import { watchSignOuts } from './sign-outs.ts';
import { clearToken } from './token-store.ts';
import { takeTurn } from './turns.ts';

/** What a page knows of its own session: `getToken` of Torii's browser code. */
interface TokenSource {
  /** An access token, renewed before it ends; null where nobody is signed in. */
  readonly getToken: () => Promise<string | null>;
  /**
   * Where the token route is.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string | undefined;
}

export interface TokenKeeperProps extends TokenSource {
  /**
   * Whom the page was made for: `auth?.userId ?? null`. Where it turns out to be somebody else, the page is made again. Leave
   * it out where no page depends on who is signed in.
   */
  readonly userId?: string | null | undefined;
  /** Told what went wrong. It is tried again anyway. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/**
 * Keeps the cookie in step with the browser's token while a page is open, and renews it before it ends. Shows nothing. Put
 * it into the root layout.
 */
export function TokenKeeper({ getToken, userId, tokenPath = defaultTokenPath, onProblem }: TokenKeeperProps): null {
  const router = useRouter();
  const latest = useRef({ getToken, userId, onProblem, router });
  useEffect(() => {
    latest.current = { getToken, userId, onProblem, router };
  });
  useEffect(() => {
    const keeper = keepToken({
      tokenPath,
      getToken: () => latest.current.getToken(),
      isOutdated: () => signOuts.happened(),
      shownTo: () => latest.current.userId,
      onProblem: (problem) => latest.current.onProblem?.(problem),
      onInStep: () => noteArrival(tabStorage),
      // The page stays as it is but for what depends on who is signed in.
      onSignedIn: () => latest.current.router.refresh(),
      // The router keeps pages that it has shown. A load from scratch leaves nothing of them, but must not be one of many.
      onSignedOut: () => {
        if (isLeaving) return;
        if (mayBounce(tabStorage, new URL(location.href), Date.now())) location.reload();
        else latest.current.onProblem?.(new Error(keptChanging));
      },
    });
    const lookAgain = () => void (document.visibilityState === 'visible' && keeper.sync());
    const listen = () => void (signOuts.happened() && keeper.sync());
    const comeBack = () => {
      isLeaving = false;
      lookAgain();
    };
    // Timers stand still while a machine sleeps, and in a page that the back button brings back.
    document.addEventListener('visibilitychange', lookAgain);
    addEventListener('pageshow', comeBack);
    addEventListener('online', lookAgain);
    // Another tab signed out: what this one shows is to go as well, also while nobody looks.
    addEventListener('storage', listen);
    void keeper.sync();
    return () => {
      keeper.stop();
      document.removeEventListener('visibilitychange', lookAgain);
      removeEventListener('pageshow', comeBack);
      removeEventListener('online', lookAgain);
      removeEventListener('storage', listen);
    };
  }, [tokenPath]);
  return null;
}

export interface SignInOptions extends TokenSource {
  /**
   * Where to go where nobody came from anywhere.
   *
   * @default '/'
   */
  readonly home?: string | undefined;
  /** Further origins, such as `https://app.example.com`, that may be gone back to. */
  readonly origins?: readonly string[] | undefined;
}

export interface SignInState {
  /**
   * `checking` whether Torii still knows this person; `leaving` for where they came from, signed in; `signed_out`: show them
   * how to sign in; `failed`: say so, and offer `retry`.
   */
  readonly status: 'checking' | 'leaving' | 'signed_out' | 'failed';
  /** What failed, for a person to read. */
  readonly problem: string | null;
  readonly retry: () => void;
}

/** For the sign-in page: sends people back to where they came from, without a click where Torii still knows them. */
export function useSignIn({
  getToken,
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another run.
  useEffect(() => {
    let current = true;
    const show = (status: SignInState['status'], problem: string | null = null) => {
      if (current) setState({ status, problem });
    };
    const showSignedOut = () => {
      // Whoever signs in now does it deliberately.
      forgetBounces(tabStorage);
      show('signed_out');
    };
    const leaveFor = (address: string, leave: (address: string) => void) => {
      if (!current) return;
      if (!mayBounce(tabStorage, new URL(address, location.href), Date.now())) return show('failed', keptOut);
      show('leaving');
      leave(address);
    };
    const signIn = async () => {
      const source = {
        getToken: () => latest.current.getToken(),
        tokenPath,
        isOutdated: () => signOuts.happened(),
        isStopped: () => !current,
      };
      if ((await source.getToken()) === null) return showSignedOut();
      const { did } = await updateCookie(source);
      if (did === 'clear') return showSignedOut();
      if (did === 'wait for a load') return leaveFor(location.href, () => location.reload());
      const asked = new URLSearchParams(location.search).get(returnParameter);
      const address = readReturnAddress(asked, [location.origin, ...latest.current.origins]) ?? home;
      leaveFor(address, (there) => location.replace(there));
    };
    show('checking');
    signIn().catch((error: unknown) => show('failed', error instanceof Error ? error.message : 'Signing in failed.'));
    return () => {
      current = false;
    };
  }, [attempt, tokenPath, home]);
  const retry = useCallback(() => {
    forgetBounces(tabStorage);
    setAttempt((count) => count + 1);
  }, []);
  return { ...state, retry };
}

const keptOut =
  'You are signed in, but the page that you came from did not notice. Does this browser keep cookies? Is a clock wrong?';

const keptChanging =
  'Who is signed in keeps changing: the page was loaded again just now. Do all pages of this app ask the same Torii?';

export interface EndSessionOptions {
  /** Ends Torii's session: `signOut` of its browser code. */
  readonly signOut: () => Promise<void>;
  readonly tokenPath?: string | undefined;
  /**
   * Where to go then.
   *
   * @default '/'
   */
  readonly to?: string | undefined;
}

/**
 * Signs out at Torii, clears the cookie, and leaves with a load from scratch: the router keeps pages that it has shown.
 *
 * @throws Error where Torii or the token route cannot be reached
 */
export async function endSession({
  signOut,
  tokenPath = defaultTokenPath,
  to = '/',
}: EndSessionOptions): Promise<void> {
  await takeTurn(tokenPath, async () => {
    await signOut();
    signOuts.note();
    await clearToken(tokenPath);
  });
  forgetBounces(tabStorage);
  isLeaving = true;
  location.assign(readReturnAddress(to, [location.origin]) ?? '/');
}

/** Why a helper of ours threw, in an `error.tsx`: `keys_unavailable`, `not_allowed`, … Undefined for any other error. */
export function getErrorReason(error: { readonly digest?: string | undefined }): Reason | undefined {
  return readDigest(error.digest);
}

function tabStorage(): Storage {
  return sessionStorage;
}

// Those of this page's life, whatever of it is mounted. Watched from the moment that this file is loaded, and not from a first
// look: that may wait for its turn until another tab has signed out. On a server there is no window, and nobody is heard of.
const signOuts = watchSignOuts(() => window.localStorage);

/** Loading the page again would keep it from leaving. */
let isLeaving = false;
