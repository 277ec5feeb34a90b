// Finds the code of a page, which must not be changed: fenced blocks and code spans.

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Replaces each match of `pattern` that does not begin inside code. */
export function replaceOutsideCode(
  markdown: string,
  pattern: RegExp,
  replace: (match: RegExpExecArray) => string,
): string {
  const code = findCode(markdown);
  let [text, end] = ['', 0];
  for (const match of markdown.matchAll(pattern)) {
    if (match.index < end || isInside(code, match.index)) continue;
    text += markdown.slice(end, match.index) + replace(match);
    end = match.index + match[0].length;
  }
  return text + markdown.slice(end);
}

export function isInside(ranges: readonly Range[], index: number): boolean {
  return ranges.some(({ start, end }) => index >= start && index < end);
}

export function findCode(markdown: string): readonly Range[] {
  const fences: Range[] = [];
  let open: { readonly start: number; readonly mark: string } | undefined;
  let start = 0;
  for (const line of markdown.split('\n')) {
    const end = start + line.length + 1;
    const mark = /^\s*(`{3,})/.exec(line)?.[1];
    if (open === undefined && mark !== undefined) open = { start, mark };
    else if (open !== undefined && line.trim() === open.mark) {
      fences.push({ start: open.start, end });
      open = undefined;
    }
    start = end;
  }
  const spans = [...markdown.matchAll(/(?<!`)(`+)(?!`)(?:[^\n]|\n(?!\n))+?(?<!`)\1(?!`)/g)]
    .map(({ index, 0: { length } }) => ({ start: index, end: index + length }))
    .filter(({ start }) => !isInside(fences, start));
  return [...fences, ...spans];
}
