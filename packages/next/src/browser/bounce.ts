import { withoutTrailingSlash } from '../paths.ts';

const key = 'torii.bounced';
/** Who is sent back to the same address within this time was not let in there. */
const tooSoonMs = 30_000;
/** Within that time, and whatever the addresses: two that lead to each other would never end. */
const maxBounces = 3;

/** As much of a browser's sessionStorage as is needed: it belongs to one tab. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Bounce {
  readonly atMs: number;
  readonly address: string;
}

/**
 * Notes that this tab is about to be sent to an address, where it was not sent just now, nor to too many others. False where
 * it was, or where nobody can tell: going there once more would end here again, and never stop.
 */
export function mayBounce(storage: () => TabStorage, address: URL, nowMs: number): boolean {
  try {
    const tab = storage();
    // One form for all who ask. A fragment does not reach the server, which would answer the same.
    const path = withoutTrailingSlash(address.pathname);
    const bounce: Bounce = { atMs: nowMs, address: address.origin + path + address.search };
    // By its amount, since a clock may be set back.
    const recent = read(tab).filter(({ atMs }) => Math.abs(nowMs - atMs) < tooSoonMs);
    if (recent.length >= maxBounces || recent.some((other) => other.address === bounce.address)) return false;
    const note = JSON.stringify([...recent, bounce]);
    tab.setItem(key, note);
    return tab.getItem(key) === note;
  } catch {
    return false;
  }
}

/** Whoever got in may be sent to the same address again, if not without end. */
export function noteArrival(storage: () => TabStorage): void {
  try {
    const tab = storage();
    tab.setItem(key, JSON.stringify(read(tab).map(({ atMs }) => ({ atMs, address: '' }))));
  } catch {
    // Then nobody is sent anywhere either.
  }
}

/** What a person does deliberately begins anew. */
export function forgetBounces(storage: () => TabStorage): void {
  try {
    storage().removeItem(key);
  } catch {
    // Where nothing can be kept, there is nothing to forget.
  }
}

function read(tab: TabStorage): readonly Bounce[] {
  try {
    const notes: unknown = JSON.parse(tab.getItem(key) ?? '[]');
    return Array.isArray(notes) ? notes.filter(isBounce) : [];
  } catch {
    // Somebody else's note.
    return [];
  }
}

function isBounce(note: unknown): note is Bounce {
  if (typeof note !== 'object' || note === null) return false;
  return typeof Reflect.get(note, 'atMs') === 'number' && typeof Reflect.get(note, 'address') === 'string';
}
