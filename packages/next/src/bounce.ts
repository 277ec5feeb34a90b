const key = 'torii.bounced';
/** Who is sent back to the same address within this time was not let in there. */
const tooSoonMs = 30_000;

/** As much of a browser's sessionStorage as is needed: it belongs to one tab. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Notes that this tab is about to be sent back to an address, where it was not sent just now. False where it was, or where
 * nobody can tell: going back once more would end here again, and never stop.
 */
export function mayBounce(storage: () => TabStorage, address: string, nowMs: number): boolean {
  try {
    const tab = storage();
    const [at = '', last = ''] = split(tab.getItem(key));
    // By its amount, since a clock may be set back.
    if (last === address && Math.abs(nowMs - Number(at)) < tooSoonMs) return false;
    tab.setItem(key, `${nowMs} ${address}`);
    return split(tab.getItem(key))[1] === address;
  } catch {
    return false;
  }
}

/** What a person does deliberately begins anew. */
export function forgetBounce(storage: () => TabStorage): void {
  try {
    storage().removeItem(key);
  } catch {
    // Where nothing can be kept, there is nothing to forget.
  }
}

function split(note: string | null): readonly string[] {
  const space = note?.indexOf(' ') ?? -1;
  return note === null || space === -1 ? [] : [note.slice(0, space), note.slice(space + 1)];
}
