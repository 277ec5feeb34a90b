const key = 'torii.signed_out';

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Detects sign-outs in other tabs through `localStorage`. A page that is still open may have a token in memory. */
export interface SignOuts {
  /** Records that this page signs out. Its own `happened` ignores that. */
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
