import * as navigation from '#navigation';

export const refusedPages = ['forbidden', 'not_found'] as const;

/** What a page shows if a check refuses a signed-in user. */
export type RefusedPage = (typeof refusedPages)[number];

export function showRefusedPage(choice: RefusedPage | undefined): never {
  if (choice !== 'not_found') tryForbidden();
  return navigation.notFound();
}

// Next 15.0 has no such function, so webpack refuses a named import of it, and `navigation.forbidden` too. For `Reflect.get`,
// webpack leaves the function out. Without `experimental.authInterrupts`, the function throws an error that Next does not
// handle.
function tryForbidden(): void {
  const { forbidden }: { readonly forbidden?: unknown } = navigation;
  if (typeof forbidden !== 'function') return;
  try {
    forbidden();
  } catch (error) {
    if (typeof Reflect.get(Object(error), 'digest') === 'string') throw error;
  }
}
