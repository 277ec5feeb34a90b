import { isRecord } from '../../record.ts';
import type { TabStorage } from '../tab/bounce.ts';

const keptKey = 'torii.fragment';
const leftKey = 'torii.fragment_left';
/** How long after a page was left its fragment may belong to a redirect to the sign-in page. */
const maxRedirectMs = 30_000;

/** Where this document was loaded. A script of Next that redirects changes `location`. */
const loaded: { readonly address: string; readonly hash: string } =
  typeof location === 'undefined' ? { address: '', hash: '' } : { address: addressOf(location), hash: location.hash };

/**
 * Remembers the fragment of pages that are left. If the response has begun, Next redirects by a script or a `<meta>` tag,
 * and browsers then drop the fragment, which they keep when a response redirects. Returns the function that stops it.
 */
export function watchFragments(storage: () => TabStorage): () => void {
  const onPageHide = () => noteLeft(storage, location);
  const onChange = (event: Event) => {
    const url: unknown = Reflect.get(Object(Reflect.get(event, 'from')), 'url');
    if (typeof url === 'string') noteLeft(storage, new URL(url));
  };
  // TypeScript's `dom` library lacks the Navigation API, and so do older browsers.
  const target = Reflect.get(globalThis, 'navigation') as EventTarget | undefined;
  addEventListener('pagehide', onPageHide);
  target?.addEventListener?.('currententrychange', onChange);
  return () => {
    removeEventListener('pagehide', onPageHide);
    target?.removeEventListener?.('currententrychange', onChange);
  };
}

/**
 * Returns the fragment of the page that the user came from, such as `#section-2`. The server never sees it: browsers keep
 * it when a response redirects, so it is then in the URL of the sign-in page. Ignores a fragment that the sign-in page
 * itself uses, for example one that it was linked with.
 *
 * @param returnTo the page that the user came from, as a path of this origin
 */
export function keptFragment(storage: () => TabStorage, returnTo: string): string {
  const page = addressOf(location);
  try {
    const tab = storage();
    const hash = loaded.address === page && isRedirected() ? loaded.hash : readLeft(tab, returnTo);
    // The user may leave for Torii's own sign-in page and come back, and the sign-in page may change its fragment.
    if (hash !== '') tab.setItem(keptKey, JSON.stringify({ page, hash }));
    const kept: unknown = JSON.parse(tab.getItem(keptKey) ?? 'null');
    return isRecord(kept) && kept['page'] === page ? readHash(kept) : '';
  } catch {
    return '';
  }
}

export function forgetFragments(storage: () => TabStorage): void {
  try {
    for (const key of [keptKey, leftKey]) storage().removeItem(key);
  } catch {
    // Storage is unavailable, so there is nothing to remove.
  }
}

function noteLeft(storage: () => TabStorage, page: Pick<Location, 'pathname' | 'search' | 'hash'>): void {
  if (page.hash === '') return;
  try {
    const left = { address: addressOf(page), hash: page.hash, atMs: Date.now() };
    storage().setItem(leftKey, JSON.stringify(left));
  } catch {
    // Storage is unavailable. The user returns to the top of the page.
  }
}

function readLeft(tab: TabStorage, returnTo: string): string {
  const left: unknown = JSON.parse(tab.getItem(leftKey) ?? 'null');
  if (!isRecord(left) || withoutSlash(String(left['address'])) !== withoutSlash(returnTo)) return '';
  return Math.abs(Date.now() - Number(left['atMs'])) < maxRedirectMs ? readHash(left) : '';
}

function readHash({ hash }: Readonly<Record<string, unknown>>): string {
  return typeof hash === 'string' && hash.startsWith('#') ? hash : '';
}

// Next's option `trailingSlash` adds a slash to the path of the page, and `protect({ returnTo })` leaves it out.
function withoutSlash(address: string): string {
  return address.replace(/\/(?=\?|$)/, '');
}

function isRedirected(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return Number(Reflect.get(Object(navigation), 'redirectCount')) > 0;
}

function addressOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  return pathname + search;
}
