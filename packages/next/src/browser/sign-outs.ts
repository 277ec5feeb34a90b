const key = 'torii.signed_out';

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Detects sign-outs in other tabs through `localStorage`: after a sign-out, a page that is still open may have a token
 * in memory.
 */
export interface SignOuts {
  /** Records that this page signs out. `happened` then returns `true` in other pages, but not in this page. */
  note(): void;
  /** Whether another page signed out since `watchSignOuts` was called. */
  happened(): boolean;
}

export function watchSignOuts(storage: () => SharedStorage): SignOuts {
  let last = read(storage);
  return {
    note() {
      try {
        storage().setItem(key, `${Date.now()} ${Math.random()}`);
      } catch {
        // Storage is unavailable, so other tabs do not notice the sign-out. The caller still clears the token cookie.
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
