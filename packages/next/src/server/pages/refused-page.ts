import * as navigation from '#navigation';

export const refusedPages = ['forbidden', 'not_found'] as const;

/** What a page shows if a check refuses a signed-in user. */
export type RefusedPage = (typeof refusedPages)[number];

export function showRefusedPage(choice: RefusedPage | undefined): never {
  if (choice !== 'not_found') tryForbidden();
  return navigation.notFound();
}

// Not a named import, which fails in Next 15.0: it has no such function. Not `Reflect.get`, for which webpack leaves the
// function out. Without `experimental.authInterrupts` it throws an error that Next does not handle.
function tryForbidden(): void {
  const forbidden: unknown = navigation.forbidden;
  if (typeof forbidden !== 'function') return;
  try {
    forbidden();
  } catch (error) {
    if (typeof Reflect.get(Object(error), 'digest') === 'string') throw error;
  }
}
