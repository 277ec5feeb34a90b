import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { listAnchors } from '../../scripts/markdown.ts';
import { repository } from '../../scripts/workspace.ts';
import { fileOf } from '../src/address.ts';
import { changelogPage } from '../src/changelog.ts';
import { type Collection, collect } from '../src/collect.ts';
import { excluded, sections } from '../src/contents.ts';
import { replaceOutsideCode } from '../src/markdown-code.ts';
import { listEntryPoints } from '../src/reference/entry-points.ts';

/** Pages of reference without their text: TypeDoc takes seconds. */
const reference = listEntryPoints().map(({ name, address }) => ({
  source: `reference/${address.split('/').at(-1)}`,
  address,
  markdown: `# ${name}\n\nText.`,
}));
const collection: Collection = collect({ generated: [...reference, changelogPage()] });

test('every page of the repository is in a section, or excluded with a reason', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: repository,
    encoding: 'utf8',
  });
  const placed = new Set(collection.pages.map(({ source }) => source));
  const lost = files
    .trim()
    .split('\n')
    .filter(
      (file) => !placed.has(file) && !Object.keys(excluded).some((pattern) => new RegExp(`^${pattern}$`).test(file)),
    );
  expect(lost).toEqual([]);
});

test('every entry of the contents has a page', () => {
  expect(collection.missing).toEqual([]);
});

test('no page is in two sections', () => {
  const sources = collection.pages.map(({ source }) => source);
  expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([]);
});

test('no two pages have one address, and none is also a folder of others', () => {
  const files = collection.pages.map(({ address }) => fileOf(address));
  expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([]);
  const folders = new Set(
    files.filter((file) => file.includes('/')).map((file) => file.slice(0, file.lastIndexOf('/'))),
  );
  expect(files.filter((file) => folders.has(file))).toEqual([]);
});

test('the pages that messages link to keep their addresses', () => {
  const addresses = new Map(collection.pages.map(({ source, address }) => [source, address]));
  expect(addresses.get('docs/troubleshooting.md')).toBe('/troubleshooting');
  expect(addresses.get('docs/tokens.md')).toBe('/tokens');
  expect(addresses.get('packages/express/README.md')).toBe('/packages/express');
  expect(addresses.get('conformance/README.md')).toBe('/packages/conformance');
});

test('every link between pages leads to a page, and every anchor to a heading', () => {
  const pages = new Map([...collection.pages, collection.readme].map((page) => [page.address, page]));
  const broken: string[] = [];
  for (const { source, markdown } of pages.values()) {
    replaceOutsideCode(markdown, /\]\(([/#][^)\s]*)\)/g, ([text, target = '']) => {
      const [address = '', anchor] = target.split('#');
      const page = pages.get(
        address === '' ? ([...pages].find(([, each]) => each.source === source)?.[0] ?? '') : address,
      );
      const isImage = address.endsWith('.svg');
      const isReference = address.startsWith('/reference/') && page !== undefined;
      const leads =
        page !== undefined && (anchor === undefined || isReference || listAnchors(page.markdown).has(anchor));
      if (!isImage && !leads) broken.push(`${source}: ${target}`);
      return text;
    });
  }
  expect(broken).toEqual([]);
});

test('every section has a title of its own and a group with pages', () => {
  const titles = sections.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(collection.sections.filter(({ groups }) => groups.length === 0).map(({ title }) => title)).toEqual([]);
});
