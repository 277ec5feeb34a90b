import { posix } from 'node:path';
import { type Code, endOfStatement, findCode, readCode, styleOf } from './code.ts';
import type { Project } from './plan.ts';

const importStatement = /^import\b(?!\s*[(.])/m;
const requireStatement =
  /^(?:const|let|var)\s+(?:\w+|\{[^}]*\})\s*(?::\s*\w+\s*)?=\s*(?:await\s+)?require\(\s*['"][^'"]*['"]\s*\)/m;

/** The names that a file imports, with what they are imported from. */
export function importsOf(code: Code): ReadonlyMap<string, string> {
  const found = [
    ...findCode(code, /^import\s+(?:type\s+)?([^'"]*?)\s*\bfrom\s*['"]([^'"]*)['"]/m),
    ...findCode(code, /(\b\w+|\{[^}]*\})\s*(?::\s*\w+\s*)?=\s*require\(\s*['"]([^'"]*)['"]\s*\)/),
  ];
  return new Map(
    found.flatMap(({ groups: [names = '', from = ''] }) => (names.match(/\w+/g) ?? []).map((name) => [name, from])),
  );
}

export function importsFrom(code: Code, from: string): boolean {
  const source = from.replace(/\.\w+$/, '');
  return [...importsOf(code).values()].some((each) => each.replace(/\.[cm]?[jt]sx?$/, '') === source);
}

/** Whether a file of the project, other than a test, imports the file at `place`. */
export function isImported({ files }: Project, place: string): boolean {
  const paths = files.list('').filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !/\.(?:test|spec)\./.test(path));
  return paths.some((path) => {
    const from = posix.relative(posix.dirname(path), place);
    return importsFrom(readCode(files.read(path) ?? ''), from.startsWith('.') ? from : `./${from}`);
  });
}

/** Adds an import of one name after the last import of the file, in the file's own style. */
export function addImport(text: string, name: string, from: string, modules: 'esm' | 'commonjs'): string {
  const code = readCode(text);
  const { quote, semicolon, newline } = styleOf(code);
  const source = `${quote}${from}${quote}`;
  const isOld = modules === 'commonjs' && /^var\s/m.test(code.bare) && !/^const\s/m.test(code.bare);
  const line =
    modules === 'esm'
      ? `import { ${name} } from ${source}${semicolon}`
      : `${isOld ? 'var' : 'const'} { ${name} } = require(${source})${semicolon}`;
  const last = findCode(code, modules === 'esm' ? importStatement : requireStatement).at(-1);
  if (last === undefined) {
    const start = afterProlog(code);
    return text.slice(0, start) + line + newline + text.slice(start);
  }
  const end = lineEnd(text, endOfStatement(code, last.at));
  return `${text.slice(0, end)}${newline}${line}${text.slice(end)}`;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/** The position after the first comments and directives, such as `#!/usr/bin/env node` and `'use strict'`. */
function afterProlog({ text }: Code): number {
  const [prolog = ''] =
    /^(?:#!.*\n|\s*\/\/.*\n|\s*\/\*[\s\S]*?\*\/\s*\n|\s*(?:'use \w+'|"use \w+");?[ \t]*\r?\n)*/.exec(text) ?? [];
  return prolog.length;
}
