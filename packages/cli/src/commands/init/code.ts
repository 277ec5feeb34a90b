// Reads JavaScript and TypeScript well enough to insert a line: it knows comments, strings, templates, regular expressions and
// brackets, but no grammar. If the place is not certain, the user is told to make the edit by hand.

export interface Code {
  readonly text: string;
  /** The text with the same length, in which comments and the content of literals are blank. */
  readonly bare: string;
  /** The number of open brackets at each position. */
  readonly depth: Uint16Array;
}

const literal =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:^|[=(,:;!&|?{}[\n>]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

export function readCode(text: string): Code {
  const bare = text.replace(literal, (found) => {
    const isComment = /^\/[/*]/.test(found);
    // The quotes of a string stay.
    const [first, last] = isComment ? [' ', ' '] : [found[0], found.at(-1)];
    return found.length < 2 ? found : first + found.slice(1, -1).replace(/[^\n]/g, ' ') + last;
  });
  const depth = new Uint16Array(bare.length + 1);
  let open = 0;
  for (let at = 0; at < bare.length; at += 1) {
    const character = bare[at];
    if (character === ')' || character === ']' || character === '}') open = Math.max(0, open - 1);
    depth[at] = open;
    if (character === '(' || character === '[' || character === '{') open += 1;
  }
  depth[bare.length] = open;
  return { text, bare, depth };
}

export interface Found {
  readonly at: number;
  /** The groups of the match, with the original text. */
  readonly groups: readonly string[];
}

/**
 * Finds a pattern in code outside of comments and literals. It is matched against the text with blank literals: `'([^']*)'`
 * matches a string, and its group is the string's content.
 */
export function findCode({ text, bare }: Code, pattern: RegExp): readonly Found[] {
  return [...bare.matchAll(new RegExp(pattern.source, `${pattern.flags.replace(/[gd]/g, '')}gd`))].map((match) => ({
    at: match.index,
    groups: (match.indices ?? []).slice(1).map((span) => (span === undefined ? '' : text.slice(...span))),
  }));
}

/** The end of the block that encloses a position: its closing bracket, or the end of the file. */
export function endOfBlock({ bare, depth }: Code, at: number): number {
  const own = depth[at] ?? 0;
  for (let end = at; end < bare.length; end += 1) if ((depth[end] ?? 0) < own) return end;
  return bare.length;
}

/** The position after the statement that begins here: after its `;`, or its line if it has none. */
export function endOfStatement({ bare, depth }: Code, at: number): number {
  const own = depth[at] ?? 0;
  for (let end = at; end < bare.length; end += 1) {
    if ((depth[end] ?? 0) > own) continue;
    if (bare[end] === ';' || (depth[end] ?? 0) < own) return bare[end] === ';' ? end + 1 : end;
    const continues = /[,=([{.&|?:+]\s*$/.test(bare.slice(at, end)) || /^\s*[.,?:&|+=)\]}]/.test(bare.slice(end));
    if (bare[end] === '\n' && !continues) return end;
  }
  return bare.length;
}

/**
 * The beginning of the line of an expression that is a statement, or the value of one: `const server = app.listen(…)`. `undefined`
 * if something else is before it.
 */
export function statementStart({ bare }: Code, at: number): number | undefined {
  const start = bare.lastIndexOf('\n', at - 1) + 1;
  const before = /^\s*(?:export\s+)?(?:(?:const|let|var)\s+[\w$]+\s*(?::[^=]+)?=\s*)?(?:return\s+|void\s+|await\s+)*$/;
  return before.test(bare.slice(start, at)) ? start : undefined;
}

export interface Style {
  readonly quote: '"' | "'";
  readonly semicolon: ';' | '';
  readonly newline: '\r\n' | '\n';
}

export function styleOf({ text, bare }: Code): Style {
  const lines = bare.split('\n').map((line) => line.trimEnd());
  const withSemicolon = lines.filter((line) => line.endsWith(';')).length;
  const without = lines.filter((line) => /[)'"\]\w]$/.test(line)).length;
  return {
    quote: bare.split('"').length > bare.split("'").length ? '"' : "'",
    semicolon: withSemicolon * 2 >= without ? ';' : '',
    newline: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
