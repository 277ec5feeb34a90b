// Compiles every TypeScript block of the documentation as a separate module, and checks the links to files and headings. A block
// that cannot compile needs a reason in the line before it:
//   <!-- not compiled: half of a class -->
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listAnchors, listLinks } from './markdown.ts';
import { repository } from './workspace.ts';

interface Block {
  readonly language: string;
  /** The line number of the first line of code in the page, from 1. */
  readonly line: number;
  readonly code: string;
  /** The reason from the comment before the block, if the block is not compiled. */
  readonly excuse: string | undefined;
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
  const pages = globSync(
    ['*.md', '.github/**/*.md', 'conformance/*.md', '{packages,examples}/*/*.md', 'docs/**/*.md'],
    {
      cwd: repository,
      exclude: ['**/node_modules/**'],
    },
  )
    .sort()
    .map((path) => ({ path, ...readPage(readFileSync(join(repository, path), 'utf8')) }));
  const blocks = pages.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, ...block })));
  const compiled = blocks.filter((block) => block.excuse === undefined);
  const links = pages.flatMap(({ path, links }) => links.map((link) => ({ path, ...link })));

  const problems = [...compileBlocks(compiled), ...findBrokenLinks(links)];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) {
    const excused = blocks.length - compiled.length;
    console.log(`${compiled.length} code blocks compile, ${excused} are excluded, ${links.length} links resolve`);
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Returns the TypeScript blocks, the shell commands and the relative links of a page. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = [];
  const commands: string[] = [];
  let excuse: string | undefined;
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
      if (language === 'ts' || language === 'tsx') blocks.push({ language, line, code: code.join('\n'), excuse });
      fence = undefined;
      excuse = undefined;
      continue;
    }
    const opening = /^\s*(`{3,})(\w*)/.exec(text);
    if (opening?.[1] !== undefined) {
      fence = { end: opening[1], language: opening[2] ?? '', line: index + 2, code: [] };
      continue;
    }
    // Formatters insert blank lines between a comment and its block.
    if (text.trim() !== '') excuse = /<!-- not compiled: (.+) -->/.exec(text)?.[1];
  }
  if (fence !== undefined) throw new Error(`The code block that starts in line ${fence.line - 1} is never closed.`);
  return { blocks, commands, links: listLinks(markdown).filter(({ target }) => !/^[a-z]+:/.test(target)) };
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
