import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import type { SiteSettings } from '../src/content-files.ts';
import { contentFolder, outputFolder, settingsFile, siteFolder } from '../src/places.ts';
import { configureMarkdown } from './markdown.ts';
import { searchOptions } from './search.ts';

const { base, nav, sidebar }: SiteSettings = JSON.parse(readFileSync(settingsFile, 'utf8'));

export default defineConfig({
  title: 'Torii for TypeScript',
  lang: 'en',
  base,
  srcDir: contentFolder.slice(siteFolder.length + 1),
  outDir: outputFolder,
  cacheDir: `${siteFolder}/.cache/vitepress`,
  cleanUrls: true,
  metaChunk: true,
  // Pages name servers that visitors start.
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }]],
  // Do not warn about the size of the search index. It is one file, and loaded only when the search opens.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: configureMarkdown(),
  themeConfig: {
    logo: { src: '/logo.svg', alt: '' },
    siteTitle: 'Torii for TypeScript',
    // VitePress does not change these lists, so the readonly types can be cast.
    nav: [...nav] as never,
    sidebar: sidebar as never,
    outline: [2, 3],
    search: { provider: 'local', options: searchOptions },
    notFound: {
      title: 'Page not found',
      quote: 'Search for it, or begin at the home page.',
      linkText: 'Home page',
      linkLabel: 'Home page',
    },
    footer: { message: 'Released under the MIT License.' },
  },
});
