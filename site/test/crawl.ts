// Reads the built pages, without a browser.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSiteAddress } from '../src/address.ts';
import { outputFolder } from '../src/places.ts';

export interface BuiltPage {
  /** Its path on the host: `/docs/typescript/tokens`. */
  readonly path: string;
  readonly html: string;
  /** The targets of its links, as paths of the host with anchors, and other addresses as they are. */
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

const { base } = readSiteAddress();

export function readBuiltPages(): ReadonlyMap<string, BuiltPage> {
  const files = globSync('**/*.html', { cwd: outputFolder }).filter((file) => file !== '404.html');
  return new Map(
    files.map((file) => {
      const html = readFileSync(join(outputFolder, file), 'utf8');
      const path = base + file.replaceAll('\\', '/').replace(/(?:^|(?<=\/))index\.html$|\.html$/, '');
      return [path, { path, html, links: readLinks(html, path), ids: readIds(html) }];
    }),
  );
}

function readLinks(html: string, path: string): readonly string[] {
  return [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, href = '']) => {
    const url = new URL(decodeEntities(href), `http://site.test${path}`);
    return url.host === 'site.test' ? url.pathname + decodeURIComponent(url.hash) : url.href;
  });
}

function readIds(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => decodeEntities(id)));
}

function decodeEntities(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** How many links a visitor of the home page follows to each page, at least. */
export function clicksFromHome(pages: ReadonlyMap<string, BuiltPage>): ReadonlyMap<string, number> {
  const clicks = new Map([[base, 0]]);
  const queue = [base];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const link of pages.get(path)?.links ?? []) {
      const target = link.replace(/#.*$/, '');
      if (clicks.has(target) || !pages.has(target)) continue;
      clicks.set(target, (clicks.get(path) ?? 0) + 1);
      queue.push(target);
    }
  }
  return clicks;
}
