import { expect, test } from 'vitest';
import { drawCharts } from '../src/drawing.ts';
import { atLeast, atMost, noPeerFaster } from '../src/limits.ts';
import { describeLines, drawLineCharts } from '../src/line-drawing.ts';
import { writePage } from '../src/page.ts';
import { tableOfRatios } from '../src/ratio-table.ts';
import type { Record } from '../src/record.ts';
import type { Limit, LineChart, Section } from '../src/section.ts';

const measured = new Map([
  ['ours', [30, 33, 36]],
  ['theirs', [10, 11, 12]],
]);
const growth: LineChart = {
  title: 'Growth',
  things: 'things <x>',
  unit: 'µs',
  better: 'less',
  lines: [
    {
      name: 'ours',
      kind: 'ours',
      points: [
        { size: 0, median: 5, low: 4, high: 6 },
        { size: 1, median: 5, low: 4, high: 6 },
        { size: 10, median: 50, low: 40, high: 60 },
        { size: 100, median: 500, low: 400, high: 600 },
      ],
    },
  ],
};
const spread = { median: 2, low: 1.5, high: 2.5 };

test('computes ratios per round, not from the medians', () => {
  const slowed = new Map([
    ['ours', [30, 3, 300]],
    ['theirs', [10, 1, 100]],
  ]);
  const { columns, rows } = tableOfRatios({ title: 'Speed', measured: slowed, unit: 'per second', bases: ['theirs'] });
  expect(columns).toEqual(['', 'per second', 'ratio to theirs']);
  expect(rows).toEqual([
    ['ours', '30', '3'],
    ['theirs', '10', '1'],
  ]);
});

test.each([
  ['enough', atLeast('speed', 2, 'times', spread), true],
  ['too little', atLeast('speed', 2.1, 'times', spread), false],
  ['little enough', atMost('memory', 2, 'MB', spread), true],
  ['too much', atMost('memory', 1.9, 'MB', spread), false],
  ['no peer ahead', noPeerFaster('speed', measured, 'ours', ['theirs']), true],
  ['a peer ahead', noPeerFaster('speed', measured, 'theirs', ['ours']), false],
])('decides whether a limit is reached: %s', (_, limit, isReached) => {
  expect(limit.isReached).toBe(isReached);
});

test('a peer is not ahead if it is faster in less than three quarters of the rounds', () => {
  const close = new Map([
    ['ours', [10, 10, 10, 10]],
    ['theirs', [11, 11, 9, 9]],
  ]);
  expect(noPeerFaster('speed', close, 'ours', ['theirs']).isReached).toBe(true);
});

test('names the nearest peer if no peer is ahead, otherwise all peers that are ahead', () => {
  const several = new Map([...measured, ['slow', [1, 1, 1]], ['middling', [5, 5, 5]]]);
  expect(noPeerFaster('speed', several, 'ours', ['slow', 'theirs', 'middling']).reached).toBe('3 times theirs');
  expect(noPeerFaster('speed', several, 'slow', ['ours', 'middling']).reached).toBe(
    '0.03 (0.029 to 0.032) times ours, 0.2 times middling',
  );
});

test('lists limits that are not reached, with the reason', () => {
  const page = writePage([
    record([atLeast('Speed', 5, 'times', spread, 'OpenSSL takes the rest.'), atMost('Size', 3, 'kB', 2)]),
  ]);
  expect(page).toContain('Of the 2 limits that we set ourselves, these are not reached:');
  expect(page).toContain('- Speed: wanted at least 5 times, measured 2 (1.5 to 2.5). OpenSSL takes the rest.');
  expect(page).toContain('| Speed | at least 5 times | 2 (1.5 to 2.5) | **not reached** |');
  expect(page).toContain('| Size | at most 3 kB | 2 | reached |');
});

test('says that all limits are reached', () => {
  expect(writePage([record([atMost('Size', 3, 'kB', 2)])])).toContain('All limits that we set ourselves are reached.');
});

test('names the machine, the dates and the command for each section', () => {
  const page = writePage([record([]), { ...record([]), name: 'other', date: '2026-11-21' }]);
  expect(page).toContain('Measured from 2026-11-21 to 2026-11-22, on 2 cores, Node 24.');
  expect(page).toContain('`npm run bench -- other` measures it again, in 9 rounds.');
});

test.each([
  [0.4, 'The machine was otherwise idle.'],
  [2.31, 'Other programs were running: the load was 2.31 at the beginning.'],
])('describes a load of %d: %s', (loadBefore, sentence) => {
  expect(writePage([{ ...record([]), loadBefore }])).toContain(sentence);
});

test('scales bars to the longest, and escapes names', () => {
  const drawing = drawCharts([
    {
      title: 'Speed',
      unit: 's',
      better: 'less',
      bars: [
        { name: 'a <b>', value: 10, kind: 'ours' },
        { name: 'c', value: 5, kind: 'peer' },
      ],
    },
  ]);
  const widths = [...drawing.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths[0]).toBe(2 * (widths[1] ?? 0));
  expect(drawing).toContain('a &lt;b>');
});

test('draws lines on logarithmic axes, with the middle half as a band', () => {
  const drawing = drawLineCharts([growth]);
  const [line = ''] = /(?<=<polyline class="ours" points=")[^"]+(?="\/><circle)/.exec(drawing) ?? [];
  const points = line.split(' ').map((point) => point.split(',').map(Number));
  const steps = points.slice(1).map(([x = 0, y = 0], n) => [x - (points[n]?.[0] ?? 0), (points[n]?.[1] ?? 0) - y]);
  // 1, 10, 100: equal steps to the right. 5, 50, 500: equal steps upwards.
  expect(steps[1]?.[0]).toBeCloseTo(steps[2]?.[0] ?? 0, 0);
  expect(steps[0]?.[0]).toBeLessThan(steps[1]?.[0] ?? 0);
  expect(steps[1]?.[1]).toBeCloseTo(steps[2]?.[1] ?? 0, 0);
  expect(steps[0]?.[1]).toBe(0);
  expect(drawing).toContain('<polygon class="ours"');
  expect(drawing).toContain('prefers-color-scheme: dark');
  for (const label of ['0', '1', '10', '100', '500', 'things &lt;x>', 'µs (less is better)']) {
    expect(drawing).toContain(`>${label}</text>`);
  }
});

test('describes the lines in words, in the drawing and on the page', () => {
  const words = 'Growth, in µs. ours: 5 with 0 things <x>, 500 with 100.';
  expect(describeLines(growth)).toBe(words);
  expect(drawLineCharts([growth])).toContain(words.replace('<', '&lt;'));
  const base = record([]);
  expect(writePage([{ ...base, section: { ...base.section, lineCharts: [growth] } }])).toContain(
    `![How cost grows. ${words}](performance-growth.svg)`,
  );
  expect(writePage([base])).not.toContain('performance-growth.svg');
});

function record(limits: readonly Limit[]): Record {
  const section: Section = { title: 'Something', text: [], rounds: 9, tables: [], limits };
  return { name: 'something', date: '2026-11-22', machine: '2 cores, Node 24', loadBefore: 0.1, seconds: 1, section };
}
