const key = 'torii.signed_out';

export type SharedStorage = Pick<Storage, 'getItem' | 'setItem'>;

export interface SignOuts {
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
