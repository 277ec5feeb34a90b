// Builds the site from the repository.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vitepress';
import { readSiteAddress } from './address.ts';
import { changelogPage } from './changelog.ts';
import { collect } from './collect.ts';
import { writeContent } from './content-files.ts';
import { homePage } from './home-page.ts';
import { cacheFolder, contentFolder, outputFolder, siteFolder } from './places.ts';
import { readReference } from './reference/reference-cache.ts';

/** The digest of everything that the last complete build was made from. */
const stamp = join(cacheFolder, 'built');

interface BuiltSite {
  readonly pages: number;
  /** False if the last build was made from the same files. */
  readonly built: boolean;
}

/** @param say prints a line before a step that takes long */
export async function buildSite(say: (line: string) => void): Promise<BuiltSite> {
  const collection = collect({ generated: [...(await readReference(say)), changelogPage()] });
  for (const entry of collection.missing) say(`left out, because it does not exist: ${entry}`);
  writeContent(collection, homePage(collection.readme.markdown), readSiteAddress());
  const pages = collection.pages.length + 1;
  const digest = digestOfInputs();
  if (existsSync(stamp) && existsSync(outputFolder) && readFileSync(stamp, 'utf8') === digest)
    return { pages, built: false };

  say(`Building ${pages} pages (takes half a minute)`);
  rmSync(stamp, { force: true });
  await build(siteFolder);
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(stamp, digest);
  return { pages, built: true };
}

/** Covers the collected pages, the theme, and the programs and versions that turn them into the site. */
function digestOfInputs(): string {
  const hash = createHash('sha256');
  const sources = globSync(['.vitepress/**/*.*', 'src/**/*.ts', 'package.json', 'logo.svg'], { cwd: siteFolder });
  const content = globSync('**/*.*', { cwd: contentFolder }).map((file) => join('.content', file));
  for (const file of [...sources, ...content].sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(siteFolder, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
