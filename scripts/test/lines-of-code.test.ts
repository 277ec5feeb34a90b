import { expect, test } from 'vitest';
import { countLinesOfCode } from '../lines-of-code.ts';

test.each<[string, number, string]>([
  ['nothing', 0, ''],
  ['blank lines', 1, '\n  \na();\n\t\n'],
  ['comments', 2, '// one\na(); // two\n/* three\n\nfour */\n/** five */ b();\n'],
  ['a text that looks like a comment', 4, 'a(`\n// not a comment\n/* nor this */\n`);'],
  [
    'imports, on one line or several',
    1,
    "import a from 'a';\nimport 'b';\nimport {\n  c,\n  type D,\n} from 'c';\na(c);\n",
  ],
  [
    'exported names',
    1,
    "export * from 'a';\nexport {\n  b,\n} from 'b';\nexport { c };\nexport type { D };\nconst c = 1;\n",
  ],
  ['declarations that are exported', 3, 'export function a() {\n  return 1;\n}\n'],
  ['an import in a function', 1, "const load = () => import('a');"],
  ['characters outside of the basic plane', 2, "a('👋🏽'); // 👋🏽\nb();\n// 👋🏽\n"],
])('counts lines of code: %s', (_name, lines, source) => {
  expect(countLinesOfCode(source)).toBe(lines);
});

test('a source that cannot be parsed is named', () => {
  expect(() => countLinesOfCode('const = ;', 'a.ts')).toThrow('a.ts cannot be parsed');
});

test('reads TSX by the name of the file', () => {
  expect(countLinesOfCode('const a = (\n  <p>\n    {/* hello */}\n    hello\n  </p>\n);\n', 'a.tsx')).toBe(6);
});
