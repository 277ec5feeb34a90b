import { clearToken, storeToken } from './token-store.ts';

/** What keeping the cookie in step needs of the page. */
export interface Keeping {
  /** The browser's own access token, renewed shortly before it ends; null where nobody is signed in. */
  getToken(): Promise<string | null>;
  readonly tokenPath: string;
  /** Whom the page was made for; null for nobody, undefined where that is not known. */
  shownTo(): string | null | undefined;
  /** Somebody is signed in now who was not when the page was made. */
  onSignedIn(): void;
  /** Nobody is signed in any more. */
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

/** Keeps the cookie in step with the browser's token, from now until it is stopped. */
export function keepToken({ getToken, tokenPath, shownTo, onSignedIn, onSignedOut, onProblem }: Keeping): Keeper {
  let stored: { readonly token: string; readonly endsAtMs: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = soonestMs;
  let running: Promise<void> | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const token = await getToken();
      if (stopped) return;
      if (token === null) await forget();
      else if (token !== stored?.token) await store(token);
      retryMs = soonestMs;
      if (stored !== undefined) lookAfter(dueIn(stored.endsAtMs - Date.now()));
    } catch (problem) {
      if (stopped) return;
      onProblem(problem);
      lookAfter(retryMs);
      retryMs = Math.min(retryMs * 2, slowestRetryMs);
    }
  }

  async function store(token: string): Promise<void> {
    const { changed, userId, expiresInSeconds = 0 } = await storeToken(tokenPath, token);
    stored = { token, endsAtMs: Date.now() + expiresInSeconds * 1000 };
    if (!stopped && (changed || isShownToAnother(userId))) onSignedIn();
  }

  async function forget(): Promise<void> {
    stored = undefined;
    const { changed } = await clearToken(tokenPath);
    if (!stopped && (changed || isShownToAnother(null))) onSignedOut();
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
  return Math.max(soonestMs, remainingMs - Math.min(leadMs, remainingMs / 3));
}
