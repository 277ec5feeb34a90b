// What a published package has, and its folder in the repository has not: the addresses of the repository, in package.json and in the
// links of its pages. A relative link leads nowhere on the registry's page.
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { mapLinks } from '../markdown.ts';
import { repository } from '../workspace.ts';
import { replaceFiles } from './tarball-files.ts';

/** Adds the addresses of the repository to a packed package. `directory` is its folder, such as `packages/core`. */
export function addAddresses(tarball: string, url: string, directory: string, version: string): void {
  replaceFiles(tarball, (path, read) => {
    if (path === 'package/package.json') return addToManifest(read(), url, directory);
    if (/^package\/[^/]+\.md$/.test(path)) return makeLinksAbsolute(read(), url, directory, version);
    return undefined;
  });
}

function addToManifest(text: string, url: string, directory: string): string {
  const { name, version, description, keywords, ...rest } = JSON.parse(text);
  const addresses = {
    homepage: `${url}/tree/HEAD/${directory}#readme`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, directory },
  };
  return `${JSON.stringify({ name, version, description, keywords, ...addresses, ...rest }, null, 2)}\n`;
}

/** These pages describe the whole project, so users of an old version need their newest text. */
const currentPages = ['SECURITY.md', 'docs/versions.md'];

/**
 * Links to the files as they were when the version was released, except for `currentPages`. A link to a part of the page itself
 * stays as it is.
 */
export function makeLinksAbsolute(markdown: string, url: string, directory: string, version: string): string {
  return mapLinks(markdown, ({ target, isImage, line }) => {
    if (/^(#|[a-z]+:)/.test(target)) return target;
    const [, path = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(target) ?? [];
    const file = posix.join(directory, path);
    const place = join(repository, file);
    if (file.startsWith('..') || !existsSync(place)) {
      throw new Error(`${directory}, line ${line} of a page: the link target ${target} does not exist`);
    }
    const view = isImage ? 'raw' : statSync(place).isDirectory() ? 'tree' : 'blob';
    const revision = currentPages.includes(file) ? 'HEAD' : `v${version}`;
    return `${url}/${view}/${revision}/${file.replace(/\/$/, '')}${anchor}`;
  });
}
