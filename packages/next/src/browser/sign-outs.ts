const key = 'torii.signed_out';

/** The part of `localStorage` that is needed. All tabs of an origin share it. */
export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Tells whether another tab signed out. Pages that were loaded before may still have a token in memory. */
export interface SignOuts {
  /** Records that this page signs out. Its own `happened` ignores that. */
  note(): void;
  /** Whether another page signed out since `watchSignOuts` was called. */
  happened(): boolean;
}

/** If the browser denies storage, sign-outs in other tabs are not detected. */
export function watchSignOuts(storage: () => SharedStorage): SignOuts {
  let last = read(storage);
  return {
    note() {
      try {
        storage().setItem(key, `${Date.now()} ${Math.random()}`);
      } catch {
        // The caller clears the cookie in any case.
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
