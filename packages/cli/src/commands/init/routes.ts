import { findCode, readCode } from './code.ts';
import type { Project } from './plan.ts';

const declaration = /\b\w+\s*\.\s*(get|post|put|patch|delete|all|del)\s*\(\s*(?:'([^']*)'|"([^"]*)")/;

/**
 * The existing routes that this command does not protect, one line each. Only routes whose path is a string literal are found, and
 * the prefix of a router is not included.
 */
export function publicRoutes(project: Project): readonly string[] {
  return sourcesOf(project).flatMap((path) => {
    const code = readCode(project.files.read(path) ?? '');
    return (
      findCode(code, declaration)
        .map(({ at, groups: [method = '', single = '', double = ''] }) => ({ at, method, route: single || double }))
        .filter(({ route }) => route.startsWith('/') || route === '*')
        // A guard that is only named in a comment does not protect the route.
        .filter(({ at }) => !/\brequire(?:User|Auth)\b/.test(/.*/y.exec(code.bare.slice(at))?.[0] ?? ''))
        .map(({ method, route }) => `${method.toUpperCase()} ${route} in ${path}`)
    );
  });
}

function sourcesOf({ files }: Project): readonly string[] {
  return files
    .list('')
    .filter(
      (path) => /\.[cm]?[jt]s$/.test(path) && !/\.(?:test|spec|d|config)\.|(?:^|\/)(?:tests?|public)\//.test(path),
    );
}

/**
 * The path of the protected route: that of an earlier run, or else `/me`, or another one if a file of the app mentions that. Any
 * mention counts, such as `app.use('/me', users)` or `{ url: '/me' }`.
 */
export function protectedRoute(project: Project, ownFile: string): string {
  const { files } = project;
  const candidates = ['/me', '/whoami', '/torii/me'];
  const mentions = (text: string | undefined, path: string): boolean =>
    [`'${path}'`, `"${path}"`, `\`${path}\``, `'${path}/`, `"${path}/`].some((literal) => text?.includes(literal));
  const own = candidates.find((path) => mentions(files.read(ownFile), path));
  if (own !== undefined) return own;
  const others = sourcesOf(project).map((path) => files.read(path));
  return candidates.find((path) => !others.some((text) => mentions(text, path))) ?? '/torii/me';
}
