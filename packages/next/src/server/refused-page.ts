import { notFound } from '#navigation';

export const refusedPages = ['forbidden', 'not_found'] as const;

/** What a page shows if a check refuses a signed-in user. */
export type RefusedPage = (typeof refusedPages)[number];

export async function showRefusedPage(choice: RefusedPage | undefined): Promise<never> {
  if (choice !== 'not_found') await tryForbidden();
  return notFound();
}

// Next 15.0 has no `forbidden`, so a named import would fail there. `import * as` would not have it in a build with
// webpack, which leaves functions that it does not see used out of that object, but not out of that of `import()`. Without
// `experimental.authInterrupts` it throws an error that Next does not handle.
async function tryForbidden(): Promise<void> {
  const forbidden: unknown = Reflect.get(await import('#navigation'), 'forbidden');
  if (typeof forbidden !== 'function') return;
  try {
    forbidden();
  } catch (error) {
    if (typeof Reflect.get(Object(error), 'digest') === 'string') throw error;
  }
}
