import { readFileSync } from 'node:fs';

// This file and the one that contains it after the build are both in a folder of the package: src/ and dist/.
const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

export const version: string = manifest.version;
