import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listAnchors } from '../markdown.ts';
import { repository } from '../workspace.ts';

test('messages of the packages name pages and headings that exist', () => {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: repository });
  const addresses = sources.flatMap((path) => [
    ...readFileSync(join(repository, path), 'utf8').matchAll(/\$\{docsHome\}\/([\w/-]+)#([\w-]+)`/g),
  ]);
  expect(addresses.length).toBeGreaterThan(0);
  for (const [address, page = '', anchor = ''] of addresses) {
    const file = page.startsWith('packages/') ? `${page}/README.md` : `docs/${page}.md`;
    expect(listAnchors(readFileSync(join(repository, file), 'utf8')), address).toContain(anchor);
  }
});

test('messages of the packages name no files of the repository, which users do not have', () => {
  for (const path of globSync('packages/*/src/**/*.ts', { cwd: repository })) {
    const code = readFileSync(join(repository, path), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    expect(code.match(/\bdocs\/[\w-]+\.md\b/)?.[0], path).toBeUndefined();
  }
});
