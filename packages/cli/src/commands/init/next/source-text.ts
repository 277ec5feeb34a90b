// Small edits of source files. They look at the text alone, so they leave any file alone that does not have the expected shape.

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

/** The only place at which a pattern is found in a text. `undefined` if there is none, or more than one. */
export function findOnly(text: string, pattern: RegExp): { readonly start: number; readonly end: number } | undefined {
  const [first, ...others] = [...text.matchAll(pattern)];
  if (first === undefined || others.length > 0) return undefined;
  return { start: first.index, end: first.index + first[0].length };
}
