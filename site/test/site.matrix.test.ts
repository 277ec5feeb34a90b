// The built site: its links, its distances and its search.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { requestOptionNames } from '../../packages/core/src/options/request-options.ts';
import { verifyOptionNames } from '../../packages/core/src/options/verify-options.ts';
import { repository } from '../../scripts/workspace.ts';
import { readSiteAddress } from '../src/address.ts';
import { outputFolder, siteFolder } from '../src/places.ts';
import { buildInProgram } from './built-site.ts';
import { type BuiltPage, clicksFromHome, readBuiltPages } from './crawl.ts';
import { type Hit, loadSearch } from './search-index.ts';

const { base, url } = readSiteAddress();
let pages: ReadonlyMap<string, BuiltPage>;
let search: (query: string) => readonly Hit[];

beforeAll(async () => {
  buildInProgram();
  pages = readBuiltPages();
  search = await loadSearch();
});

test('every link leads to a page of the site, and every anchor to a place in it', () => {
  const broken = [...pages.values()].flatMap(({ path, links }) =>
    links.filter((link) => link.startsWith('/') && !leadsSomewhere(link)).map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
  expect(pages.size).toBeGreaterThan(150);
});

function leadsSomewhere(link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const page = pages.get(path);
  if (page === undefined)
    return path.startsWith(base) && /\.\w+$/.test(path) && existsSync(join(outputFolder, path.slice(base.length)));
  return anchor === undefined || anchor === '' || page.ids.has(anchor);
}

test('every page is at most three clicks from the home page', () => {
  const clicks = clicksFromHome(pages);
  expect([...pages.keys()].filter((path) => (clicks.get(path) ?? Number.POSITIVE_INFINITY) > 3)).toEqual([]);
});

test('every page has a Markdown file beside it, whose links are absolute', () => {
  for (const path of pages.keys()) {
    const file = path.slice(base.length) + (path.endsWith('/') ? 'index.md' : '.md');
    const markdown = readFileSync(join(outputFolder, file), 'utf8');
    expect(markdown).toMatch(/^# /);
  }
});

test('every page of the site that llms.txt and the Markdown files link exists', () => {
  const broken = globSync(['**/*.md', '*.txt'], { cwd: outputFolder }).flatMap((file) =>
    [...readFileSync(join(outputFolder, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter(
        (link) =>
          link.startsWith(`${url}/`) && !existsSync(join(outputFolder, link.slice(url.length).replace(/#.*/, ''))),
      )
      .map((link) => `${file}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('no page loads anything from another host', () => {
  const loaded = [...pages.values()].flatMap(({ path, html }) =>
    [...html.matchAll(/<(?:script|link|img|iframe|source)\b[^>]*?\s(?:src|href)="((?:https?:)?\/\/[^"]+)"/g)].map(
      ([, address]) => `${path}: ${address}`,
    ),
  );
  expect(loaded).toEqual([]);
  const styles = globSync('assets/*.css', { cwd: outputFolder }).map((file) =>
    readFileSync(join(outputFolder, file), 'utf8'),
  );
  expect(styles.join('\n').match(/(?:url\(|@import)\s*["']?(?:https?:)?\/\/[^)]*/g)).toBeNull();
});

test('every color of highlighted code has a contrast of 4.5 with the background of code', () => {
  const colors = readFileSync(join(siteFolder, '.vitepress/theme/colors.css'), 'utf8');
  const [light = '', dark = ''] = [...colors.matchAll(/--vp-code-block-bg: (#\w{6});/g)].map(([, color = '']) => color);
  const used = new Set<string>();
  for (const { html } of pages.values()) {
    for (const [, inLight = '', inDark = ''] of html.matchAll(/--shiki-light:(#\w{6})[^;"]*;--shiki-dark:(#\w{6})/g)) {
      used.add(`${inLight} ${light}`).add(`${inDark} ${dark}`);
    }
  }
  expect(used.size).toBeGreaterThan(8);
  expect([...used].filter((pair) => contrastOf(pair) < 4.5)).toEqual([]);
});

/** The contrast ratio of WCAG 2.2. */
function contrastOf(pair: string): number {
  const [bright = 0, other = 0] = pair
    .split(' ')
    .map((color) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5]
        .map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .toSorted((a, b) => b - a);
  return (bright + 0.05) / (other + 0.05);
}

describe('search', () => {
  test('finds every reason of a refusal first in the pages about errors', () => {
    const lost = reasons().filter(
      (reason) =>
        !search(reason)
          .slice(0, 3)
          .some(({ id }) => /\/(?:errors|troubleshooting)(?:#|$)/.test(id)),
    );
    expect(lost).toEqual([]);
    expect(reasons().length).toBeGreaterThan(20);
  });

  test('finds every option of the verifier in the reference or in the README of its package', () => {
    const names = [...verifyOptionNames, ...requestOptionNames];
    const lost = names.filter(
      (name) =>
        !search(name)
          .slice(0, 5)
          .some(({ id }) => /\/(?:reference|packages|troubleshooting)/.test(id)),
    );
    expect(lost).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });

  test('finds every exported function by its name', () => {
    const names = exportedFunctions();
    const lost = names.filter(
      (name) =>
        !search(name)
          .slice(0, 8)
          .some(({ id, title }) => title === name && id.startsWith(`${base}reference/`)),
    );
    expect(lost).toEqual([]);
    expect(names.length).toBeGreaterThan(50);
  });

  test.each([
    ['token_expired', '/troubleshooting#token_expired'],
    ['createVerifier', '/reference/core#createverifier'],
    ['createVer', '/reference/core#createverifier'],
    ['cors', '/cors'],
    ['csrf', '/cookies-and-csrf'],
    ['webhook', '/webhooks'],
  ])('finds %s first at %s', (query, address) => {
    expect(search(query)[0]?.id).toMatch(new RegExp(`^${base.slice(0, -1)}${address}(?:#|$)`));
  });

  test.each([
    ['@torii/next', '/packages/next'],
    ['express', '/start/express'],
    ['revocation', '/revocation'],
    ['webhooks', '/webhooks'],
  ])('finds %s with %s among the first', (query, address) => {
    const first = search(query)
      .slice(0, 8)
      .map(({ id }) => id.replace(/#.*/, ''));
    expect(first).toContain(base.slice(0, -1) + address);
  });
});

function reasons(): readonly string[] {
  const source = readFileSync(join(repository, 'packages/core/src/errors/reasons.ts'), 'utf8');
  return [...new Set([...source.matchAll(/'([a-z]+_[a-z_]+)'/g)].map(([, reason = '']) => reason))];
}

function exportedFunctions(): readonly string[] {
  const files = globSync('public-api/*.d.ts', { cwd: repository });
  const texts = files.map((file) => readFileSync(join(repository, file), 'utf8'));
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/^ +export function (\w+)/gm)].map(([, name = '']) => name))),
  ];
}
