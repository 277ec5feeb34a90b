import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inForeignRealm, toForeignRealm } from '../foreign-realm.ts';

const root = join(import.meta.dirname, '../..');
const sources = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root });

/** Classes of the platform. A value of another realm (Jest, `vm`, a worker, another Fetch) is not an instance of this realm's classes. */
const platformClasses = [
  ...Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name)),
  ...['KeyObject', 'IncomingMessage', 'ServerResponse', 'Readable', 'Writable', 'Duplex', 'Stream', 'EventEmitter'],
  ...['NextRequest', 'NextResponse'],
];
const forbidden = new RegExp(
  [
    String.raw`\binstanceof\s+(?:globalThis\.)?(?:${platformClasses.join('|')})\b`,
    String.raw`\bisPrototypeOf\b`,
    String.raw`[=!]==? *(?:Object|Array|Map|Set|Date|Error|Promise|Uint8Array|Function)\.prototype\b`,
    String.raw`\.constructor *[=!]==? *[A-Z]`,
  ].join('|'),
);

function findForbidden(text: string): readonly string[] {
  return text.split('\n').filter((line) => forbidden.test(line.replace(/^\s*(?:\/\/|\*|\/\*).*|\s\/\/ .*$/, '')));
}

// Hono passes an error to `app.onError` only if it is an instance of its own realm's Error, so the adapter must make the same check.
const asTheFrameworkDoes = ['packages/hono/src/index.ts: throw error instanceof Error ? error : '];

test('values are recognized by what they can do, not by their class', () => {
  const found = sources.flatMap((file) =>
    findForbidden(readFileSync(join(root, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
  );
  expect(sources.length).toBeGreaterThan(200);
  const isExcepted = (line: string) => asTheFrameworkDoes.some((start) => line.startsWith(start));
  expect(found.filter((line) => !isExcepted(line))).toEqual([]);
  expect(found.filter(isExcepted)).toHaveLength(asTheFrameworkDoes.length);
});

test.each([
  'if (error instanceof Error) return;',
  'return value instanceof Uint8Array || value instanceof ArrayBuffer;',
  'x instanceof globalThis.Headers',
  'given instanceof KeyObject ? given : null',
  'Object.getPrototypeOf(value) === Object.prototype',
  'value.constructor === Object',
  'Error.prototype.isPrototypeOf(error)',
])('finds %s', (line) => {
  expect(findForbidden(line)).toEqual([line]);
});

test.each(['error instanceof ToriiError', '// Not `instanceof Error`: …', ' * `error instanceof Error`'])(
  'does not find %s',
  (line) => {
    expect(findForbidden(line)).toEqual([]);
  },
);

test('the values of the other realm are not instances of our classes', () => {
  expect(inForeignRealm("new TypeError('x')") instanceof Error).toBe(false);
  expect(toForeignRealm(new Uint8Array(2)) instanceof Uint8Array).toBe(false);
  expect(toForeignRealm({ a: 1 }) instanceof Object).toBe(false);
});
