import { execFile } from 'node:child_process';
import type { Profiler } from 'node:inspector/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { drawFlameGraph } from '../src/profile/flame-graph.ts';
import { type Frame, fold, topSelfTimes } from '../src/profile/folding.ts';
import { record } from '../src/profile/recording.ts';

const repository = join(import.meta.dirname, '..', '..');
const urlOf = (...path: readonly string[]): string => pathToFileURL(join(repository, ...path)).href;
const verifierUrl = urlOf('packages', 'core', 'src', 'verifier.ts');
const joseUrl = urlOf('node_modules', '.pnpm', 'jose@6.2.17', 'node_modules', 'jose', 'dist', 'verify.js');

/** A profile as V8 records it: `verify` calls `parse` and an anonymous function, which calls `verify` again. */
const profile: Profiler.Profile = {
  startTime: 0,
  endTime: 100_000,
  nodes: [
    node(1, '(root)', '', 0, [2, 3, 4, 10]),
    node(2, '(idle)', '', 0),
    node(3, '(garbage collector)', '', 0),
    node(4, 'verify', verifierUrl, 90, [5, 6, 8]),
    node(5, 'parse', joseUrl, 9),
    node(6, '', verifierUrl, 119, [7]),
    node(7, 'verify', verifierUrl, 90),
    node(8, '', verifierUrl, 119, [9]),
    node(9, 'verify', verifierUrl, 90),
    node(10, 'post', 'node:inspector', 114),
  ],
  samples: [2, 3, 4, 5, 6, 7, 9, 10, 4],
  timeDeltas: [50_000, 10_000, 10_000, 20_000, 2_000, 3_000, 4_000, 90_000, 1_000],
};

test('sums up the time of each function and of its callees, without idle time and the recorder', () => {
  expect(linesOf(fold(profile))).toEqual([
    'all : 0 of 50',
    ' (garbage collector) : 10 of 10',
    ' verify core/src/verifier.ts:91: 11 of 40',
    '  parse jose/dist/verify.js:10: 20 of 20',
    '  (anonymous) core/src/verifier.ts:120: 2 of 9',
    '   verify core/src/verifier.ts:91: 7 of 7',
  ]);
});

test('lists the functions by their time without callees, wherever they were called', () => {
  expect(topSelfTimes(fold(profile), 2)).toEqual([
    { name: 'parse', place: 'jose/dist/verify.js:10', self: 20 },
    { name: 'verify', place: 'core/src/verifier.ts:91', self: 18 },
  ]);
});

test('draws frames as wide as their time, callees above their caller, with times to read under the pointer', () => {
  const drawing = drawFlameGraph(fold(profile), 'a <scenario>');
  const boxes = [
    ...drawing.matchAll(/<title>([^<]*)<\/title><rect class="(\w+)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g),
  ];
  const of = (title: string): { kind?: string; x: number; y: number; width: number } => {
    const [, , kind, x, y, width] = boxes.find(([, found]) => found?.startsWith(title)) ?? [];
    return { ...(kind && { kind }), x: Number(x), y: Number(y), width: Number(width) };
  };
  expect(boxes).toHaveLength(6);
  const [all, verify, parse, anonymous] = [of('all'), of('verify core'), of('parse'), of('(anonymous)')];
  expect(all).toMatchObject({ kind: 'engine', x: 0, width: 1_200 });
  expect(verify).toMatchObject({ kind: 'ours', x: 0, width: 960 });
  expect(parse).toMatchObject({ kind: 'package', x: 0, width: 480 });
  expect(anonymous).toMatchObject({ x: 480, width: 216 });
  expect(of('(garbage')).toMatchObject({ kind: 'engine', x: 960, width: 240 });
  expect(verify.y).toBe(all.y - 18);
  expect(parse.y).toBe(all.y - 36);
  expect(drawing).toContain('verify core/src/verifier.ts:91\n40 ms, 80 %; without its callees 11 ms, 22 %');
  expect(drawing).toContain('>parse jose/dist/verify.js:10</text>');
  expect(drawing).toContain('a &lt;scenario>');
});

test('draws a file without scripts and without requests', () => {
  const drawing = drawFlameGraph(fold(profile), 'verify').replace('xmlns="http://www.w3.org/2000/svg"', '');
  expect(drawing).not.toMatch(/<script|href|url\(|https?:|@import/);
});

test('records what a scenario does', async () => {
  let calls = 0;
  const busy = (): number => Array.from({ length: 20_000 }, (_, n) => Math.sqrt(n)).reduce((sum, n) => sum + n);
  const recorded = await record({ run: async () => busy() > 0 && ++calls % 100 !== 0 }, 100_000);
  const root = fold(recorded);
  expect(topSelfTimes(root, 20).map(({ place }) => place.replace(/:\d+$/, ''))).toContain(
    'bench/test/flame-graph.test.ts',
  );
  // Half of the calls warm up.
  expect(calls).toBe(200);
});

test('lists the scenarios if none is named, and if the name is unknown', async () => {
  const run = (...names: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(repository, 'bench', 'src', 'profile', 'main.ts'), ...names]);
  await expect(run()).resolves.toMatchObject({ stdout: expect.stringMatching(/verify-cold[\s\S]*express/) });
  await expect(run('verfy')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no scenario named verfy. Known: verify, '),
  });
});

function node(
  id: number,
  functionName: string,
  url: string,
  lineNumber: number,
  children?: number[],
): Profiler.ProfileNode {
  const callFrame = { functionName, scriptId: '1', url, lineNumber, columnNumber: 0 };
  return { id, callFrame, hitCount: 0, ...(children && { children }) };
}

function linesOf({ name, place, self, total, children }: Frame, depth = 0): readonly string[] {
  return [
    `${' '.repeat(depth)}${name} ${place}: ${self} of ${total}`,
    ...[...children.values()].flatMap((child) => linesOf(child, depth + 1)),
  ];
}
