import { findCode, readCode } from './code.ts';
import type { Project } from './plan.ts';

const declaration = /\b\w+\s*\.\s*(get|post|put|patch|delete|all|del)\s*\(\s*(?:'([^']*)'|"([^"]*)")([^\n]*)/;

interface Route {
  readonly path: string;
  readonly text: string;
}

/** The routes whose path is a string literal, in the order of their files. Prefixes of routers are not included. */
function listRoutes({ files }: Project): readonly Route[] {
  const paths = files
    .list('')
    .filter(
      (path) => /\.[cm]?[jt]s$/.test(path) && !/\.(?:test|spec|d|config)\.|(?:^|\/)(?:tests?|public)\//.test(path),
    );
  return paths.flatMap((path) =>
    findCode(readCode(files.read(path) ?? ''), declaration)
      .map(({ groups: [method = '', single = '', double = '', rest = ''] }) => ({
        method,
        route: single || double,
        rest,
      }))
      .filter(({ route }) => route.startsWith('/') || route === '*')
      .map(({ method, route, rest }) => ({ path: route, text: `${method.toUpperCase()} ${route} in ${path}`, rest }))
      .filter(({ rest }) => !/\brequire(?:User|Auth)\b/.test(rest)),
  );
}

/** The existing routes, one line each. The command does not protect them. */
export function publicRoutes(project: Project): readonly string[] {
  return listRoutes(project).map(({ text }) => text);
}

/** The path of the protected route: `/me`, or another one if the app has that already. */
export function protectedRoute(project: Project, ownFile: string): string {
  const taken = new Set(
    listRoutes(project)
      .filter(({ text }) => !text.endsWith(` in ${ownFile}`))
      .map(({ path }) => path),
  );
  return ['/me', '/whoami', '/torii/me'].find((path) => !taken.has(path)) ?? '/me';
}
