import type { TabStorage } from './bounce.ts';

const key = 'torii.fragment';
/** How long after a page was loaded a script may redirect it, such as the one that Next sends if the response has begun. */
const maxRedirectMs = 30_000;

/** Where this document was loaded. A script of Next that redirects changes `location`. */
const loaded: { readonly address: string; readonly hash: string } =
  typeof location === 'undefined' ? { address: '', hash: '' } : { address: addressOf(location), hash: location.hash };

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
    const hash = fragmentBefore(page, returnTo);
    // The user may leave for Torii's own sign-in page and come back, or the sign-in page may change its fragment.
    if (hash !== '') tab.setItem(key, JSON.stringify({ page, hash }));
    const kept: unknown = JSON.parse(tab.getItem(key) ?? 'null');
    if (Reflect.get(Object(kept), 'page') !== page) return '';
    const keptHash: unknown = Reflect.get(Object(kept), 'hash');
    return typeof keptHash === 'string' && keptHash.startsWith('#') ? keptHash : '';
  } catch {
    return '';
  }
}

function fragmentBefore(page: string, returnTo: string): string {
  if (loaded.address === page) return isRedirected() ? loaded.hash : '';
  return withoutSlash(loaded.address) === withoutSlash(returnTo) && performance.now() < maxRedirectMs
    ? loaded.hash
    : '';
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
