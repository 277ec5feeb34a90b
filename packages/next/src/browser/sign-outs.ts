const key = 'torii.signed_out';

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

export interface SignOuts {
  /**
   * Tells the app's other open pages about a sign-out: `happened` returns `true` in those pages, but not in this one.
   */
  note(): void;
  happened(): boolean;
}

export function watchSignOuts(storage: () => SharedStorage): SignOuts {
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
