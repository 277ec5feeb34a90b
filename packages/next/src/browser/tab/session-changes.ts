const key = 'torii.session_changed';

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Tells the open tabs of an app that one of them has signed out or changed the organization. */
export interface SessionChanges {
  note(): void;
  happened(): boolean;
}

export function watchSessionChanges(storage: () => SharedStorage): SessionChanges {
  let last = read(storage);
  return {
    note() {
      try {
        storage().setItem(key, `${Date.now()} ${Math.random()}`);
      } catch {
        // Storage is unavailable. Continue, because the caller still has to clear the token cookie.
      }
      last = read(storage);
    },
    happened: () => read(storage) !== last,
  };
}

function read(storage: () => SharedStorage): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

const cookieKey = 'torii.cookie_changed';

/** Tells other tabs when the token cookie was set or cleared for another user or organization. */
export function noteCookieChange(storage: () => SharedStorage, nowMs: number): void {
  try {
    storage().setItem(cookieKey, String(nowMs));
  } catch {
    // Storage is unavailable. Other tabs then notice the change when they set or clear the cookie themselves.
  }
}

export function isCookieChangedSince(storage: () => SharedStorage, sinceMs: number, nowMs: number): boolean {
  try {
    const changedMs = Number(storage().getItem(cookieKey));
    // A time in the future means that the device's clock was set back. Every page would be older than that.
    return changedMs > sinceMs && changedMs <= nowMs;
  } catch {
    return false;
  }
}
