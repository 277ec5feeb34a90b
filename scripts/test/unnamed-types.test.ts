import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUnnamedTypes } from '../declarations/unnamed-types.ts';
import type { Manifest } from '../workspace.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'torii-declarations-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['the result of a function', 'interface Hidden {}\nexport declare function make(): Hidden;\nexport {};'],
  ['a parameter', 'interface Hidden {}\nexport declare function make(hidden: Hidden): void;\nexport {};'],
  ['a member of an interface', 'interface Hidden {}\nexport interface Made { readonly hidden: Hidden }\nexport {};'],
  ['a member of a member', 'interface Hidden {}\nexport interface Made { a: { b(): Promise<Hidden[]> } }\nexport {};'],
  ['a type argument', 'interface Hidden {}\nexport declare const made: ReadonlyMap<string, Hidden>;\nexport {};'],
  ['a constraint', 'interface Hidden {}\nexport declare function make<T extends Hidden>(): T;\nexport {};'],
  ['a default', 'interface Hidden {}\nexport interface Made<T = Hidden> { t: T }\nexport {};'],
  ['a member of a union', 'interface Hidden {}\nexport type Made = string | Hidden;\nexport {};'],
  [
    'the members of a base',
    'interface Hidden {}\ninterface Base { a: Hidden }\nexport interface Made extends Base {}\nexport {};',
  ],
  ['a protected member', 'interface Hidden {}\nexport declare class Made { protected hidden(): Hidden }\nexport {};'],
  ['a static member', 'interface Hidden {}\nexport declare class Made { static hidden: Hidden }\nexport {};'],
  ['a constructor', 'interface Hidden {}\nexport declare class Made { constructor(hidden: Hidden) }\nexport {};'],
  ['a class', 'declare class Hidden {}\nexport declare function make(): Hidden;\nexport {};'],
  [
    'the result of a type',
    'interface Hidden {}\ninterface All { a: Hidden }\nexport type Made = All["a"];\nexport {};',
  ],
])('reports a type that is mentioned by %s', (_, declarations) => {
  const one = write('one', { '.': declarations });
  expect(findUnnamedTypes([one])).toMatchObject([
    expect.stringMatching(/^@torii\/one: export Hidden of @torii\/one, /),
  ]);
});

test.each([
  ['is exported', 'export interface Named {}\nexport declare function make(): Named;'],
  ['only adds its members', 'interface Base { a: string }\nexport interface Made extends Base {}\nexport {};'],
  ['is written out by the compiler', 'type Choice = "a" | "b";\nexport declare function make(): Choice;\nexport {};'],
  ['is an operand', 'type All = { a: string };\nexport type Made = Readonly<All>;\nexport {};'],
  ['is private', 'interface Own {}\nexport declare class Made { private readonly own }\nexport {};'],
  [
    'is only for the constructor of this package',
    'interface Own {}\nexport declare class Made {\n/** @internal */\nconstructor(own: Own) }\nexport {};',
  ],
  ['is of the platform', 'export declare function make(): Promise<Response>;'],
])('accepts a type that %s', (_, declarations) => {
  expect(findUnnamedTypes([write('one', { '.': declarations })])).toEqual([]);
});

test('a type of a dependency must be exported again', () => {
  const core = write('core', { '.': 'export interface Auth { a: Actor }\nexport interface Actor {}' });
  const source = "import type { Auth } from '@torii/core';\nexport declare function getAuth(): Auth;";
  expect(findUnnamedTypes([core, write('one', { '.': source })])).toEqual([
    '@torii/one: export Actor of @torii/core, which Auth mentions',
    '@torii/one: export Auth of @torii/core, which getAuth mentions',
  ]);
  const again = "export type { Actor, Auth } from '@torii/core';\n";
  expect(findUnnamedTypes([core, write('two', { '.': again + source })])).toEqual([]);
  const elsewhere = { '.': source, './more': again };
  expect(findUnnamedTypes([core, write('three', elsewhere)])).toHaveLength(2);
  const loaded = { '.': `export type { Auth } from './1.js';\n${source}`, './more': again };
  expect(findUnnamedTypes([core, write('four', loaded)])).toEqual([]);
});

test('a type of a library must come from a peer, which the app installs too', () => {
  install('express', "import type { Query } from 'inner';\nexport interface Request<Q = Query> { q: Q }");
  install('inner', 'export interface Query {}');
  const given = "import type { Request } from 'express';\nexport declare function read(req: Request<string>): void;";
  const left = "import type { Request } from 'express';\nexport declare function read(req: Request): void;";
  expect(findUnnamedTypes([write('one', { '.': given }, { peerDependencies: { express: '*' } })])).toEqual([]);
  expect(findUnnamedTypes([write('two', { '.': given }, { dependencies: { express: '*' } })])).toEqual([
    '@torii/two: export Request of express, which read mentions',
  ]);
  expect(findUnnamedTypes([write('three', { '.': left }, { peerDependencies: { express: '*' } })])).toEqual([
    '@torii/three: export Query of inner, which read (by Request) mentions',
  ]);
});

test('an error class after @throws must be exported as a class', () => {
  const core = write('core', { '.': 'export declare class ToriiError extends Error {}' });
  const source = '/** @throws ToriiError if it fails */\nexport declare function make(): void;';
  const message = '@torii/one: export the class ToriiError, which make throws';
  expect(findUnnamedTypes([core, write('one', { '.': source })])).toEqual([message]);
  const asType = `export type { ToriiError } from '@torii/core';\n${source}`;
  expect(findUnnamedTypes([core, write('one', { '.': asType })])).toEqual([message]);
  const asClass = `export { ToriiError } from '@torii/core';\n${source}`;
  expect(findUnnamedTypes([core, write('one', { '.': asClass })])).toEqual([]);
});

/** Writes a built package. `@torii/core` resolves to the package that was written as `core`. */
function write(name: string, entries: Readonly<Record<string, string>>, more: Partial<Manifest> = {}) {
  const folder = name === 'core' ? join(root, 'node_modules', '@torii', 'core') : join(root, name);
  const files = Object.entries(entries).map(([entry, text], index) => ({ entry, text, file: `./dist/${index}.d.ts` }));
  const exports = Object.fromEntries(files.map(({ entry, file }) => [entry, { types: file }]));
  const manifest: Manifest = { name: `@torii/${name}`, exports, ...more };
  writeFileAt(join(folder, 'package.json'), JSON.stringify({ ...manifest, type: 'module' }));
  for (const { file, text } of files) writeFileAt(join(folder, file), text);
  return { folder, manifest };
}

function install(name: string, declarations: string): void {
  const folder = join(root, 'node_modules', name);
  writeFileAt(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', types: './index.d.ts' }));
  writeFileAt(join(folder, 'index.d.ts'), declarations);
}

function writeFileAt(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
