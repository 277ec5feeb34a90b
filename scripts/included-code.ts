// Code blocks of pages that are copies of a file that is tested. The comment before a block names the file, or a region of it:
//   <!-- from examples/recipes/bun/src/recipe.ts -->
//   <!-- from examples/recipes/bun/src/recipe.ts#handler -->
// A region is between the lines `// #region handler` and `// #endregion`. `npm run check-docs -- --write` copies the code.

/** The file, and perhaps the region, that a line of a page names. */
export function readSource(line: string): string | undefined {
  return /^\s*<!-- from (\S+) -->\s*$/.exec(line)?.[1];
}

/**
 * Returns the page with the code of the files that it names.
 *
 * @throws Error if a comment has no code block after it, or names a file or a region that does not exist
 */
export function includeCode(markdown: string, readFile: (path: string) => string): string {
  const lines: string[] = [];
  let source: string | undefined;
  let fence: string | undefined;
  let isReplaced = false;
  for (const line of markdown.split('\n')) {
    const mark = /^\s*(`{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (line.trim() === fence) [fence, isReplaced] = [undefined, false];
      if (!isReplaced) lines.push(line);
      continue;
    }
    lines.push(line);
    if (mark !== undefined) {
      fence = mark;
      if (source !== undefined) lines.push(readCode(source, readFile));
      isReplaced = source !== undefined;
      source = undefined;
    } else if (source !== undefined && line.trim() !== '') {
      throw new Error(`After \`<!-- from ${source} -->\`, there is no code block.`);
    } else {
      source ??= readSource(line);
    }
  }
  if (source !== undefined) throw new Error(`After \`<!-- from ${source} -->\`, there is no code block.`);
  return lines.join('\n');
}

function readCode(source: string, readFile: (path: string) => string): string {
  const [path = '', region] = source.split('#');
  const lines = readFile(path).trimEnd().split('\n');
  if (region === undefined) return lines.filter((line) => !isMarker(line)).join('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith('// #endregion'));
  if (start === -1 || length === -1) throw new Error(`${path} has no region "${region}".`);
  return unindent(lines.slice(start + 1, start + 1 + length)).join('\n');
}

function isMarker(line: string): boolean {
  return /^\s*\/\/ #(?:end)?region\b/.test(line);
}

function unindent(lines: readonly string[]): readonly string[] {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent));
}
