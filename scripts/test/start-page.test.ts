import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSteps, sectionOf, shows, stepsOf } from '../start-page.ts';
import { followSteps } from '../start-runner.ts';
import { repository } from '../workspace.ts';

const page = `Introduction.

\`\`\`sh
mkdir app && cd app
\`\`\`

Save this as \`app.mjs\`:

<!-- from somewhere.ts -->
\`\`\`ts
serve();
\`\`\`

In a second terminal. Leave it running:

\`\`\`sh
node app.mjs
\`\`\`

\`\`\`text
ready …
\`\`\`
`;

test('a page is read as files and lines for terminals', () => {
  expect(stepsOf(page)).toEqual([
    { kind: 'lines', terminal: 1, lines: 'mkdir app && cd app\n', stays: false, shown: undefined },
    { kind: 'file', path: 'app.mjs', text: 'serve();\n' },
    { kind: 'lines', terminal: 2, lines: 'node app.mjs\n', stays: true, shown: 'ready …' },
  ]);
});

test('a block that the page does not explain is an error', () => {
  expect(() => stepsOf('Look:\n\n```json\n{}\n```\n')).toThrow(/does not say what to do with this block:\n\{\}/);
});

test('a section ends at the next heading of its level', () => {
  const text = '# Page\n\n## One\n\n### Inner\n\n```sh\n## not a heading\n```\n\n## Two\n\nlast\n';
  expect(sectionOf(text, 'One')).toBe('\n### Inner\n\n```sh\n## not a heading\n```\n');
  expect(sectionOf(text, 'Two')).toBe('\nlast\n');
  expect(() => sectionOf(text, 'not a heading')).toThrow('has no heading "not a heading"');
});

test.each([
  ['HTTP/1.1 200 OK\r\nVary: Cookie\r\n\r\n{"userId":"ada"}', 'HTTP/1.1 200 OK\n…\n{"userId":"ada"}', true],
  ['HTTP/1.1 401 Unauthorized\r\n\r\n{"userId":"ada"}', 'HTTP/1.1 200 OK\n…\n{"userId":"ada"}', false],
  ['\u001b[32m✓\u001b[0m Ready in 12ms\n', '✓ Ready in …', true],
  ['a\nb', 'a\n…\nb', true],
  ['a b\n', 'a', false],
  ['a+b\n', 'a.b', false],
])('%j shows %j: %s', (output, text, expected) => {
  expect(shows(output, text)).toBe(expected);
});

test('a command that fails, and a terminal that shows something else, end the run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-steps-'));
  const lines = { kind: 'lines', terminal: 1, lines: 'echo one\n', stays: false, shown: 'one' } as const;
  try {
    const [followed] = await followSteps(join(folder, 'a'), [lines], {});
    expect(followed?.output.trim()).toBe('one');
    await expect(followSteps(join(folder, 'b'), [{ ...lines, shown: 'two' }], {})).rejects.toThrow(
      /The page says:\ntwo/,
    );
    const failing = { ...lines, lines: 'echo one\nfalse\necho two\n' };
    await expect(followSteps(join(folder, 'c'), [failing], {})).rejects.toThrow(/failed:\none\n/);
    await expect(followSteps(join(folder, 'd'), [{ ...lines, stays: true, shown: 'two' }], {})).rejects.toThrow(
      /keeps running/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const pages = globSync('docs/start/*.md', { cwd: repository }).filter((path) => !path.endsWith('index.md'));
const ways = pages.flatMap((path) => ['With torii init', 'By hand'].map((way) => [path, way] as const));

test.each(ways)('%s, %s, has a request that is refused, and one that is verified', (path, way) => {
  const shown = readSteps(path, way).flatMap((step) => (step.kind === 'lines' ? (step.shown ?? []) : []));
  expect(shown.filter((text) => text.startsWith('HTTP/1.1 401'))).toHaveLength(1);
  expect(shown.filter((text) => text.startsWith('HTTP/1.1 200'))).toHaveLength(1);
});
