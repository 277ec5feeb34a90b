import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAnchors, listLinks } from '../markdown.ts';
import { repository } from '../workspace.ts';

/**
 * Checks the links of the pages in an unpacked tarball. Returns one message for each link that leads nowhere: to a file that the
 * repository does not have, to a missing heading, or to a place relative to the page.
 */
export function inspectLinks(folder: string, url: string): readonly string[] {
  return globSync('*.md', { cwd: folder }).flatMap((page) => {
    const markdown = readFileSync(join(folder, page), 'utf8');
    const problems = listLinks(markdown).map(({ target, line }) => {
      const problem = problemOf(target, markdown, url);
      return problem === undefined ? undefined : `${page}:${line}: the link ${target} ${problem}`;
    });
    return problems.filter((problem) => problem !== undefined);
  });
}

function problemOf(target: string, page: string, url: string): string | undefined {
  if (target.startsWith('#'))
    return listAnchors(page).has(target.slice(1)) ? undefined : 'names no heading of the page';
  if (!target.startsWith('https://')) return 'is not absolute';
  if (!target.startsWith(`${url}/`)) return undefined;
  const [, path, anchor] =
    /^\/(?:blob|tree|raw)\/(?:v[\d.]+|HEAD(?=\/(?:SECURITY|docs\/versions)\.md))\/([^#]+)(?:#(.+))?$/.exec(
      target.slice(url.length),
    ) ?? [];
  if (path === undefined) return 'does not name a file of a released version';
  const file = join(repository, path);
  if (!existsSync(file)) return 'names a file that does not exist';
  const isMissing = anchor !== undefined && !listAnchors(readFileSync(file, 'utf8')).has(anchor);
  return isMissing ? 'names a heading that does not exist' : undefined;
}
