// Compiles every TypeScript block of the documentation (see compiled-blocks.ts), and checks the links to files and headings. A block
// that cannot compile needs a reason in the line before it:
//   <!-- not compiled: half of a class -->
// A block that is part of a file is compiled after the code of a comment, in the line before it:
//   <!-- compiled with: declare const userId: string; -->
// A block that is a copy of a file is compared with it, and compiled with that file's package: see included-code.ts. `--write`
// copies the file again.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkedLanguages, findSyntaxProblems } from './block-syntax.ts';
import { compileBlocks } from './compiled-blocks.ts';
import { includeCode, readSource } from './included-code.ts';
import { listAnchors, listLinks } from './markdown.ts';
import { repository } from './workspace.ts';

interface Block {
  readonly language: string;
  /** The line number of the first line of code in the page, from 1. */
  readonly line: number;
  readonly code: string;
  /** The reason from the comment before the block, if the block is not compiled. */
  readonly excuse: string | undefined;
  /** Code from the comment before the block, which is compiled together with it. */
  readonly preamble: string | undefined;
  /** The file that the block is a copy of, from the comment before the block. */
  readonly source: string | undefined;
}

export interface Page {
  /** The TypeScript blocks. */
  readonly blocks: readonly Block[];
  /** The blocks of other languages whose syntax can be checked. */
  readonly others: readonly Block[];
  /** The lines of all blocks of shell commands. */
  readonly commands: readonly string[];
  readonly links: readonly { readonly target: string; readonly line: number }[];
}

if (import.meta.main) {
  const write = process.argv.includes('--write');
  const patterns = [
    '*.md',
    '.github/**/*.md',
    'conformance/*.md',
    '{packages,examples}/*/*.md',
    'examples/recipes/*/*.md',
    'docs/**/*.md',
  ];
  const paths = globSync(patterns, { cwd: repository, exclude: ['**/node_modules/**'] }).sort();
  const stale = paths.flatMap((path) => compareCopies(path, write));
  const pages = paths.map((path) => ({ path, ...readPage(readFileSync(join(repository, path), 'utf8')) }));
  const blocks = pages.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, ...block })));
  const compiled = blocks.filter((block) => block.excuse === undefined && block.source === undefined);
  const copies = blocks.filter((block) => block.source !== undefined);
  const others = pages.flatMap(({ path, others }) => others.map((block) => ({ path, ...block })));
  const links = pages.flatMap(({ path, links }) => links.map((link) => ({ path, ...link })));

  const problems = [...stale, ...compileBlocks(compiled), ...findSyntaxProblems(others), ...findBrokenLinks(links)];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) {
    const excused = blocks.length - compiled.length - copies.length;
    const counts = [
      `${compiled.length} code blocks compile`,
      `${copies.length} equal their files`,
      `${excused} are excluded`,
      `${others.length} of other languages can be parsed`,
      `${links.length} links resolve`,
    ];
    console.log(counts.join(', '));
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Returns the TypeScript blocks, the shell commands and the relative links of a page. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = [];
  const others: Block[] = [];
  const commands: string[] = [];
  let excuse: string | undefined;
  let preamble: string | undefined;
  let source: string | undefined;
  let fence:
    | { readonly end: string; readonly language: string; readonly line: number; readonly code: string[] }
    | undefined;

  for (const [index, text] of markdown.split('\n').entries()) {
    if (fence !== undefined) {
      if (text.trim() !== fence.end) {
        fence.code.push(text);
        continue;
      }
      const { language, line, code } = fence;
      if (language === 'sh') commands.push(...code);
      const block = { language, line, code: code.join('\n'), excuse, preamble, source };
      if (language === 'ts' || language === 'tsx') blocks.push(block);
      if (checkedLanguages.includes(language)) others.push(block);
      fence = undefined;
      excuse = undefined;
      preamble = undefined;
      source = undefined;
      continue;
    }
    const opening = /^\s*(`{3,})(\w*)/.exec(text);
    if (opening?.[1] !== undefined) {
      fence = { end: opening[1], language: opening[2] ?? '', line: index + 2, code: [] };
      continue;
    }
    // Formatters insert blank lines between a comment and its block.
    if (text.trim() === '') continue;
    excuse = /<!-- not compiled: (.+) -->/.exec(text)?.[1];
    preamble = /<!-- compiled with: (.+) -->/.exec(text)?.[1];
    source = readSource(text);
  }
  if (fence !== undefined) throw new Error(`The code block that starts in line ${fence.line - 1} is never closed.`);
  return { blocks, others, commands, links: listLinks(markdown).filter(({ target }) => !/^[a-z]+:/.test(target)) };
}

/** Compares blocks that are copies of a file with that file. With `--write`, updates them. */
function compareCopies(path: string, write: boolean): readonly string[] {
  const file = join(repository, path);
  const markdown = readFileSync(file, 'utf8');
  try {
    const current = includeCode(markdown, (source) => readFileSync(join(repository, source), 'utf8'));
    if (current === markdown) return [];
    if (!write) return [`${path}: a code block differs from its file. Run \`npm run check-docs -- --write\``];
    writeFileSync(file, current);
    return [];
  } catch (error) {
    return [`${path}: ${error instanceof Error ? error.message : error}`];
  }
}

function findBrokenLinks(
  links: readonly { readonly path: string; readonly target: string; readonly line: number }[],
): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  return links.flatMap(({ path, target, line }) => {
    const [to = '', anchor] = target.split('#');
    const file = to === '' ? path : join(dirname(path), to);
    if (!existsSync(join(repository, file))) return [`${path}:${line}: the link target ${target} does not exist`];
    if (anchor === undefined || anchorsOf(file).has(anchor)) return [];
    return [`${path}:${line}: the link target ${target} names a heading that does not exist`];
  });

  function anchorsOf(file: string): ReadonlySet<string> {
    const known = anchors.get(file) ?? listAnchors(readFileSync(join(repository, file), 'utf8'));
    anchors.set(file, known);
    return known;
  }
}
