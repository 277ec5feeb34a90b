import { expect, test } from 'vitest';
import { isOnCurve, numberOf } from '../src/keys/curve-point.ts';

// So small that all points can be tried: every coordinate is one byte, which is two characters.
const tiny = { p: 97n, b: 4n };

function encode(...bytes: readonly number[]): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const points = bytes.flatMap((x) => bytes.filter((y) => isOnCurve(tiny, encode(x), encode(y))).map((y) => [x, y]));
const [x = '', y = ''] = (points[0] ?? []).map((byte) => encode(byte));

test('the points on a curve are those of its equation, with coordinates below its prime', () => {
  const field = bytes.filter((byte) => byte < 97);
  const expected = field.flatMap((x) =>
    field.filter((y) => (y ** 2 - x ** 3 + 3 * x - 4) % 97 === 0).map((y) => [x, y]),
  );
  expect(points).toEqual(expected);
  expect(points.length).toBeGreaterThan(70);
});

test.each<[string, unknown]>([
  ['absent', undefined],
  ['a number', 1],
  ['an object that turns into a text', { length: 2, toString: () => x }],
  ['longer than its full length', encode(0, ...(points[0] ?? []).slice(0, 1))],
  ['empty', ''],
  ['padded', `${x}==`],
  ['no base64url', 'A*'],
])('a point is refused if a coordinate is %s', (_name, wrong) => {
  expect(isOnCurve(tiny, x, y)).toBe(true);
  expect(isOnCurve(tiny, wrong, y)).toBe(false);
  expect(isOnCurve(tiny, x, wrong)).toBe(false);
});

test('base64url is read as a number of any length', () => {
  expect(numberOf(encode(1, 0, 255))).toBe(65_791n);
  expect(numberOf(encode(251, 255, 254))).toBe(0xfbfffen);
  for (const text of ['', 'A', 'AAAAA', '+A', 'AA=', 'A A']) expect(numberOf(text)).toBeUndefined();
});
