// Compiles the TypeScript blocks of pages. The blocks of a page are the files of one app: a block whose first line is a comment with a
// path, such as `// app/page.tsx`, is that file, and other blocks of the page can import it. The first block of a page that has a
// name wins.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { repository } from './workspace.ts';

export interface CodeBlock {
  /** The page, relative to the repository. */
  readonly path: string;
  readonly language: string;
  /** The line number of the first line of code in the page, from 1. */
  readonly line: number;
  readonly code: string;
  /** Code from the comment before the block. It is compiled, but readers do not see it. */
  readonly preamble: string | undefined;
}

/** Inside docs/, so that blocks can import the dependencies of docs/package.json. */
const folder = 'docs/.blocks';

/**
 * How an app is compiled. Node needs the extension of an imported file, Next does not know it. The options are less strict than those
 * of the repository, because an example may declare names that it does not use.
 */
const shared = {
  types: ['node'],
  jsx: 'react-jsx',
  noEmit: true,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
  noPropertyAccessFromIndexSignature: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  // Nest uses decorators.
  experimentalDecorators: true,
};
const kinds = {
  node: shared,
  next: {
    ...shared,
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    // In pages about Next, `@/…` imports the files that the README of @torii/next shows.
    paths: { '@/*': ['./packages-next-README.md/*'] },
    noUncheckedSideEffectImports: false,
  },
};

/** Returns the compiler's messages with the lines of the pages. */
export function compileBlocks(blocks: readonly CodeBlock[]): readonly string[] {
  rmSync(join(repository, folder), { recursive: true, force: true });
  const files = placeBlocks(blocks);
  for (const { file, block } of files) {
    // Adds empty lines before the code, so that the compiler reports the line numbers of the page.
    write(file, `${'\n'.repeat(block.line - 2)}${block.preamble ?? ''}\n${block.code}`);
  }
  const pages = new Map(files.map(({ file, block }) => [`${folder}/${file}`, block.path]));
  return Object.entries(kinds).flatMap(([kind, compilerOptions]) => {
    if (!files.some(({ file }) => file.startsWith(`${kind}/`))) return [];
    write(
      `${kind}/tsconfig.json`,
      JSON.stringify({ extends: '../../../tsconfig.base.json', compilerOptions, include: ['**/*'] }),
    );
    const args = ['-p', `${folder}/${kind}`, '--pretty', 'false'];
    const { status, stdout, stderr } = spawnSync('tsc', args, { cwd: repository, encoding: 'utf8' });
    if (status === 0) return [];
    return [
      `${stdout}${stderr}`
        .replaceAll(/^(\S+?)\((\d+),(\d+)\)/gm, (place, file, line, column) => {
          const page = pages.get(file);
          return page === undefined ? place : `${page}:${line}:${column}`;
        })
        .trim(),
    ];
  });
}

/** Returns the file of each block: `node/` or `next/`, then a folder for the page, then the name of the file in the app. */
export function placeBlocks(
  blocks: readonly CodeBlock[],
): readonly { readonly file: string; readonly block: CodeBlock }[] {
  const nextPages = new Set(blocks.filter(({ code }) => usesNext(code)).map(({ path }) => path));
  const taken = new Set<string>();
  return blocks.map((block) => {
    const app = `${nextPages.has(block.path) ? 'next' : 'node'}/${block.path.replaceAll('/', '-')}`;
    const named = posix.join(app, nameOf(block) ?? `${block.line}.${block.language}`);
    const extension = extname(named);
    const file = taken.has(named) ? `${named.slice(0, -extension.length)}.${block.line}${extension}` : named;
    taken.add(file);
    return { file, block };
  });
}

function nameOf({ code }: CodeBlock): string | undefined {
  const path = /^\/\/ ([\w%()[\].@/-]+\.tsx?)\b/.exec(code)?.[1];
  return path?.split('/').includes('..') ? undefined : path;
}

function usesNext(code: string): boolean {
  return /from '(?:@\/|(?:@torii\/next|next|react)(?:\/|'))/.test(code);
}

function write(name: string, text: string): void {
  const file = join(repository, folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
