import type { TokenAnswer } from '../../token-answer.ts';
import { type CookieSource, updateCookie } from './cookie-update.ts';
import { elapsedMs, type Moment } from './moment.ts';

export interface KeeperOptions extends Omit<CookieSource, 'isStopped' | 'mayClear'> {
  /** Whether `getToken` can tell who is signed in. Call `sync` when that changes. */
  isReady(): boolean;
  /** The user that the page was rendered for. `undefined` if the page does not know. */
  renderedFor(): string | null | undefined;
  /** Whether another tab has changed the cookie since this page was loaded. Asked if `renderedFor` does not know. */
  isRenderedBeforeChange(): boolean;
  /** Called if this page has set or cleared the cookie for another user or organization than before. */
  onChanged(): void;
  /** Called with the user of each token that was stored. */
  onUser(userId: string): void;
  onUpToDate(): void;
  onSignedIn(): void;
  onSignedOut(): void;
  onProblem(problem: unknown): void;
}

export interface Keeper {
  sync(): Promise<void>;
  /**
   * Syncs at once if `getToken` returns another token than before. Leaves retries after an error to the timer, and asks
   * only a few times a second, because a page may render again for each call of `getToken`.
   */
  syncIfTokenChanged(): Promise<void>;
  stop(): void;
}

const leadMs = 25_000;
const minDelayMs = 1000;
/** How often a page may ask within `minDelayMs` whether the token has changed. */
const maxChecks = 5;
const maxRetryMs = 60_000;
/**
 * The longest delay of a timer. `setTimeout` fires at once above 2^31 ms. A long delay is also wrong if the device's
 * clock is changed meanwhile.
 */
const maxDelayMs = 60 * 60 * 1000;

export function keepToken(options: KeeperOptions): Keeper {
  const { renderedFor, onUpToDate, onSignedIn, onSignedOut, onProblem } = options;
  /** The token in the cookie, and how long the cookie lives from when the token was sent to the token route. */
  let stored: { readonly token: string; readonly sentAt: Moment; readonly lifetimeMs: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = minDelayMs;
  let running: Promise<void> | undefined;
  let stopped = false;
  /** The user of the token route's last answer. */
  let lastUserId: string | null | undefined;
  /** When `getToken` began to return `null`. One such answer may only mean that the provider is reconnecting. */
  let nullSinceMs: number | undefined;
  let checks = { sinceMs: 0, count: 0 };
  let checkTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a retry is due. Until then, only the timer and the browser's events may start an update. */
  let isRetryDue = false;

  async function update(): Promise<void> {
    try {
      isRetryDue = false;
      if (!options.isReady() && !options.isOutdated()) return;
      const result = await updateCookie({ ...options, isStopped: () => stopped, mayClear }, stored?.token);
      if (result.did !== 'nothing: ask again') nullSinceMs = undefined;
      if (result.did === 'store') handleStored(result.token, result.answer, result.sentAt);
      if (result.did === 'clear') handleCleared(result.answer);
      if (result.did === 'nothing: reload first') requestReload();
      retryMs = minDelayMs;
      if (result.did === 'nothing: ask again') syncAfter(minDelayMs);
      else if (stored !== undefined) syncAfter(renewalDelay(stored.lifetimeMs - elapsedMs(stored.sentAt)));
    } catch (problem) {
      if (stopped) return;
      isRetryDue = true;
      onProblem(problem);
      syncAfter(retryMs);
      retryMs = Math.min(retryMs * 2, maxRetryMs);
    }
  }

  function mayClear(): boolean {
    nullSinceMs ??= Date.now();
    // Use `Math.abs`: the device's clock may be set back.
    return Math.abs(Date.now() - nullSinceMs) >= minDelayMs;
  }

  function handleStored(token: string, { changed, userId, expiresInSeconds = 0 }: TokenAnswer, sentAt: Moment): void {
    stored = { token, sentAt, lifetimeMs: expiresInSeconds * 1000 };
    if (userId !== null) options.onUser(userId);
    if (changed) options.onChanged();
    const isOther = changed || isRenderedForAnother(userId);
    lastUserId = userId;
    if (stopped) return;
    if (isOther) onSignedIn();
    else onUpToDate();
  }

  function handleCleared({ changed }: TokenAnswer): void {
    stored = undefined;
    if (changed) options.onChanged();
    const isOther = changed || isRenderedForAnother(null);
    lastUserId = null;
    if (isOther) requestReload();
  }

  // Asks `onSignedOut` to reload the page. It may refuse, to avoid a reload loop, so a later sync asks again.
  function requestReload(): void {
    stored = undefined;
    if (stopped) return;
    isRetryDue = true;
    onSignedOut();
    syncAfter(maxRetryMs);
  }

  // Whether the page was rendered for a user other than `userId`. The server's `changed` does not show this if the
  // cookie was set, or expired, after the page was rendered.
  function isRenderedForAnother(userId: string | null): boolean {
    const knownUserId = renderedFor() === undefined ? lastUserId : renderedFor();
    return knownUserId === undefined ? options.isRenderedBeforeChange() : knownUserId !== userId;
  }

  function syncAfter(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void sync(), delayMs);
  }

  function sync(): Promise<void> {
    running ??= update().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function checkToken(): Promise<void> {
    // An update that is running may have read the token before it changed.
    await running;
    if (stopped || isRetryDue) return;
    try {
      if ((await options.getToken()) === (stored?.token ?? null)) return;
    } catch {
      // The update below reports the error.
    }
    await sync();
  }

  async function syncIfTokenChanged(): Promise<void> {
    const sinceMs = Date.now() - checks.sinceMs;
    if (sinceMs < 0 || sinceMs >= minDelayMs) checks = { sinceMs: Date.now(), count: 0 };
    checks.count += 1;
    if (checks.count <= maxChecks) return checkToken();
    clearTimeout(checkTimer);
    if (!stopped) checkTimer = setTimeout(() => void checkToken(), minDelayMs);
  }

  return {
    sync,
    syncIfTokenChanged,
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(checkTimer);
    },
  };
}

function renewalDelay(remainingMs: number): number {
  const dueMs = remainingMs - Math.min(leadMs, remainingMs / 3);
  return Math.min(Math.max(minDelayMs, dueMs), maxDelayMs);
}
