// Collects the pages of the site: files of the repository, in the order of the table of contents, and generated pages.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRepositoryUrl } from '../../scripts/release/repository-url.mjs';
import { repository } from '../../scripts/workspace.ts';
import { addressOf } from './address.ts';
import { type Section, sections } from './contents.ts';
import { rewriteLinks } from './links.ts';
import { listPage } from './list-page.ts';
import { createPage, type Page, withoutComments } from './page.ts';

export interface PlacedPage extends Page {
  /** Its text in the navigation. */
  readonly text: string;
}

export interface PlacedSection {
  readonly title: string;
  /** The address of its first page, or of its list of pages. */
  readonly address: string;
  readonly groups: readonly { readonly title: string | undefined; readonly pages: readonly PlacedPage[] }[];
}

export interface Collection {
  readonly sections: readonly PlacedSection[];
  /** All pages: those of the sections, and the lists of pages. */
  readonly pages: readonly Page[];
  /** The README of the repository, from which the home page is made. */
  readonly readme: Page;
  /** The text of AGENTS.md, if it exists. */
  readonly agents: string | undefined;
  /** Entries of the table of contents whose file does not exist. */
  readonly missing: readonly string[];
}

/** A page that is written by a program: its name in the contents, its address and its text. */
export interface GeneratedPage {
  readonly source: string;
  readonly address: string;
  readonly markdown: string;
}

interface CollectOptions {
  readonly root?: string;
  readonly contents?: readonly Section[];
  readonly generated?: readonly GeneratedPage[];
}

export function collect({ root = repository, contents = sections, generated = [] }: CollectOptions = {}): Collection {
  const missing: string[] = [];
  const sources = new Map<string, { readonly address: string; readonly markdown: string }>();
  const expanded = contents.map((section) => ({
    ...section,
    groups: section.groups.map(({ title, entries }) => ({
      title,
      entries: entries.flatMap((entry) => {
        const [pattern, text] = typeof entry === 'string' ? [entry, undefined] : entry;
        const found = expand(pattern, root, generated);
        if (found.length === 0) missing.push(pattern);
        for (const each of found) sources.set(each.source, each);
        return found.map(({ source }) => ({ source, text }));
      }),
    })),
  }));

  const pageAddresses = new Map([...sources].map(([source, { address }]) => [source, address]));
  pageAddresses.set('README.md', '/');
  const folders = new Map<string, string>([
    ['docs', '/guides/'],
    ['docs/decisions', '/decisions/'],
    ['docs/recipes', '/guides/#recipes'],
    ['packages', '/packages/'],
    ['examples', '/examples/'],
  ]);
  const targets = {
    addressOf: (path: string) =>
      pageAddresses.get(path) ??
      pageAddresses.get(`${path}/README.md`) ??
      pageAddresses.get(`${path}/index.md`) ??
      folders.get(path),
    repositoryUrl: readRepositoryUrl(root),
  };
  const read = (source: string): Page => {
    const { address, markdown } = sources.get(source) ?? { address: addressOf(source), markdown: '' };
    return createPage(source, address, rewriteLinks(withoutComments(markdown), source, targets));
  };

  const placed = expanded.map(({ title, address, groups }) => ({
    title,
    address,
    groups: groups
      .map((group) => ({ title: group.title, pages: placePages(group.entries, read) }))
      .filter(({ pages }) => pages.length > 0),
  }));
  const pages = placed.flatMap(({ groups }) => groups.flatMap(({ pages }) => pages));
  const taken = new Set(pages.map(({ address }) => address));
  const lists = placed.flatMap((section, index) =>
    taken.has(section.address) ? [] : [listPage(section, contents[index]?.intro ?? '')],
  );
  const agentsFile = join(root, 'AGENTS.md');
  const agents = existsSync(agentsFile)
    ? rewriteLinks(withoutComments(readFileSync(agentsFile, 'utf8')), 'AGENTS.md', targets)
    : undefined;
  sources.set('README.md', { address: '/', markdown: readFileSync(join(root, 'README.md'), 'utf8') });
  return { sections: placed, pages: [...pages, ...lists], readme: read('README.md'), agents, missing };
}

function placePages(
  entries: readonly { readonly source: string; readonly text: string | undefined }[],
  read: (source: string) => Page,
): readonly PlacedPage[] {
  return entries.map(({ source, text }) => {
    const page = read(source);
    return { ...page, text: text ?? page.title.replace(/^Example: (.)/, (_, first: string) => first.toUpperCase()) };
  });
}

function expand(pattern: string, root: string, generated: readonly GeneratedPage[]): readonly GeneratedPage[] {
  if (!pattern.endsWith('.md')) {
    const prefix = pattern.replace(/\*$/, '');
    return generated.filter(({ source }) => (pattern.endsWith('*') ? source.startsWith(prefix) : source === pattern));
  }
  const files = pattern.includes('*')
    ? globSync(pattern, { cwd: root, exclude: ['**/node_modules/**'] }).sort()
    : existsSync(join(root, pattern))
      ? [pattern]
      : [];
  return files.map((source) => ({
    source: source.replaceAll('\\', '/'),
    address: addressOf(source.replaceAll('\\', '/')),
    markdown: readFileSync(join(root, source), 'utf8'),
  }));
}
