// Figures in READMEs and guides, compared with the page or the data that they come from. If a test fails after a measurement,
// correct the figure in the page that it names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, repository } from '../workspace.ts';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8').replaceAll(/\s+/g, ' ');
const lines = (path: string): readonly string[] => readFileSync(join(repository, path), 'utf8').split('\n');

test('@torii/core has no dependencies, and an adapter has one', () => {
  const dependenciesOf = (name: string) =>
    Object.keys(readManifest(join(repository, 'packages', name)).dependencies ?? {});
  expect(dependenciesOf('core')).toEqual([]);
  for (const name of ['api', 'express', 'koa', 'fastify', 'hono', 'next'])
    expect(dependenciesOf(name)).toEqual(['@torii/core']);
});

test('the number of operations is that of the generated client', () => {
  const methods = lines('packages/api/api.md').filter((line) => line.startsWith('| `client.'));
  expect(numberIn('README.md', /all (\d+) operations of Torii/)).toBe(methods.length);
  expect(numberIn('packages/api/README.md', /all (\d+) operations/)).toBe(methods.length);
});

test('the sizes at the edge are those of docs/performance.md, in whole kB', () => {
  const packed = (name: string): number => Number(rowOf('### Bytes at the edge', name)[2]?.replace(' kB', ''));
  const [whole, tokens] = [packed('@torii/core, `createVerifier`'), packed('@torii/core, `createTokenVerifier`')];
  expect(numberIn('README.md', /adds (\d+) kB \(gzip\)/)).toBe(Math.round(whole));
  expect(numberIn('README.md', /and (\d+) kB if it gets tokens/)).toBe(Math.round(tokens));
  const peers = tableOf('### Bytes at the edge')
    .filter(([name = '']) => !name.startsWith('@torii'))
    .map(([name = '']) => packed(name));
  expect(peers.length).toBeGreaterThan(2);
  expect(numberIn('README.md', /Other libraries add (\d+) to/)).toBe(Math.round(Math.min(...peers)));
  expect(numberIn('README.md', /Other libraries add \d+ to (\d+) kB/)).toBe(Math.round(Math.max(...peers)));
  const client = rowOf(
    '### Bytes of the REST client',
    'in addition to `createVerifier`, which shares its error classes',
  )[1];
  expect(`${numberIn('packages/api/README.md', /it adds (\d+) kB \(gzip\)/)} kB`).toBe(
    `${Math.round(Number.parseFloat(client ?? ''))} kB`,
  );
});

test('a known token costs a request a few microseconds', () => {
  expect(read('README.md')).toContain('costs a request a few microseconds of processor time');
  for (const [title, name] of [
    ['### node:http, the same token in every request', '@torii/core'],
    ['### Express, the same token in every request', '@torii/express'],
    ['### Koa, the same token in every request', '@torii/koa'],
  ] as const) {
    expect(Number.parseFloat(rowOf(title, name)[2] ?? '')).toBeLessThan(10);
  }
});

test('the number of conformance cases is that of an adapter which is asked all of them, in tens', () => {
  const row = lines('docs/conformance.md').find((line) => line.startsWith('| Express 5 |')) ?? '';
  const [passed = 0, failed = 0, leftOut = 0] = row.split('|').slice(-4, -1).map(Number);
  const tens = Math.round((passed + failed + leftOut) / 10) * 10;
  for (const page of ['conformance/README.md', 'docs/testing.md', 'AGENTS.md']) {
    expect([page, numberIn(page, /about (\d+) requests/)]).toEqual([page, tens]);
  }
});

test('the lines of the adapters are those of docs/conformance.md', () => {
  const guards = lines('docs/conformance.md').flatMap((line) => {
    const [, , use = '', count] = line.split('|').map((cell) => cell.trim());
    return /express|koa|fastify|hono/.test(use) ? [Number(count)] : [];
  });
  expect(guards.length).toBeGreaterThan(5);
  const page = 'CONTRIBUTING.md';
  expect(numberIn(page, /(\d+) to \d+ lines of code, not counting re-exports/)).toBe(Math.min(...guards));
  expect(numberIn(page, /\d+ to (\d+) lines of code, not counting re-exports/)).toBe(Math.max(...guards));
});

function numberIn(page: string, pattern: RegExp): number {
  const [, text] = pattern.exec(read(page)) ?? [];
  if (text === undefined) throw new Error(`${page} does not contain ${pattern}.`);
  return Number(text);
}

/** The rows of the table below a heading of docs/performance.md. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const page = lines('docs/performance.md');
  const start = page.indexOf(heading);
  const length = page.slice(start + 1).findIndex((line) => line.startsWith('#'));
  const rows = page.slice(start + 1, start + 1 + length).filter((line) => line.startsWith('| '));
  return rows.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

function rowOf(heading: string, name: string): readonly string[] {
  const row = tableOf(heading).find(([first]) => first === name);
  if (row === undefined) throw new Error(`docs/performance.md has no row "${name}" below "${heading}".`);
  return row;
}
