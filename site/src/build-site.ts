// Builds the site from the repository.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vitepress';
import { lock } from '../../scripts/lock-file.ts';
import { fileOf, readSiteAddress } from './address.ts';
import { changelogPage } from './changelog.ts';
import { collect } from './collect.ts';
import { writeContent } from './content-files.ts';
import { cacheFolder, contentFolder, outputFolder, siteFolder } from './places.ts';
import { readReference } from './reference/reference-cache.ts';
import { textFiles, writeTextFiles } from './text-files.ts';

/** A file with the digest of the inputs of the last complete build. */
const stamp = join(cacheFolder, 'built');

interface BuiltSite {
  readonly pages: number;
  /** False if the last build was made from the same files. */
  readonly built: boolean;
}

/** @param say prints a line before a step that takes long */
export async function buildSite(say: (line: string) => void): Promise<BuiltSite> {
  mkdirSync(cacheFolder, { recursive: true });
  // Several test processes can build the site at the same time.
  await using _ = await lock(join(cacheFolder, 'lock'));
  const collection = collect({ generated: [...(await readReference(say)), changelogPage()] });
  for (const entry of collection.missing) say(`left out, because it does not exist: ${entry}`);
  const address = readSiteAddress();
  writeContent(collection, address);
  const pages = collection.pages.length + 1;
  const digest = digestOfInputs();
  if (existsSync(stamp) && existsSync(outputFolder) && readFileSync(stamp, 'utf8') === digest)
    return { pages, built: false };

  say(`Building ${pages} pages (takes half a minute)`);
  rmSync(stamp, { force: true });
  rmSync(outputFolder, { recursive: true, force: true });
  await build(siteFolder);
  requireOutput(collection.pages.map(({ address }) => `${fileOf(address)}.html`));
  writeTextFiles(textFiles(collection, address.url), outputFolder);
  writeFileSync(stamp, digest);
  return { pages, built: true };
}

/** If a page has an error, VitePress prints it and continues without the page. */
function requireOutput(files: readonly string[]): void {
  const lost = files.filter((file) => {
    const path = join(outputFolder, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes('<h1');
  });
  if (lost.length > 0) throw new Error(`These pages could not be built; see above: ${lost.join(', ')}`);
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
