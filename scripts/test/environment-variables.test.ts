import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../workspace.ts';

/** Misspellings that `torii doctor` finds, and the name of a NATS bucket. */
const notRead = ['TORII_API_KEY', 'TORII_ISSUER_URL', 'TORII_KEY', 'TORII_SECRET', 'TORII_REVOCATIONS'];

test('docs/environment-variables.md has every variable that a package names, and no other', () => {
  const page = readFileSync(join(repository, 'docs/environment-variables.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(TORII_[A-Z_]+)` \|/gm)].map(([, name]) => name);
  const files = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: repository });
  const named = files.flatMap((file) => {
    const text = readFileSync(join(repository, file), 'utf8');
    return [...text.matchAll(/(?:['(=]|env\.)(TORII_[A-Z_]*[A-Z])\b(?=[')=,. ])/g)].map(([, name = '']) => name);
  });
  expect([...new Set(rows)].toSorted()).toEqual(
    [...new Set(named)].filter((name) => !notRead.includes(name)).toSorted(),
  );
});
