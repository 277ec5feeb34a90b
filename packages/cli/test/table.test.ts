import stringWidth from 'string-width';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Column, drawCard, drawTable } from '../src/output/table.ts';

interface Row {
  readonly id: string;
  readonly name: unknown;
  readonly why?: string;
  readonly at?: unknown;
}

const columns: readonly Column<Row>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'name', value: ({ name }) => name as string, narrowest: 8, overflow: 'shorten' },
  { title: 'why', value: ({ why }) => why, narrowest: 10 },
  { title: 'created', value: ({ at }) => at as string, isTime: true },
];

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const style = (_format: unknown, text: string): string => text;
const terminal = (width: number) => ({ isTerminal: true, columns: width, style });
const pipe = { isTerminal: false, columns: Number.POSITIVE_INFINITY, style };

function linesOf(text: string): readonly string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

test.each([40, 50, 60, 80, 132])('fits a terminal of %i columns', (width) => {
  const rows = [
    {
      id: '7',
      name: 'Ada Lovelace, Countess of Lovelace and of many other places',
      why: 'the token has expired',
      at: ago(200),
    },
    { id: '8', name: '日本語の名前日本語の名前日本語の名前日本語の名前日本語の名前', why: '', at: ago(3) },
    { id: '9', name: '👩‍👩‍👧‍👦'.repeat(40), why: 'short', at: null },
    { id: '10', name: 'e\u0301'.repeat(90), why: 'one two three four five six seven eight nine ten', at: ago(90_000) },
  ];
  const lines = linesOf(drawTable(terminal(width), columns, rows));
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
});

test('shortens a text with an ellipsis, and breaks neither words nor characters', () => {
  const rows = [
    { id: '7', name: 'Wolfeschlegelsteinhausenbergerdorff' },
    { id: '8', name: '日本語の名前日本語の名前日本語の名前' },
    { id: '9', name: '🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰🇩🇰' },
  ];
  const [, ...lines] = linesOf(drawTable(terminal(20), columns.slice(0, 2), rows));
  expect(lines[0]).toBe('7   Wolfeschlegelst…');
  expect(lines[1]).toMatch(/^8 {3}(日本語の名前日)+…$/);
  expect(lines[2]).toMatch(/^9 {3}(🇩🇰)+…$/u);
  expect(lines).toHaveLength(3);
});

test('wraps a sentence between words', () => {
  const rows = [{ id: '7', name: 'Ada', why: 'the token expired three minutes ago' }];
  expect(drawTable(terminal(30), columns.slice(0, 3), rows)).toBe(
    'id  name  why\n7   Ada   the token expired\n          three minutes ago\n',
  );
});

test('writes one field per line if a word or an id would not fit', () => {
  const rows = [{ id: '7', name: 'Ada Lovelace of London', why: 'https://issuer.example.com/with/a/long/path' }];
  const text = drawTable(terminal(40), columns.slice(0, 3), rows);
  expect(text).toBe('id    7\nname  Ada Lovelace of London\nwhy\n  https://issuer.example.com/with/a/long/path\n');
});

test.each([
  [0.2, 'now'],
  [45, '45 seconds ago'],
  [180, '3 minutes ago'],
  [7_300, '2 hours ago'],
  [200_000, '2 days ago'],
  [70_000_000, '2 years ago'],
  [-200_030, 'in 2 days'],
])('shows a time %d seconds ago as %j on a terminal, and as it is in a pipe', (seconds, shown) => {
  const at = ago(seconds);
  const row = { id: '7', name: 'Ada', at };
  expect(linesOf(drawTable(terminal(80), columns, [row]))[1]).toBe(`7   Ada        ${shown}`);
  expect(drawCard(terminal(80), columns, row)).toContain(`created  ${at} (${shown})\n`);
  expect(linesOf(drawTable(pipe, columns, [row]))[1]).toBe(`7\tAda\t\t${at}`);
});

test.each(['2026-13-45T99:99:99Z', 'soon', '5', ''])('shows %j, which is no time, as it is', (at) => {
  expect(drawCard(terminal(80), columns, { id: '7', name: '', at })).toMatch(new RegExp(`created *${at}\n$`));
});

test('separates the cells by tabs in a pipe, without padding, and escapes tabs and line breaks in values', () => {
  const name = 'a\tb\nc\r\\n\u001b[2J\u202e';
  const rows = [
    { id: '7', name },
    { id: '12345', name: null, why: 'x' },
  ];
  expect(drawTable(pipe, columns.slice(0, 3), rows)).toBe(
    'id\tname\twhy\n7\ta\\tb\\nc\\r\\\\n\\u001b[2J\\u202e\t\n12345\t\tx\n',
  );
  expect(drawCard(pipe, columns.slice(0, 2), { id: '7', name })).toBe(
    'id\t7\nname\ta\\tb\\nc\\r\\\\n\\u001b[2J\\u202e\n',
  );
});

test.each([5, true, ['x'], { a: 1 }, Object.create(null)])('draws %j in the place of a text', (value) => {
  const row = { id: '7', name: value, at: value };
  for (const paper of [pipe, terminal(80), terminal(20)]) {
    expect(drawTable(paper, columns, [row])).not.toContain('[object');
    expect(drawCard(paper, columns, row)).toContain('7');
  }
});

test('draws a huge text in a moment', () => {
  const row = { id: 'x'.repeat(1_000_000), name: 'y '.repeat(1_000_000), why: 'z '.repeat(100_000), at: 'now' };
  for (const paper of [pipe, terminal(80)]) expect(drawTable(paper, columns, [row, row])).toContain('xxx');
});
