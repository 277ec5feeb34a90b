// Checks whether the route is still protected. Its files may have been edited since an earlier run.
import { readCode } from './code.ts';
import type { ManualStep, Project } from './plan.ts';

export interface WrittenFiles {
  readonly guardFile: string;
  readonly routeFile: string;
}

/** Files that do not exist count as guarded, because `torii init` is about to write them. */
export function hasGuard({ files }: Project, { guardFile, routeFile }: WrittenFiles): boolean {
  const guard = bareText(files.read(guardFile));
  return (guard === undefined || /\brequireAuth\s*\(/.test(guard)) && usesGuard(files.read(routeFile));
}

/** The manual step for a route that no longer has the guard. */
export function guardByHand({ files }: Project, { routeFile }: WrittenFiles): readonly ManualStep[] {
  const text = files.read(routeFile);
  if (usesGuard(text)) return [];
  const what =
    'The route has no guard. Put requireUser before its handler, or delete the file and run torii init again.';
  return [{ path: routeFile, what, code: 'requireUser' }];
}

/** Whether `requireUser` is used: it must occur twice, because the first one is the import. */
function usesGuard(text: string | undefined): boolean {
  const bare = bareText(text);
  return bare === undefined || [...bare.matchAll(/\brequireUser\b/g)].length > 1;
}

function bareText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : readCode(text).bare;
}
