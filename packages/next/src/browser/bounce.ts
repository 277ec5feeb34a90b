import { withoutTrailingSlash } from '../paths.ts';

const key = 'torii.bounced';
/** Within this time, a second redirect to the same address is refused, because the first had no effect (loop). */
const windowMs = 30_000;
/** The most redirects within `windowMs`, to all addresses together. Stops loops between several addresses. */
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
    // `Math.abs`, because the clock may have been set back.
    const recent = read(tab).filter(({ atMs }) => Math.abs(nowMs - atMs) < windowMs);
    if (recent.length >= maxBounces || recent.some((other) => other.address === bounce.address)) return false;
    const entry = JSON.stringify([...recent, bounce]);
    tab.setItem(key, entry);
    return tab.getItem(key) === entry;
  } catch {
    return false;
  }
}

// Called after a redirect that worked: the same address is allowed again. The redirect still counts for `maxBounces`.
export function noteArrival(storage: () => TabStorage): void {
  try {
    const tab = storage();
    tab.setItem(key, JSON.stringify(read(tab).map(({ atMs }) => ({ atMs, address: '' }))));
  } catch {
    // Storage is unavailable. `mayBounce` then allows no redirect at all.
  }
}

export function forgetBounces(storage: () => TabStorage): void {
  try {
    storage().removeItem(key);
  } catch {
    // Storage is unavailable, so no redirect was recorded.
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
