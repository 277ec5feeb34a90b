// The files for programs that read text: a Markdown file beside each page, llms.txt (llmstxt.org), llms-full.txt and AGENTS.md. Their
// links are absolute.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileOf } from './address.ts';
import type { Collection, PlacedPage, PlacedSection } from './collect.ts';
import { replaceOutsideCode } from './markdown-code.ts';
import type { Page } from './page.ts';
import { readTagline } from './readme.ts';

/** Sections that llms.txt lists as optional, and that llms-full.txt leaves out. */
const optional = ['Design', 'Evidence', 'Examples'];

/** @param url the address of the site, without a slash at the end */
export function textFiles(collection: Collection, url: string): ReadonlyMap<string, string> {
  const { pages, readme, agents } = collection;
  const files = new Map<string, string>();
  for (const page of [...pages, readme]) files.set(`${fileOf(page.address)}.md`, absoluteLinks(page.markdown, url));
  if (agents !== undefined) files.set('AGENTS.md', absoluteLinks(agents, url));
  files.set('llms.txt', llmsText(collection, url));
  files.set('llms-full.txt', fullText(collection, url));
  return files;
}

export function writeTextFiles(files: ReadonlyMap<string, string>, folder: string): void {
  for (const [file, text] of files) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Turns links of the site, such as `/tokens#claims`, into links to the Markdown file of the page. */
function absoluteLinks(markdown: string, url: string): string {
  return replaceOutsideCode(markdown, /\]\((\/[^)\s]*)\)/g, ([, target = '']) => {
    const [address = '', anchor] = target.split('#');
    return `](${url}${/\.\w+$/.test(address) ? address : markdownAddress(address)}${anchor === undefined ? '' : `#${anchor}`})`;
  });
}

function markdownAddress(address: string): string {
  return `/${fileOf(address)}.md`;
}

function llmsText({ sections, pages, readme, agents }: Collection, url: string): string {
  const link = (page: PlacedPage) =>
    `- [${linkText(page)}](${url}${markdownAddress(page.address)}): ${page.description}`;
  const pagesOf = (section: PlacedSection): readonly PlacedPage[] => {
    if (section.title !== 'Design') return section.groups.flatMap(({ pages }) => pages);
    // One link instead of dozens: the list names each decision.
    return pages
      .filter(({ address }) => address === section.address)
      .map((page) => ({ ...page, text: 'Design decisions' }));
  };
  return [
    `# ${readme.title}`,
    `> ${readTagline(readme.markdown)}`,
    `Every page of the site has a Markdown file, which is linked here. ${url}/llms-full.txt has all guides and READMEs in one file.`,
    agents === undefined ? '' : `Rules for coding agents: [AGENTS.md](${url}/AGENTS.md)`,
    ...sections
      .filter(({ title }) => !optional.includes(title))
      .flatMap((section) => [`## ${section.title}`, pagesOf(section).map(link).join('\n')]),
    '## Optional',
    sections
      .filter(({ title }) => optional.includes(title))
      .flatMap(pagesOf)
      .map(link)
      .join('\n'),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

/** Unlike in the navigation, a link is read without the heading of its section. */
function linkText({ source, title, text }: PlacedPage): string {
  if (/^(?:docs\/start|docs\/migrate|examples)\//.test(source)) return title;
  return source.startsWith('reference/') ? `Reference: ${text}` : text;
}

function fullText({ sections, readme }: Collection, url: string): string {
  const pages: readonly Page[] = [
    readme,
    ...sections
      .filter(({ title }) => !optional.includes(title))
      .flatMap(({ groups }) => groups.flatMap(({ pages }) => pages))
      .filter(({ source }) => source.endsWith('.md')),
  ];
  return pages
    .map((page) => `<!-- ${url}${markdownAddress(page.address)} -->\n\n${absoluteLinks(page.markdown, url).trim()}\n`)
    .join('\n\n');
}
