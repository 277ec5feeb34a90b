const key = 'torii.signed_out';

/** As much of a browser's localStorage as is needed: all tabs of an origin share it. */
export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Sign-outs in whatever tab. A page that was loaded before one has in memory what is over. */
export interface SignOuts {
  /** This page signs out, and knows it. */
  note(): void;
  /** Whether another one did since this page began to watch. */
  happened(): boolean;
}

/** Where nothing can be shared, other tabs are not heard of. */
export function watchSignOuts(storage: () => SharedStorage): SignOuts {
  let last = read(storage);
  return {
    note() {
      try {
        storage().setItem(key, `${Date.now()} ${Math.random()}`);
      } catch {
        // The cookie is cleared all the same.
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
