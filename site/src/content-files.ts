// Writes the collected pages and the settings into the folder that VitePress builds.
import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { repository } from '../../scripts/workspace.ts';
import { fileOf, type SiteAddress } from './address.ts';
import type { Collection } from './collect.ts';
import { homePage } from './home-page.ts';
import { type NavItem, navigationBar, type SidebarItem, sidebars } from './navigation.ts';
import type { Page } from './page.ts';
import { contentFolder, settingsFile } from './places.ts';

export interface SiteSettings {
  readonly base: string;
  readonly nav: readonly NavItem[];
  readonly sidebar: Readonly<Record<string, readonly SidebarItem[]>>;
}

/** Pages whose large tables are left out of the search. */
const largeTables = ['docs/performance.md', 'docs/conformance.md', 'docs/mutation.md', 'docs/simulation.md'];

export function writeContent(collection: Collection, { base }: SiteAddress): void {
  rmSync(contentFolder, { recursive: true, force: true });
  for (const page of collection.pages) write(`${fileOf(page.address)}.md`, withFrontmatter(page));
  write('index.md', homePage(collection.readme, collection.pages, base));
  const images = [...globSync('docs/*.svg', { cwd: repository }), 'site/logo.svg'];
  const publicFolder = join(contentFolder, 'public');
  mkdirSync(publicFolder, { recursive: true });
  for (const image of images) copyFileSync(join(repository, image), join(publicFolder, basename(image)));
  const settings: SiteSettings = {
    base,
    nav: navigationBar(collection.sections),
    sidebar: sidebars(collection.sections),
  };
  writeFileSync(settingsFile, JSON.stringify(settings));
}

function write(file: string, text: string): void {
  const path = join(contentFolder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function withFrontmatter({ source, title, description, markdown }: Page): string {
  const frontmatter = {
    title,
    description,
    ...(largeTables.includes(source) ? { search: 'text' } : {}),
    ...(source.startsWith('reference/') ? { pageClass: 'reference' } : {}),
  };
  return `---\n${JSON.stringify(frontmatter)}\n---\n\n${markdown}`;
}
