import { posix } from 'node:path';
import { type Code, endOfStatement, findCode, readCode, styleOf } from './code.ts';
import { addImport, importsFrom, importsOf } from './imports.ts';
import type { Project } from './plan.ts';
import { placeOf } from './route-place.ts';
import { parses } from './syntax.ts';

/** A file that creates the app. */
export interface AppFile {
  readonly path: string;
  readonly code: Code;
  /** The variable of the app. */
  readonly name: string;
  /** The position of the statement that creates it. */
  readonly at: number;
}

/**
 * Finds the files that create an app.
 *
 * @param creation matches the expression that creates an app, such as `express()`
 * @param from the framework's package. A name in a group of `creation` must be imported from it
 */
export function findAppFiles(project: Project, creation: RegExp, from: string): readonly AppFile[] {
  const declaration = new RegExp(
    `\\b(?:export\\s+)?(?:const|let|var)\\s+(\\w+)\\s*(?::[^=;]*)?=\\s*(?:await\\s+)?(?:${creation.source})`,
  );
  const paths = project.files
    .list('')
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !/\.(?:test|spec|d|config)\./.test(path));
  return paths
    .filter((path) => !/(?:^|\/)(?:tests?|__tests__|examples?|scripts)\//.test(path))
    .flatMap((path) => {
      const code = readCode(project.files.read(path) ?? '');
      return findCode(code, declaration)
        .filter(({ groups: [, required = ''] }) => required === '' || required === from)
        .map(({ at, groups: [name = ''] }) => ({ path, code, name, at }));
    });
}

/** How other files import the app: by name, as the default export, or not at all. */
export function exportOf({ code, name }: AppFile): 'named' | 'default' | undefined {
  const { bare } = code;
  const named = new RegExp(
    `\\bexport\\s+(?:const|let|var)\\s+${name}\\b|^export\\s*\\{[^}]*\\b${name}\\b\\s*[,}]|\\bmodule\\.exports\\s*=\\s*\\{[^}]*\\b${name}\\b\\s*[,}]|\\bexports\\.${name}\\s*=\\s*${name}\\b`,
    'm',
  );
  if (named.test(bare)) return 'named';
  const byDefault = new RegExp(
    `^export\\s+default\\s+${name}\\s*;?\\s*$|\\bmodule\\.exports\\s*=\\s*${name}\\s*;?\\s*$`,
    'm',
  );
  return byDefault.test(bare) ? 'default' : undefined;
}

/** Whether loading the file also starts a server, so that a test cannot load it. */
export function listens({ code }: AppFile): boolean {
  return /\.listen\s*\(|\bserve\s*\(/.test(code.bare);
}

/** The path that `new Hono().basePath('/api')` puts in front of all routes. */
export function prefixOf({ code, at }: AppFile): string {
  const end = endOfStatement(code, at);
  const found = findCode(code, /\.\s*basePath\s*\(\s*(?:'([^']*)'|"([^"]*)")/).filter(
    (each) => each.at > at && each.at < end,
  );
  const path = found
    .map(({ groups }) =>
      groups
        .join('')
        .replace(/^\/?|\/+$/g, '/')
        .replace(/\/$/, ''),
    )
    .join('');
  return path;
}

/** Whether another file mounts this app at a path, as in `app.use('/users', users)`, so that its routes have other paths. */
export function isMounted({ files }: Project, { path }: AppFile): boolean {
  const own = path.replace(/\.\w+$/, '').replace(/(?:^|\/)index$/, '');
  const others = files
    .list('')
    .filter((other) => other !== path && /\.[cm]?[jt]sx?$/.test(other) && !/\.(?:test|spec)\./.test(other));
  return others.some((other) => {
    const code = readCode(files.read(other) ?? '');
    const names = [...importsOf(code)].filter(([, from]) => {
      if (!from.startsWith('.')) return false;
      const target = posix
        .join(posix.dirname(other), from)
        .replace(/\.[cm]?[jt]sx?$/, '')
        .replace(/(?:^|\/)index$/, '');
      return target === own || (target === '.' && own === '');
    });
    return names.some(([name]) =>
      new RegExp(`\\.\\s*(?:use|route|register|mount)\\s*\\((?:[^()]*,)?\\s*${name}\\s*[,)]`).test(code.bare),
    );
  });
}

export interface Mount {
  /** What the app file must import: `import name from 'from'`. */
  readonly name: string;
  readonly from: string;
  /** The statement without `;`, such as `app.use(me)`. */
  readonly statement: string;
}

/**
 * Adds a statement that mounts a route, before the first route of the app: after the middleware that all routes share, and
 * before a handler for unknown paths. Returns `undefined` if no safe place is found, and the text unchanged if the route is
 * mounted already.
 */
export function mountRoute(file: AppFile, { name, from, statement }: Mount): string | undefined {
  const { code, path } = file;
  if (importsFrom(code, from)) return code.text;
  const names = importsOf(code);
  if (names.has(name) || new RegExp(`\\b(?:const|let|var|function)\\s+${name}\\b`).test(code.bare)) return undefined;
  const place = placeOf(file);
  if (place === undefined) return undefined;
  const { semicolon, newline } = styleOf(code);
  const line = `${place.indent}${statement}${semicolon}`;
  const { text } = code;
  const mounted = place.isAfter
    ? `${text.slice(0, place.at)}${newline}${newline}${line}${text.slice(place.at)}`
    : `${text.slice(0, place.at)}${line}${newline}${text.slice(place.at)}`;
  const modules = /^import\b[^'"(]*\bfrom\b/m.test(code.bare) || /^import\s*['"]/m.test(code.bare) ? 'esm' : 'commonjs';
  const done = addImport(mounted, name, from, modules);
  return parses(done, path, modules) || !parses(text, path, modules) ? done : undefined;
}
