import { withBasePath } from '../../base-path.ts';
import { readReturnAddress } from '../../return-address.ts';
import { forgetBounces } from './bounce.ts';
import { tabStorage } from './tab.ts';

/** `true` while `loadPage` loads a page. Until then, do not reload: a reload would cancel that navigation. */
let leaving = false;

export function isLeaving(): boolean {
  return leaving;
}

/** Called when the page is shown again, from the back/forward cache. */
export function notePageShown(): void {
  leaving = false;
}

// Loads a full page: only that clears the cache of Next's router, and what the page's components remember.
export function loadPage(to: string | undefined): void {
  forgetBounces(tabStorage);
  leaving = true;
  const address = to === undefined ? undefined : withBasePath(readReturnAddress(to, [location.origin]) ?? '/');
  if (address !== undefined) location.assign(address);
  // If only the fragment differs, `assign` loads nothing.
  if (address === undefined || (address.includes('#') && isSamePage(address))) location.reload();
}

function isSamePage(address: string): boolean {
  const [target, here] = [new URL(address, location.href), new URL(location.href)];
  return target.pathname + target.search === here.pathname + here.search;
}
