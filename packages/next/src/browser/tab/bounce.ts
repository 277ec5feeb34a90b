import { withoutTrailingSlash } from '../../paths.ts';

const key = 'torii.bounced';
/** A second redirect to one address within this time is refused: the first evidently had no effect (redirect loop). */
const windowMs = 30_000;
/** The maximum number of redirects within `windowMs`, to any address. Stops loops that involve several addresses. */
const maxBounces = 3;

export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Bounce {
  readonly atMs: number;
  readonly address: string;
}

export function mayBounce(storage: () => TabStorage, address: URL, nowMs: number): boolean {
  try {
    const tab = storage();
    const path = withoutTrailingSlash(address.pathname);
    const bounce: Bounce = { atMs: nowMs, address: address.origin + path + address.search };
    // Use `Math.abs`: if the device's clock was set back after a redirect, its recorded time lies in the future.
    const recent = read(tab).filter(({ atMs }) => Math.abs(nowMs - atMs) < windowMs);
    if (recent.length >= maxBounces || recent.some((other) => other.address === bounce.address)) return false;
    const entry = JSON.stringify([...recent, bounce]);
    tab.setItem(key, entry);
    return tab.getItem(key) === entry;
  } catch {
    return false;
  }
}

// Called when a redirect has worked. Clears the recorded addresses, so that a redirect to them is allowed at once, but
// keeps the times, because `maxBounces` limits how many redirects happen in total.
export function noteArrival(storage: () => TabStorage): void {
  try {
    const tab = storage();
    tab.setItem(key, JSON.stringify(read(tab).map(({ atMs }) => ({ atMs, address: '' }))));
  } catch {
    // Storage is unavailable. Nothing to do: `mayBounce` refuses every redirect if it cannot record it.
  }
}

export function forgetBounces(storage: () => TabStorage): void {
  try {
    storage().removeItem(key);
  } catch {
    // Storage is unavailable, so there are no recorded redirects to remove.
  }
}

function read(tab: TabStorage): readonly Bounce[] {
  try {
    const entries: unknown = JSON.parse(tab.getItem(key) ?? '[]');
    return Array.isArray(entries) ? entries.filter(isBounce) : [];
  } catch {
    return [];
  }
}

function isBounce(value: unknown): value is Bounce {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'atMs') === 'number' && typeof Reflect.get(value, 'address') === 'string';
}
