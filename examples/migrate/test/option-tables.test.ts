import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Names = Record<string, true>;

interface Named {
  /** The options of each package, whose names the compiler compares with the installed declarations. */
  readonly options: Record<string, Names>;
  readonly names: Names;
  /** Fields and methods of exported objects. The table of names must have a row for each, such as `auth.userId`. */
  readonly members?: Record<string, Names>;
}

const guides = [
  'clerk-express',
  'clerk-nextjs',
  'express-jwt',
  'koa-jwt',
  'express-oauth2-jwt-bearer',
  'torii-backend-sdk',
];

const { devDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};

describe.each(guides)('docs/migrate/%s.md', async (guide) => {
  const page = readFileSync(join(import.meta.dirname, `../../../docs/migrate/${guide}.md`), 'utf8');
  // Imported by its path, because the declarations of the old packages would contradict those of Torii.
  const { options, names, members = {} } = (await import(`../${guide}/names.ts`)) as Named;

  test('the page names the installed versions', () => {
    const sentence = /^This page was written for .+$/m.exec(page)?.[0] ?? '';
    const named = [...sentence.matchAll(/(@?[\w/-]+) (\d+\.\d+\.\d+)/g)].map(([, name = '', version]) => [
      name,
      version,
    ]);
    expect(named).not.toEqual([]);
    expect(named).toEqual(named.map(([name = '']) => [name, devDependencies[name]]));
  });

  test.each(Object.keys(options))('the table has every option of %s, and no other', (name) => {
    const rows = firstCells(page, `Options of ${name}`);
    expect(rows.toSorted()).toEqual(Object.keys(options[name] ?? {}).toSorted());
  });

  test('the table of names has every exported value', () => {
    const rows = new Set(firstCells(page, 'Names').flatMap((code) => code.match(/^\w+/) ?? []));
    expect(Object.keys(names).filter((name) => !rows.has(name))).toEqual([]);
  });

  test('the table of names has every member of the exported objects', () => {
    const rows = new Set(firstCells(page, 'Names').map((code) => code.replace(/\(.*/, '')));
    const expected = Object.entries(members).flatMap(([name, own]) => Object.keys(own).map((key) => `${name}.${key}`));
    expect(expected.filter((name) => !rows.has(name))).toEqual([]);
  });
});

/** The code in the first cells of the table below a heading: `a` and `b` of the row "| `a`, `b` | … |". */
function firstCells(page: string, heading: string): readonly string[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.replaceAll('`', '').replace(/^#+ /, '') === heading);
  expect(start, `The page has no heading "${heading}".`).not.toBe(-1);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line));
  const rows = rest.slice(0, end === -1 ? rest.length : end).filter((line) => line.startsWith('| '));
  return rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? ''));
}
