import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { addressOf, fileOf, readSiteAddress } from '../src/address.ts';
import { changelogPage } from '../src/changelog.ts';
import { collect } from '../src/collect.ts';
import type { Section } from '../src/contents.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'torii-site-'));
  folders.push(folder);
  for (const [path, text] of Object.entries({ 'package.json': '{}', 'README.md': '# Torii\n\nAn SDK.\n', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const contents: readonly Section[] = [
  {
    title: 'Guides',
    address: '/guides/',
    intro: 'All guides.',
    groups: [
      { title: 'First', entries: [['docs/b.md', 'Bee'], 'docs/missing.md'] },
      { title: 'Second', entries: ['docs/more/*.md'] },
    ],
  },
];

describe('collect', () => {
  test('keeps the order of the contents, and lists the pages of a section', () => {
    const root = folderWith({ 'docs/b.md': '# B *page*\n\nAbout `b`. More.\n', 'docs/more/a.md': '# A\n\nText.\n' });
    const { pages, sections, missing } = collect({ root, contents });
    expect(pages.map(({ address }) => address)).toEqual(['/b', '/more/a', '/guides/']);
    expect(sections[0]?.groups[0]?.pages[0]).toMatchObject({
      text: 'Bee',
      title: 'B page',
      description: 'About b. More.',
    });
    expect(pages[2]?.markdown).toContain('- [Bee](/b): About b. More.');
    expect(missing).toEqual(['docs/missing.md']);
  });

  test('leaves the list of pages out if a page has its address', () => {
    const root = folderWith({ 'docs/b.md': '# B\n', 'docs/more/a.md': '# A\n' });
    const section = { ...(contents[0] as Section), address: '/b' };
    expect(collect({ root, contents: [section] }).pages.map(({ address }) => address)).toEqual(['/b', '/more/a']);
  });

  test('rewrites links of pages and of AGENTS.md, and strips comments outside of code', () => {
    const root = folderWith({
      'docs/b.md': '<!-- written -->\n# B\n\n[a](more/a.md#x) [home](../README.md)\n\n```html\n<!-- kept -->\n```\n',
      'docs/more/a.md': '# A\n',
      'AGENTS.md': '# Agents\n\n[b](docs/b.md)\n',
    });
    const { pages, agents } = collect({ root, contents });
    expect(pages[0]?.markdown).toBe('# B\n\n[a](/more/a#x) [home](/)\n\n```html\n<!-- kept -->\n```\n');
    expect(agents).toContain('[b](/b)');
  });

  test('refuses a page without a title', () => {
    const root = folderWith({ 'docs/b.md': 'No title.\n' });
    expect(() => collect({ root, contents })).toThrow('docs/b.md has no title. Begin it with a line `# Title`.');
  });
});

test.each([
  ['docs/tokens.md', '/tokens', 'tokens'],
  ['docs/start/index.md', '/start/', 'start/index'],
  ['docs/decisions/site.md', '/decisions/site', 'decisions/site'],
  ['packages/core/README.md', '/packages/core', 'packages/core'],
  ['SECURITY.md', '/security', 'security'],
  ['README.md', '/', 'index'],
])('%s has the address %s', (source, address, file) => {
  expect(addressOf(source)).toBe(address);
  expect(fileOf(address)).toBe(file);
});

test('the base path comes from the homepage of package.json', () => {
  const root = (homepage: unknown) => folderWith({ 'package.json': JSON.stringify({ homepage }) });
  expect(readSiteAddress(root('https://torii.so/docs/x'))).toEqual({
    url: 'https://torii.so/docs/x',
    base: '/docs/x/',
  });
  for (const homepage of [undefined, 'http://torii.so/docs', 'https://torii.so/docs/', 'https://torii.so/docs?x']) {
    expect(() => readSiteAddress(root(homepage))).toThrow('`homepage` in package.json cannot be used');
  }
});

test('the changelog has changesets without a version first, then each version with the text of each package', () => {
  const root = folderWith({
    '.changeset/one.md': '---\n"@torii/a": minor\n"@torii/b": patch\n---\n\nNews.\n',
    'packages/a/package.json': '{"name":"@torii/a"}',
    'packages/a/CHANGELOG.md': '# @torii/a\n\n## 0.2.0\n\n### Minor Changes\n\n- Second.\n\n## 0.1.0\n\n- First.\n',
    'packages/b/package.json': '{"name":"@torii/b"}',
    'packages/b/CHANGELOG.md': '# @torii/b\n\n## 0.2.0\n\n### Patch Changes\n\n- Fixed.\n',
  });
  const headings = changelogPage(root).markdown.match(/^##+ .*|^- .*|^News\.$/gm);
  expect(headings).toEqual([
    '## Not released yet',
    '### @torii/a, @torii/b',
    'News.',
    '## 0.2.0',
    '### @torii/a 0.2.0',
    '- Second.',
    '### @torii/b 0.2.0',
    '- Fixed.',
    '## 0.1.0',
    '### @torii/a 0.1.0',
    '- First.',
  ]);
});
