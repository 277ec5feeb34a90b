// Finds handlers that answer every request. A route after them is never reached.
import { type Code, endOfStatement, type Found, findCode } from './code.ts';

/** The calls `app.use(handler)` with a function that does not take `next`. */
export function findLastHandlers(code: Code, name: string): readonly Found[] {
  return findCode(code, new RegExp(`\\b${name}\\s*\\.\\s*use\\s*\\(\\s*(?=(\\w*))`)).filter((found) =>
    answersAll(code, found.at + lengthOf(code, found)),
  );
}

/** Whether the app is created with routes in one statement, as in `new Hono().get('*', page)`, one of which can match the new path. */
export function isCreatedWithLastHandler(code: Code, at: number): boolean {
  const end = endOfStatement(code, at);
  const isChained = ({ at: found }: Found): boolean =>
    found > at && found < end && code.depth[found] === code.depth[at];
  const uses = findCode(code, /\.\s*use\s*\(\s*/).filter(isChained);
  const paths = findCode(code, /\.\s*(?:get|all|on|route)\s*\(\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)/).filter(isChained);
  return (
    uses.some((found) => answersAll(code, found.at + lengthOf(code, found))) ||
    paths.some(({ groups }) => groups.some((path) => /^\/?[*:]/.test(path)))
  );
}

/** The number of characters from the start of a call to its first argument. */
function lengthOf({ bare }: Code, { at }: Found): number {
  return /^[^(]*\(\s*/.exec(bare.slice(at))?.[0].length ?? 0;
}

/** Whether a function that does not take `next` begins here, or the name of such a function of this file. */
function answersAll(code: Code, at: number): boolean {
  const here = parametersAt(code, at);
  if (here !== undefined) return !takesNext(here);
  const [, name] = /^(\w+)\s*[,)]/.exec(code.bare.slice(at)) ?? [];
  if (name === undefined) return false;
  const start = new RegExp(
    `\\bfunction\\s*\\*?\\s*${name}\\b|\\b(?:const|let|var)\\s+${name}\\s*(?::[^=]*)?=\\s*`,
  ).exec(code.bare);
  if (start === null) return false;
  const isFunction = start[0].startsWith('function');
  const parameters = parametersAt(code, start.index + (isFunction ? 0 : start[0].length));
  return parameters !== undefined && !takesNext(parameters);
}

/** The parameters of the function that begins here. `undefined` if there is no function. */
function parametersAt({ bare, depth }: Code, at: number): readonly string[] | undefined {
  const rest = bare.slice(at);
  const [, single] = /^(?:async\s+)?(\w+)\s*=>/.exec(rest) ?? [];
  if (single !== undefined) return [single];
  const [head = ''] = /^(?:async\b\s*)?(?:function\b\s*\*?\s*\w*\s*)?(?=\()/.exec(rest) ?? [];
  const open = at + head.length;
  if (bare[open] !== '(') return undefined;
  let close = open + 1;
  while (close < bare.length && depth[close] !== depth[open]) close += 1;
  if (!head.includes('function') && !/^\)\s*(?::[^=]*)?=>/.test(bare.slice(close))) return undefined;
  let text = '';
  for (let index = open + 1; index < close; index += 1)
    text += bare[index] === ',' && depth[index] === (depth[open] ?? 0) + 1 ? '\n' : bare[index]?.replace('\n', ' ');
  return text.split('\n').filter((parameter) => parameter.trim() !== '');
}

/** Whether a handler takes `next`. Express passes it as the third parameter, Koa and Hono as the second. */
function takesNext(parameters: readonly string[]): boolean {
  return parameters.length > 2 || /^\s*_?next\b|\bNext\w*\b/.test(parameters[1] ?? '');
}
