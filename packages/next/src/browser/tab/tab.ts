import { type SessionChanges, watchSessionChanges } from './session-changes.ts';

// The state of this page. Created when the page's scripts load, not later: another tab may sign out before the first
// update of the cookie has finished.
export const changes: SessionChanges = watchSessionChanges(sharedStorage);

export function sharedStorage(): Storage {
  return window.localStorage;
}

export function tabStorage(): Storage {
  return sessionStorage;
}
