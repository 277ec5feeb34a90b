// One changelog of all packages: the changesets without a version, then each version.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPackages, repository } from '../../scripts/workspace.ts';
import type { GeneratedPage } from './collect.ts';

interface Change {
  readonly version: string;
  readonly packages: readonly string[];
  readonly text: string;
}

export function changelogPage(root: string = repository): GeneratedPage {
  const released = readReleased(root);
  const versions = [...new Set(released.map(({ version }) => version))];
  const markdown = [
    '# Changelog',
    'What each release changes. All packages have the same version. [Versions and support](docs/versions.md) says what a release may change.',
    '## Not released yet',
    ...readUnreleased(root).flatMap(({ packages, text }) => [`### ${packages.join(', ')}`, text]),
    ...versions.flatMap((version) => [
      `## ${version}`,
      ...released
        .filter((each) => each.version === version)
        .flatMap(({ packages, text }) => [`### ${packages.join(', ')} ${version}`, text]),
    ]),
  ].join('\n\n');
  return { source: 'changelog', address: '/changelog', markdown };
}

function readUnreleased(root: string): readonly Change[] {
  return globSync('.changeset/*.md', { cwd: root })
    .sort()
    .flatMap((file) => {
      const [, front = '', text = ''] =
        /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(readFileSync(join(root, file), 'utf8')) ?? [];
      const packages = [...front.matchAll(/^["'](.+?)["']:/gm)].map(([, name = '']) => name);
      return packages.length === 0 ? [] : [{ version: '', packages, text: text.trim() }];
    });
}

function readReleased(root: string): readonly Change[] {
  return listPackages(root).flatMap(({ folder, manifest }) => {
    const file = join(folder, 'CHANGELOG.md');
    if (!existsSync(file)) return [];
    const [, ...versions] = readFileSync(file, 'utf8').split(/^## /m);
    return versions.map((section) => {
      const [version = '', ...lines] = section.split('\n');
      const text = lines.filter((line) => !/^### (?:Major|Minor|Patch) Changes$/.test(line)).join('\n');
      return { version: version.trim(), packages: [manifest.name], text: text.trim() };
    });
  });
}
