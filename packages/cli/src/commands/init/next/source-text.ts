// Small edits of source files. They match text and do not parse, so they skip a file that is not in the expected form.

/** The text with each comment replaced by spaces, so that positions stay the same. */
export function hideComments(text: string): string {
  const pattern = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g;
  return text.replaceAll(pattern, (part) => (/^\/[/*]/.test(part) ? part.replaceAll(/[^\n]/g, ' ') : part));
}

/** Adds an import after the last one, with the quotes and semicolons of the file. */
export function addImport(text: string, names: string, from: string): string {
  const imports = [...hideComments(text).matchAll(/^import\b[^;'"`]*(['"])[^'"`\n]+\1(;?)[^\S\n]*$/gm)];
  const last = imports.at(-1);
  if (last !== undefined) {
    const [whole, quote, semicolon] = last;
    const end = last.index + whole.length;
    return `${text.slice(0, end)}\nimport ${names} from ${quote}${from}${quote}${semicolon}${text.slice(end)}`;
  }
  const directive = /^\s*(['"])use \w+\1;?[^\S\n]*\n+/.exec(text)?.[0] ?? '';
  return `${directive}import ${names} from '${from}';\n\n${text.slice(directive.length)}`;
}

/** Returns the match of a pattern if there is exactly one, otherwise `undefined`. */
export function findOnly(text: string, pattern: RegExp): { readonly start: number; readonly end: number } | undefined {
  const [first, ...others] = [...text.matchAll(pattern)];
  if (first === undefined || others.length > 0) return undefined;
  return { start: first.index, end: first.index + first[0].length };
}
