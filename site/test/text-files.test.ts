import { expect, test } from 'vitest';
import { collect } from '../src/collect.ts';
import { descriptions } from '../src/descriptions.ts';
import { homePage } from '../src/home-page.ts';
import { navigationBar, sidebars } from '../src/navigation.ts';
import { readProperties, readTagline } from '../src/readme.ts';
import { textFiles } from '../src/text-files.ts';

const url = 'https://torii.so/docs/typescript';
const collection = collect();
const files = textFiles(collection, url);

test('each page has a Markdown file, whose links are absolute', () => {
  for (const { address } of collection.pages) {
    expect(files.has(`${address.slice(1)}${address.endsWith('/') ? 'index' : ''}.md`)).toBe(true);
  }
  const markdown = files.get('packages/express.md') ?? '';
  expect(markdown).toContain(`](${url}/packages/emulator.md)`);
  expect(markdown).not.toMatch(/\]\(\//);
  expect(files.get('index.md')).toContain(`](${url}/packages/express.md)`);
});

test('llms.txt has a title, a summary, and a section of links for each section of the site', () => {
  const text = files.get('llms.txt') ?? '';
  expect(text).toMatch(/^# Torii for TypeScript\n\n> .+\n/);
  for (const { title, groups } of collection.sections) {
    if (groups.length > 0 && !['Design', 'Evidence', 'Examples'].includes(title))
      expect(text).toContain(`\n## ${title}\n\n- [`);
  }
  expect(text).toContain(`- [@torii/core](${url}/packages/core.md): `);
  expect(text.indexOf('decisions/index.md')).toBeGreaterThan(text.indexOf('## Optional'));
  expect(text).not.toContain('decisions/verifier.md');
});

test('in llms.txt, no two links have the same text or the same description, and each description is a sentence', () => {
  const entry = { address: '/reference/express', markdown: '# @torii/express\n\nThe names that it exports.\n' };
  const generated = [{ source: 'reference/express', ...entry }];
  const text = textFiles(collect({ generated }), url).get('llms.txt') ?? '';
  const links = [...text.matchAll(/^- \[(.+)\]\(\S+\): (.*)$/gm)].map(([, name = '', description = '']) => ({
    name,
    description,
  }));
  expect(links.length).toBeGreaterThan(100);
  expect(repeated(links.map(({ name }) => name))).toEqual([]);
  expect(repeated(links.map(({ description }) => description))).toEqual([]);
  const cut = ({ description }: { description: string }) =>
    !/^.{22,}[.?]$/.test(description) || description.split('(').length !== description.split(')').length;
  expect(links.filter(cut)).toEqual([]);
  expect(links.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Reference: @torii/express', 'Example: Express']),
  );
});

test('a description belongs to a page', () => {
  const sources = new Set(collection.pages.map(({ source }) => source));
  expect(Object.keys(descriptions).filter((source) => !sources.has(source))).toEqual([]);
});

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

test('llms-full.txt has the guides and READMEs, and no tables of measurements', () => {
  const text = files.get('llms-full.txt') ?? '';
  for (const page of ['webhooks', 'packages/core', 'packages/conformance', 'errors', 'security']) {
    expect(text).toContain(`<!-- ${url}/${page}.md -->`);
  }
  for (const page of ['performance', 'mutation', 'conformance', 'decisions/verifier', 'changelog']) {
    expect(text).not.toContain(`<!-- ${url}/${page}.md -->`);
  }
});

test('AGENTS.md is served with absolute links', () => {
  const agents = textFiles({ ...collection, agents: '# Agents\n\n[errors](/errors#classes)' }, url).get('AGENTS.md');
  expect(agents).toBe(`# Agents\n\n[errors](${url}/errors.md#classes)`);
});

test('the home page takes its facts from the README', () => {
  const page = homePage(collection.readme, collection.pages, '/docs/typescript/');
  const frontmatter = JSON.parse(page.split('---\n')[1] ?? '');
  expect(frontmatter.hero).toMatchObject({
    name: 'Torii for TypeScript',
    tagline: readTagline(collection.readme.markdown),
  });
  expect(frontmatter.features.length).toBe(readProperties(collection.readme.markdown).length);
  expect(JSON.stringify(frontmatter.features)).toMatch(/<a href=\\"\/docs\/typescript\/[a-z-/]+\\">/);
  expect(page).toMatch(/::: code-group\n\n```ts \[Express\]\nimport [\s\S]+```tsx? \[Next.js\]\n/);
});

test('a README without the list of properties, or without an example, is an error that says what is expected', () => {
  expect(() => readProperties('# T\n\nText.\n\n## Section\n')).toThrow(
    'README.md must begin with a list of properties',
  );
  expect(() => homePage(collection.readme, [], '/')).toThrow(
    'packages/express/README.md has no example with `requireAuth(`, which the home page shows.',
  );
});

test('every page is in the sidebar that VitePress chooses for it', () => {
  const sidebar = sidebars(collection.sections);
  for (const { groups } of collection.sections) {
    const pages = groups.flatMap(({ pages }) => pages);
    if (pages.length < 2) continue;
    for (const { address } of pages) {
      const file = `/${address.slice(1)}${address.endsWith('/') ? 'index' : ''}.md`;
      const key = Object.keys(sidebar)
        .toSorted((a, b) => b.split('/').length - a.split('/').length)
        .find((each) => file.startsWith(each));
      const links = (sidebar[key ?? ''] ?? []).flatMap(({ items }) => (items ?? []).map(({ link }) => link));
      expect([address, links]).toEqual([address, expect.arrayContaining([address])]);
    }
  }
});

test('the bar marks the section of a page', () => {
  const items = navigationBar(collection.sections).flatMap((item) => [item, ...(item.items ?? [])]);
  const marked = (path: string) =>
    items.filter(({ activeMatch }) => activeMatch && new RegExp(activeMatch).test(path)).map(({ text }) => text);
  expect(marked('/webhooks')).toEqual(['Guides']);
  expect(marked('/packages/core')).toEqual(['Packages']);
  expect(marked('/decisions/webhooks')).toEqual(['Design']);
});
