// The search of the built site, as the browser has it.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { searchOptions } from '../.vitepress/search.ts';
import { outputFolder } from '../src/places.ts';

export interface Hit {
  /** The path on the host, with the anchor of the section. */
  readonly id: string;
  readonly title: string;
  /** The headings above the section. */
  readonly titles: readonly string[];
}

export async function loadSearch(): Promise<(query: string) => readonly Hit[]> {
  const [file] = globSync('assets/chunks/*localSearchIndex*.js', { cwd: outputFolder });
  if (file === undefined) throw new Error('The built site has no search index.');
  const { default: json } = (await import(join(outputFolder, file))) as { readonly default: string };
  const { options, searchOptions: searching } = searchOptions.miniSearch ?? {};
  const index = MiniSearch.loadJSON(json, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    ...options,
    searchOptions: { ...searching },
  });
  return (query) => index.search(query) as unknown as readonly Hit[];
}
