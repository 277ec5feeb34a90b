import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type ConfigErrors, findConfigErrors } from '../generate/config-errors.ts';
import { programOf } from '../generate/source-program.ts';
import { repository } from '../workspace.ts';

const modules = {
  one: "throw new ToriiConfigError('issuer', '`issuer` is undefined.');",
  readers: `
    const example = (name: string) => name + ': 30';
    function wrong(option: string, problem: string) { return new ToriiConfigError(option, \`\\\`\${option}\\\` \${problem}.\`); }
    function readNumber(name: string, { from, to }: { from: number; to: number }) {
      throw wrong(name, \`must be from \${from} to \${to}. Write \${example(name)}\`);
    }
    function readWhole(name: string, rule: { from: number; to: number }) { readNumber(name, rule); }
    readNumber('clockTolerance', { from: 0, to: 300 });
    readWhole('maxBytes', { from: 1, to: 2 * 1_024 });`,
  types: `
    declare const name: 'keys' | 'jwks';
    throw new ToriiConfigError(name, name === 'keys' ? 'a list' : 'a URL');`,
  results: `
    declare const found: unknown;
    function problemOf(text: string): string | undefined {
      if (text === '') return 'is empty';
      return text.length > 9 ? \`is \${found} characters\` : undefined;
    }
    throw new ToriiConfigError('name', problemOf(String(found)) ?? 'is wrong');`,
  unknown: `
    declare function ask(): string;
    throw new ToriiConfigError(ask(), 'is wrong');`,
};

let found: ConfigErrors;

// One program for all modules, because loading TypeScript's library files is slow.
beforeAll(() => {
  const head = 'declare class ToriiConfigError { constructor(option: string, message: string) }';
  const texts = new Map(Object.entries(modules).map(([name, code]) => [pathOf(name), `export {};\n${head}\n${code}`]));
  const program = programOf([...texts.keys()], texts);
  const sources = program.getSourceFiles().filter(({ fileName }) => texts.has(fileName));
  found = findConfigErrors(program, sources);
});

function pathOf(name: string): string {
  return join(repository, 'packages', 'core', 'src', `made-up-${name}.ts`);
}

function errorsIn(name: keyof typeof modules): readonly string[] {
  const own = found.errors.filter(({ file }) => pathOf(name).endsWith(file));
  return own.map(({ option, message }) => `${option}: ${message}`).sort();
}

test('finds an option and its message in one expression', () => {
  expect(errorsIn('one')).toEqual(['issuer: `issuer` is undefined.']);
});

test('follows the name of an option through the functions that read it', () => {
  expect(errorsIn('readers')).toEqual([
    'clockTolerance: `clockTolerance` must be from 0 to 300. Write clockTolerance: 30.',
    'maxBytes: `maxBytes` must be from 1 to 2048. Write maxBytes: 30.',
  ]);
});

test('knows the names of a type, and decides conditions about the name', () => {
  expect(errorsIn('types')).toEqual(['jwks: a URL', 'keys: a list']);
});

test('lists each text that a function returns, and … for what is not known', () => {
  expect(errorsIn('results')).toEqual(['name: is empty', 'name: is wrong', 'name: is … characters']);
});

test('reports an option whose name cannot be found out', () => {
  expect(found.unresolved).toEqual([expect.stringMatching(/made-up-unknown\.ts:5$/)]);
});
