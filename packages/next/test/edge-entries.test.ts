// What runs at the edge is loaded for each request there, so its entries must not import the code of pages and routes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');

/** Everything that a file of src/ imports when it runs: files below src/, and names of modules. */
function loadedBy(entry: string): { readonly files: readonly string[]; readonly modules: readonly string[] } {
  const files = new Set([join(root, entry)]);
  const modules = new Set<string>();
  // Files that are added in the loop are visited too.
  for (const file of files) {
    const code = readFileSync(file, 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .replaceAll(/^\s*\/\/.*$/gm, '')
      .replaceAll(/^(?:import|export) type [^;]*;$/gm, '');
    for (const [, name = ''] of code.matchAll(/^(?:import|export|\})[^;]*? from '([^']+)';$/gm)) {
      if (name.startsWith('.')) files.add(join(file, '..', name));
      else modules.add(name);
    }
  }
  return { files: [...files].map((file) => file.slice(join(root, 'src/').length)), modules: [...modules].toSorted() };
}

const notAtTheEdge =
  /^(?:browser\/|index\.ts|server\/(?:pages|get-token)\/|server\/(?:settings|route|token-route|webhooks)\.ts)/;

test.each(['./proxy', './renewal'] as const)(
  "%s imports no code of pages and routes, no React, and not Next's headers",
  (name) => {
    const { files, modules } = loadedBy(manifest.exports[name]['@torii/source']);
    expect(modules).toEqual(['@torii/core', '@torii/core/adapter', '@torii/core/internal', 'next/server.js']);
    expect(files.filter((file) => notAtTheEdge.test(file))).toEqual([]);
  },
);

test('a proxy without `renewInProxy` does not contain the code that renews tokens', () => {
  const { files } = loadedBy(manifest.exports['./proxy']['@torii/source']);
  expect(files.filter((file) => /server\/(?:renewal|issuer\/.*(?:cookie|route))/.test(file))).toEqual([]);
});

test('the main entry contains what the tests above look for', () => {
  const { files, modules } = loadedBy(manifest.exports['.']['@torii/source']);
  expect(modules).toEqual(expect.arrayContaining(['next/headers.js', 'react']));
  expect(files.filter((file) => notAtTheEdge.test(file)).length).toBeGreaterThan(5);
});
