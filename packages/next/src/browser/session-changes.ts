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
