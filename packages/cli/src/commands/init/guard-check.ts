// Whether files of an earlier run, which may have been edited since, still protect the route.
import { readCode } from './code.ts';
import type { ManualStep, Project } from './plan.ts';

export interface WrittenFiles {
  readonly guardFile: string;
  readonly routeFile: string;
}

/** A file that does not exist yet is going to have the guard. */
export function hasGuard({ files }: Project, { guardFile, routeFile }: WrittenFiles): boolean {
  const guard = bareText(files.read(guardFile));
  return (guard === undefined || /\brequireAuth\s*\(/.test(guard)) && usesGuard(files.read(routeFile));
}

/** What to do if the route does not name the guard any more. */
export function guardByHand({ files }: Project, { routeFile }: WrittenFiles): readonly ManualStep[] {
  const text = files.read(routeFile);
  if (usesGuard(text)) return [];
  const what =
    'The route has no guard. Put requireUser before its handler, or delete the file and run torii init again.';
  return [{ path: routeFile, what, code: 'requireUser' }];
}

/** The first mention is the import. */
function usesGuard(text: string | undefined): boolean {
  const bare = bareText(text);
  return bare === undefined || [...bare.matchAll(/\brequireUser\b/g)].length > 1;
}

function bareText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : readCode(text).bare;
}
