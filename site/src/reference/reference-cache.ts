// Keeps the pages of reference until a source file of a package, or the programs that make them, change.
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../../scripts/workspace.ts';
import type { GeneratedPage } from '../collect.ts';
import { cacheFolder } from '../places.ts';

const file = join(cacheFolder, 'reference.json');

interface Kept {
  readonly digest: string;
  readonly pages: readonly GeneratedPage[];
}

/** @param say prints a line before the pages are made anew */
export async function readReference(say: (line: string) => void): Promise<readonly GeneratedPage[]> {
  const digest = digestOfSources();
  const kept = readKept();
  if (kept?.digest === digest) return kept.pages;
  say('Reading the doc comments of all packages (takes some seconds)');
  // TypeDoc loads the TypeScript compiler, which takes a second.
  const { createReference } = await import('./reference-pages.ts');
  const pages = await createReference();
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(file, JSON.stringify({ digest, pages } satisfies Kept));
  return pages;
}

function readKept(): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function digestOfSources(): string {
  const patterns = [
    'packages/*/{src/**/*.ts,src/**/*.tsx,package.json}',
    'conformance/{src/**/*.ts,package.json}',
    'site/src/reference/*.ts',
    'site/{package.json,tsconfig.reference.json}',
    'tsconfig.base.json',
  ];
  const hash = createHash('sha256');
  for (const path of globSync(patterns, { cwd: repository }).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(repository, path)))
      .update('\0');
  }
  return hash.digest('hex');
}
