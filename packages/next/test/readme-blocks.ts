import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../../scripts/workspace.ts';

/** A code block of a page that begins with the path of a file: `// app/notes/page.tsx` or `# .env.local`. */
export interface FileBlock {
  readonly path: string;
  /** The comment after the path, such as `, or middleware.ts with …`. */
  readonly remark: string;
  readonly code: string;
}

/** Returns the blocks of the README that users paste, in order. The comment `<!-- not pasted: reason -->` leaves one out. */
export function readmeBlocks(): readonly FileBlock[] {
  return fileBlocks(readFileSync(join(repository, 'packages', 'next', 'README.md'), 'utf8'));
}

function fileBlocks(markdown: string): readonly FileBlock[] {
  const blocks: FileBlock[] = [];
  const fences = /((?:^<!--.*-->\n+)*)^```\w*\n(?:\/\/|#) ((?:[^\s/,]+\/)*\.?[^\s/,]+\.\w+)([^\n]*)\n([\s\S]*?)^```$/gm;
  for (const [, comments = '', path = '', remark = '', code = ''] of markdown.matchAll(fences)) {
    if (comments.includes('<!-- not pasted:')) continue;
    if (blocks.some((block) => block.path === path)) {
      throw new Error(
        `Two blocks of the README are ${path}. Write <!-- not pasted: reason --> before the one that a new app does not need.`,
      );
    }
    blocks.push({ path, remark, code });
  }
  return blocks;
}
