// What provider.browser.matrix.test.ts tests in a browser is what the documentation and the emulator say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage } from '../../../scripts/check-docs.ts';
import { repository } from '../../../scripts/workspace.ts';
import { provisionalPaths } from '../../emulator/src/provisional-paths.ts';
import { publishedPaths } from '../../emulator/src/published-paths.ts';
import { published, renewalPath } from './fixture-provider/torii-react/paths.ts';

test('the stand-in for the provider uses the published paths, and the path that the emulator assumes', () => {
  expect(renewalPath).toBe(provisionalPaths.accessToken);
  const { client, login, logout, organizations } = publishedPaths;
  expect({ ...published, switchOrganization: published.switchOrganization('a/b') }).toEqual({
    client,
    login,
    logout,
    switchOrganization: `${organizations}/a%2Fb/switch`,
  });
});

test('the example in docs/react-provider.md is the one that is tested', () => {
  const { blocks } = readPage(readFileSync(join(repository, 'docs', 'react-provider.md'), 'utf8'));
  const example = readFileSync(join(import.meta.dirname, 'fixture-provider', 'session.tsx'), 'utf8');
  expect(blocks.map(({ code }) => `${code}\n`)).toContain(`// session.tsx\n${example}`);
});
