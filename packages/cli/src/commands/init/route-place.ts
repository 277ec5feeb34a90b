import { type Code, endOfBlock, endOfStatement, type Found, findCode, statementStart } from './code.ts';
import { importsOf } from './imports.ts';
import { findLastHandlers, isCreatedWithLastHandler } from './last-handlers.ts';

interface App {
  readonly code: Code;
  /** The variable of the app. */
  readonly name: string;
  /** The position of the statement that creates it. */
  readonly at: number;
}

interface Place {
  readonly at: number;
  readonly indent: string;
  readonly isAfter: boolean;
}

/** Names that suggest middleware for all routes. Everything else that is imported from the project's files counts as routes. */
const sharedName = /middleware|logger|cors|parser|helmet|session|limit|plugin|config|setup|hook|error/i;

/** Names that suggest routes or last handlers, even if they match `sharedName` too: `setupRoutes`, `notFoundMiddleware`. */
const routeName = /rout|not_?found|404|fallback|catch_?all/i;

/**
 * Where to mount a route: before the first route of the app. Without one, before a handler for all requests or the start of the
 * server, or after the last middleware. `undefined` if that place is in the middle of a line.
 */
export function placeOf(file: App): Place | undefined {
  const { code, at } = file;
  const end = endOfBlock(code, at);
  const inBlock = ({ at: found }: Found): boolean => found > at && found < end && code.depth[found] === code.depth[at];
  const first = [...findRoutes(file), ...findLastHandlers(code, file.name)]
    .map((found) => ({ ...found, at: outsideOfConditions(code, found.at, at) }))
    .filter(inBlock);
  const next = first.toSorted((one, other) => one.at - other.at)[0] ?? findEnds(file).find(inBlock);
  if (isCreatedWithLastHandler(code, at)) return undefined;
  if (next !== undefined) return before(file, next);
  const last = findMiddleware(file).findLast(inBlock)?.at ?? at;
  const start = statementStart(code, last);
  if (start === undefined) return undefined;
  return { at: endOfStatement(code, last), indent: indentAt(file, start), isAfter: true };
}

/** If a statement is inside an `if` or a loop, returns the beginning of that `if` or loop. */
function outsideOfConditions({ bare, depth }: Code, found: number, app: number): number {
  const own = depth[app] ?? 0;
  let open = found;
  while (open > app && (depth[open] ?? 0) > own) open -= 1;
  const start = bare.lastIndexOf('\n', open - 1) + 1;
  const [indent] = /^\s*(?=(?:if|for|while|switch|try|do)\b)/.exec(bare.slice(start, open)) ?? [];
  return open === found || indent === undefined ? found : start + indent.length;
}

function before(file: App, { at }: Found): Place | undefined {
  const start = statementStart(file.code, at);
  return start === undefined ? undefined : { at: start, indent: indentAt(file, start), isAfter: false };
}

function indentAt({ code: { text } }: App, start: number): string {
  return /[ \t]*/y.exec(text.slice(start))?.[0] ?? '';
}

/** Routes, routers, and calls such as `addRoutes(app)`. */
function findRoutes({ code, name }: App): readonly Found[] {
  const names = importsOf(code);
  const isRoutes = (used: string): boolean => {
    const from = names.get(used) ?? '';
    return routeName.test(used) ? isRelative(from) : isOwnFile(from) && !isShared(used);
  };
  const isRouter = (used: string): boolean =>
    new RegExp(`\\b(?:const|let|var)\\s+${used}\\s*(?::[^=]*)?=[^\\n;]*\\bRouter\\b[^\\n;]*\\(`).test(code.bare);
  const isFunction = (used: string): boolean => new RegExp(`\\bfunction\\s+${used}\\b`).test(code.bare);
  // In Express, `app.get('env')` reads a setting.
  const isSetting = `get\\s*\\(\\s*(?:'\\s*'|"\\s*")\\s*\\)`;
  const handlers = `\\b${name}\\s*\\.\\s*(?!${isSetting})(?:get|post|put|patch|delete|all|options|head|route)\\s*\\(`;
  const loaded = `(?:require|import)\\s*\\(\\s*['"]([^'"]*)['"]`;
  const mounted = `\\b${name}\\s*\\.\\s*(?:use|on|register|route)\\s*\\(\\s*(?:${loaded}|(['"\`/[]|\\w+))`;
  const called = `(?:${loaded}\\s*\\)|\\b(\\w+))\\s*\\(\\s*${name}\\s*[,)]`;
  const find = (pattern: string, isOther: (used: string) => boolean): readonly Found[] =>
    findCode(code, new RegExp(pattern)).filter(
      ({ groups: [from = '', first = ''] }) =>
        isOwnFile(from) || /^['"`/[]/.test(first) || isRoutes(first) || (isOther(first) && !isShared(first)),
    );
  return [...findCode(code, new RegExp(handlers)), ...find(mounted, isRouter), ...find(called, isFunction)].toSorted(
    (one, other) => one.at - other.at,
  );
}

function isShared(name: string): boolean {
  return sharedName.test(name) && !routeName.test(name);
}

function isOwnFile(from: string): boolean {
  return isRelative(from) && !isShared(from);
}

/** Whether an import is of the project's own files: by a relative path, or by an alias such as `@/` or `#`. */
function isRelative(from: string): boolean {
  return /^(?:[./~#]|@\/)/.test(from);
}

/** Handlers for all requests, the start of the server, and the export of the app. */
function findEnds({ code, name }: App): readonly Found[] {
  return findCode(
    code,
    new RegExp(
      [
        `\\b${name}\\s*\\.\\s*use\\s*\\(\\s*(?:async\\b|function\\b|\\(|\\w+\\s*=>)`,
        `\\b${name}\\s*\\.\\s*listen\\s*\\(`,
        `\\b(?:\\w+\\s*\\.\\s*)?createServer\\s*\\([^;]*?\\b${name}\\b`,
        '\\bserve\\s*\\(',
        '\\bmodule\\.exports\\b',
        '\\bexport\\s+(?:default\\b|\\{)',
        `\\breturn\\s+${name}\\b`,
      ].join('|'),
    ),
  );
}

function findMiddleware({ code, name }: App): readonly Found[] {
  return findCode(code, new RegExp(`\\b${name}\\s*\\.\\s*(?:use|register|set|enable|disable|addHook|decorate)\\s*\\(`));
}
