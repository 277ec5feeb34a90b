import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describePublicApi } from '../declarations/public-api.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-api-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('lists declarations by name, without comments and bodies', () => {
  const source = `
    /** The second. */
    export function second(a: string): number { return a.length; }
    export const first: readonly string[] = [];
    export class Third extends Error { /** A member. */ readonly code: 'a' | 'b' = 'a'; }
  `;
  expect(describe({ 'src/index.ts': source })).toBe(`declare module '@torii/one' {
export class Third extends Error {
    readonly code: 'a' | 'b';
}
export const first: readonly string[];
export function second(a: string): number;
}
`);
});

test('does not change if declarations move to other files, under other names', () => {
  const together = describe({
    'src/index.ts': `
      interface Hidden { readonly a: string }
      export interface Shown { readonly hidden: Hidden }
      export function make(): Shown { return { hidden: { a: '' } }; }
    `,
  });
  const apart = describe({
    'src/index.ts': `export { make } from './make.ts';\nexport type { Inner as Shown } from './shapes.ts';`,
    'src/make.ts': `import type { Inner as Result } from './shapes.ts';\nexport function make(): Result { return null!; }`,
    'src/shapes.ts': `import type { Hidden } from './hidden.ts';\nexport interface Inner { readonly hidden: Hidden }`,
    'src/hidden.ts': 'export interface Hidden { readonly a: string }',
  });
  expect(apart.replace('interface Inner', 'interface Shown')).toBe(together);
});

test.each([
  ['a parameter becomes required', '(a?: string): void', '(a: string): void'],
  ['a type that is reached, but not exported, changes', '(a: Hidden): void', '(a: Hidden): void', 'b?: number'],
  ['a result becomes a union', '(): string', '(): string | undefined'],
])('changes if %s', (_, before, after, member = '') => {
  const write = (type: string, more: string) =>
    describe({
      'src/index.ts': `interface Hidden { a: string; ${more} }\nexport function make${type} { return null!; }\nexport const h: Hidden | undefined = undefined;`,
    });
  expect(write(after, member)).not.toBe(write(before, ''));
});

test('leaves out private members, but shows that there are some', () => {
  const source = `export class Box { #a = 1; private b = 2; protected c: number = 3; open(): void { this.#a += this.b; } }`;
  expect(describe({ 'src/index.ts': source })).toContain(
    'export class Box {\n    #private;\n    protected c: number;\n    open(): void;\n}',
  );
});

test('a method with a symbol as its name is listed once', () => {
  const source = 'export class Box { [Symbol.asyncDispose](): Promise<void> { return null!; } }';
  expect(describe({ 'src/index.ts': source }).match(/Symbol/g)).toHaveLength(1);
});

test('a class that is exported as a type only is told from one that can be created', () => {
  const files = { 'src/index.ts': `export type { Box } from './box.ts';`, 'src/box.ts': 'export class Box {}' };
  expect(describe(files)).toBe(`declare module '@torii/one' {\nexport { type Box };\n\nclass Box {\n}\n}\n`);
});

test('what `export type *` exports are types only', () => {
  const files = {
    'src/index.ts': `export type * from './box.ts';`,
    'src/box.ts': 'export class Box {}\nexport type A = 1;',
  };
  expect(describe(files)).toBe(
    `declare module '@torii/one' {\nexport { type Box };\n\nexport type A = 1;\nclass Box {\n}\n}\n`,
  );
});

test('does not change if a module is imported as a namespace, or names are numbered by a bundler', () => {
  const write = (index: string, file: string) => describe({ 'src/index.ts': index, 'src/wire.ts': file });
  const named = write(
    `import type { User } from './wire.ts';\nexport interface Made extends User { u: User }`,
    'export interface User { a: 1 }',
  );
  expect(named).toContain('interface User {');
  for (const [type, name] of [
    ['* as wire', 'wire.User'],
    ['{ User$1 }', 'User$1'],
  ] as const) {
    const index = `import type ${type} from './wire.ts';\nexport interface Made extends ${name} { u: ${name} }`;
    expect(write(index, `export interface ${name.replace('wire.', '')} { a: 1 }`)).toBe(named);
  }
});

test('a second entry point names what the first one declares', () => {
  const text = describe(
    {
      'src/index.ts': `export class A { readonly a: string = ''; }`,
      'src/more.ts': `import { A } from './index.ts';\nexport { A };\nexport type { A as OnlyType } from './index.ts';\nexport const b: A = new A();`,
    },
    { './more': 'src/more.ts' },
  );
  expect(text.split('\n\n').slice(1).join('\n\n').replaceAll('\n\n', '\n')).toBe(`declare module '@torii/one/more' {
import type { A } from '@torii/one';
export { A, type A as OnlyType } from '@torii/one';
export const b: A;
}
`);
});

test('names of other packages are imported from them', () => {
  const source = `
    import type { Request } from 'express';
    import type Koa from 'koa';
    export { verify } from 'jose';
    export function read(request: Request, app: Koa): Promise<string> { return null!; }
  `;
  expect(describe({ 'src/index.ts': source })).toBe(`declare module '@torii/one' {
import type { Request } from 'express';
import type Koa from 'koa';

export { verify } from 'jose';

export function read(request: Request, app: Koa): Promise<string>;
}
`);
});

test('lists what a package adds to the types of others', () => {
  const source = `export const a: string = '';\ndeclare global { interface Window { readonly torii: string } }`;
  expect(describe({ 'src/index.ts': source })).toContain(
    '\n}\n\ndeclare global {\n    interface Window {\n        readonly torii: string;\n    }\n}\n',
  );
});

function describe(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): string {
  const entries = Object.entries({ '.': 'src/index.ts', ...more });
  const exports = Object.fromEntries(entries.map(([entry, file]) => [entry, { '@torii/source': `./${file}` }]));
  const manifest = { name: '@torii/one', type: 'module', exports };
  const contents = { ...files, 'package.json': JSON.stringify(manifest) };
  for (const [file, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return (
    describePublicApi([{ shortName: 'one', place: 'packages/one', folder, manifest }], '@torii/source').get('one') ?? ''
  );
}
