// Compiles every TypeScript block of the documentation as a separate module, and checks the links to files and headings. A block
// that cannot compile needs a reason in the line before it:
//   <!-- not compiled: half of a class -->
// A block that is a copy of a file is compared with it, and compiled with that file's package: see included-code.ts. `--write`
// copies the file again.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  /** The file that the block is a copy of, from the comment before the block. */
  readonly source: string | undefined;
}

export interface Page {
  readonly blocks: readonly Block[];
  /** The lines of all blocks of shell commands. */
  readonly commands: readonly string[];
  readonly links: readonly { readonly target: string; readonly line: number }[];
}

/** Inside docs/, so that blocks can import the dependencies of docs/package.json. */
const blockFolder = 'docs/.blocks';

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
  const links = pages.flatMap(({ path, links }) => links.map((link) => ({ path, ...link })));

  const problems = [...stale, ...compileBlocks(compiled), ...findBrokenLinks(links)];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) {
    const excused = blocks.length - compiled.length - copies.length;
    const counts = [`${compiled.length} code blocks compile`, `${copies.length} equal their files`];
    console.log(`${counts.join(', ')}, ${excused} are excluded, ${links.length} links resolve`);
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Returns the TypeScript blocks, the shell commands and the relative links of a page. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = [];
  const commands: string[] = [];
  let excuse: string | undefined;
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
      if (language === 'ts' || language === 'tsx')
        blocks.push({ language, line, code: code.join('\n'), excuse, source });
      fence = undefined;
      excuse = undefined;
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
    source = readSource(text);
  }
  if (fence !== undefined) throw new Error(`The code block that starts in line ${fence.line - 1} is never closed.`);
  return { blocks, commands, links: listLinks(markdown).filter(({ target }) => !/^[a-z]+:/.test(target)) };
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

function compileBlocks(blocks: readonly (Block & { readonly path: string })[]): readonly string[] {
  if (blocks.length === 0) return [];
  rmSync(join(repository, blockFolder), { recursive: true, force: true });
  const tsconfig = {
    extends: '../../tsconfig.base.json',
    // The options are less strict than those of the repository, because an example may declare names that it does not
    // use.
    compilerOptions: {
      types: ['node'],
      jsx: 'react-jsx',
      noEmit: true,
      isolatedDeclarations: false,
      noPropertyAccessFromIndexSignature: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ['**/*'],
  };
  writeBlock('tsconfig.json', JSON.stringify(tsconfig));
  for (const { path, line, language, code } of blocks) {
    // The code is preceded by empty lines, so that the compiler reports line numbers of the page.
    writeBlock(`${path}.${line}.${language}`, '\n'.repeat(line - 1) + code);
  }
  const { status, stdout, stderr } = spawnSync('tsc', ['-p', blockFolder, '--pretty', 'false'], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  return [`${stdout}${stderr}`.replaceAll(/^docs\/\.blocks\/(.+\.md)\.\d+\.tsx?\((\d+),(\d+)\)/gm, '$1:$2:$3').trim()];
}

function writeBlock(name: string, text: string): void {
  const file = join(repository, blockFolder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
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
