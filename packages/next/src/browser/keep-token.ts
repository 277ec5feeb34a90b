import type { TokenAnswer } from '../token-answer.ts';
import { type CookieSource, updateCookie } from './cookie-update.ts';

/** What keeping the cookie in step needs of the page. */
export interface Keeping extends Omit<CookieSource, 'isStopped'> {
  /** Whom the page was made for; null for nobody, undefined where that is not known. */
  shownTo(): string | null | undefined;
  /** The page, the cookie and the token are of the same person. */
  onInStep(): void;
  /** Somebody is signed in now who was not when the page was made. */
  onSignedIn(): void;
  /** Nobody is signed in any more, or somebody signed out elsewhere: the page has to be loaded again. */
  onSignedOut(): void;
  onProblem(problem: unknown): void;
}

export interface Keeper {
  /** Looks again at once. */
  sync(): Promise<void>;
  stop(): void;
}

/** The cookie is renewed this long before it ends, or when a third of a shorter life is left. */
const leadMs = 25_000;
const soonestMs = 1000;
const slowestRetryMs = 60_000;
/** Timers count to 2^31 ms, and begin at once with more. A machine's clock may be set, too. */
const latestMs = 60 * 60 * 1000;

/** Keeps the cookie in step with the browser's token, from now until it is stopped. */
export function keepToken(keeping: Keeping): Keeper {
  const { shownTo, onInStep, onSignedIn, onSignedOut, onProblem } = keeping;
  let stored: { readonly token: string; readonly endsAtMs: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = soonestMs;
  let running: Promise<void> | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const update = await updateCookie({ ...keeping, isStopped: () => stopped }, stored?.token);
      if (update.did === 'store') noteStored(update.token, update.answer);
      if (update.did === 'clear') noteCleared(update.answer);
      if (update.did === 'wait for a load') askForLoad();
      retryMs = soonestMs;
      if (stored !== undefined) lookAfter(dueIn(stored.endsAtMs - Date.now()));
    } catch (problem) {
      if (stopped) return;
      onProblem(problem);
      lookAfter(retryMs);
      retryMs = Math.min(retryMs * 2, slowestRetryMs);
    }
  }

  function noteStored(token: string, { changed, userId, expiresInSeconds = 0 }: TokenAnswer): void {
    stored = { token, endsAtMs: Date.now() + expiresInSeconds * 1000 };
    if (stopped) return;
    if (changed || isShownToAnother(userId)) onSignedIn();
    else onInStep();
  }

  function noteCleared({ changed }: TokenAnswer): void {
    stored = undefined;
    if (changed || isShownToAnother(null)) askForLoad();
  }

  // Where the page may not be loaded again just now, it may a while later. Until then it shows what is over.
  function askForLoad(): void {
    stored = undefined;
    if (stopped) return;
    onSignedOut();
    lookAfter(slowestRetryMs);
  }

  // The cookie may have come, or ended, between the page and this look at it: then it has not changed, but the page is old.
  function isShownToAnother(userId: string | null): boolean {
    const shown = shownTo();
    return shown !== undefined && shown !== userId;
  }

  function lookAfter(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void sync(), delayMs);
  }

  function sync(): Promise<void> {
    // One for all who ask at once.
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    sync,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function dueIn(remainingMs: number): number {
  const dueMs = remainingMs - Math.min(leadMs, remainingMs / 3);
  return Math.min(Math.max(soonestMs, dueMs), latestMs);
}
