// Reads the public types of a generated client, as TypeScript sees them.
import ts from 'typescript';
import { generatedFolders } from './generate.ts';
import type { Shape } from './shape.ts';

/** A public type: which way its values travel, and their shape. */
export interface PublicType {
  readonly direction: 'sent' | 'received';
  readonly shape: Shape;
  /** The result of each method if the type is a class of methods, as it is written: `Call<User>`. */
  readonly results: ReadonlyMap<string, string>;
}

const folder = '/api';
const entry = `${folder}/generated/resources.ts`;

/**
 * What the generated files import, in its simplest form. The real types wrap each field in the same way, whatever the
 * specification says, so wrapping changes no comparison. The library is a minimum too, because loading the real one
 * would take a second.
 */
const surroundings: Readonly<Record<string, string>> = {
  [`${folder}/await-guards.ts`]: `
    export declare const guardList: import('@torii/core/internal').AwaitGuard;`,
  [`${folder}/fields.ts`]: `
    export type Query<T> = NonNullable<T>;
    export type Body<T, Bags = unknown> = NonNullable<T>;
    export type Changes<T, Bags = unknown> = { [K in keyof NonNullable<T>]?: NonNullable<T>[K] };`,
  [`${folder}/metadata-types.ts`]: `
    export interface MetadataTypes {}
    export type WithBags<T, Bags> = T;
    export interface UserBags<M> {}
    export interface OrganizationBags<M> {}
    export interface MembershipBags<M> {}
    export interface InvitationBags<M> {}`,
  [`${folder}/operation.ts`]: `
    export interface Call<T> { readonly returned: T }
    export interface RequestOptions {}
    export interface Send { <T>(operation: unknown, options?: RequestOptions): Call<T> }`,
  [`${folder}/pages.ts`]: `
    import type { Call, RequestOptions, Send } from './operation.ts';
    export interface Page<T> { readonly items: readonly T[]; readonly nextCursor: string | null; readonly hasMore: boolean }
    export interface PagePromise<T> { readonly returned: Page<T> }
    export declare function listPages<T>(send: Send, operation: unknown, options?: RequestOptions): PagePromise<T>;`,
  '/lib.d.ts': `
    interface Array<T> { [index: number]: T; length: number }
    interface ReadonlyArray<T> { readonly [index: number]: T; readonly length: number }
    interface Boolean {} interface CallableFunction {} interface Function {} interface IArguments {}
    interface NewableFunction {} interface Number {} interface Object {} interface RegExp {} interface String {}
    interface Symbol {} interface Blob { readonly size: number } interface File extends Blob {}
    type NonNullable<T> = T & {};
    type Record<K extends keyof any, T> = { [P in K]: T };
    declare module '@torii/core/internal' {
      export interface AwaitGuard {}
      export function createAwaitGuard(fields: object): AwaitGuard;
    }`,
};

/** The exported types by their names. */
export function readPublicTypes(files: ReadonlyMap<string, string>): ReadonlyMap<string, PublicType> {
  const own = `${generatedFolders.api}/`;
  const texts = new Map(Object.entries(surroundings));
  for (const [path, text] of files) {
    if (path.startsWith(own)) texts.set(`${folder}/generated/${path.slice(own.length)}`, text);
  }
  const program = createProgram(texts);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error('The generated client has no resources.');
  const found = new Map<string, PublicType>();
  for (const symbol of checker.getExportsOfModule(module)) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.Function || target.name === 'Resources') continue;
    const type = checker.getDeclaredTypeOfSymbol(target);
    const isClass = (target.flags & ts.SymbolFlags.Class) !== 0;
    found.set(target.name, {
      direction: target.name.endsWith('Params') ? 'sent' : 'received',
      shape: isClass ? noShape : shapeOfType(checker, type, 0),
      results: isClass ? resultsOf(target) : new Map(),
    });
  }
  return found;
}

const noShape: Shape = { types: [], values: undefined, format: undefined, item: undefined, fields: new Map() };

function resultsOf({ declarations = [] }: ts.Symbol): PublicType['results'] {
  const methods = declarations
    .filter(ts.isClassDeclaration)
    .flatMap(({ members }) => members.filter(ts.isMethodDeclaration));
  return new Map(methods.map(({ name, type }) => [name.getText(), type?.getText() ?? '']));
}

function createProgram(texts: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noLib: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
  };
  const host: ts.CompilerHost = {
    getSourceFile(name) {
      const text = texts.get(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
    },
    getDefaultLibFileName: () => '/lib.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => texts.has(name),
    readFile: (name) => texts.get(name),
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  // An unresolved type would be `any`, and hide every change of it.
  const [problem] = ts.getPreEmitDiagnostics(program);
  if (problem !== undefined) {
    throw new Error(
      `The generated client does not compile: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`,
    );
  }
  return program;
}

/** A limit for recursive types, deeper than any real response. */
const deepest = 8;

function shapeOfType(checker: ts.TypeChecker, type: ts.Type, depth: number): Shape {
  const members = type.isUnion() ? type.types : [type];
  const types = new Set<string>();
  const values = new Set<string>();
  const items: Shape[] = [];
  const objects: ts.Type[] = [];
  for (const member of members) {
    const { flags } = member;
    if (flags & ts.TypeFlags.Undefined) continue;
    if (member.isStringLiteral() || member.isNumberLiteral()) values.add(JSON.stringify(member.value));
    if (flags & ts.TypeFlags.Null) types.add('null');
    else if (flags & ts.TypeFlags.StringLike || isOpenString(member)) types.add('string');
    else if (flags & ts.TypeFlags.NumberLike) types.add('number');
    else if (flags & ts.TypeFlags.BooleanLike) types.add('boolean');
    else if (checker.isArrayLikeType(member)) {
      types.add('array');
      const item = checker.getTypeArguments(member as ts.TypeReference)[0];
      if (item !== undefined && depth < deepest) items.push(shapeOfType(checker, item, depth + 1));
    } else if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) {
      types.add('object');
      objects.push(member);
    } else types.add(checker.typeToString(member));
  }
  const isClosed = values.size > 0 && !members.some((member) => isAnyText(member));
  return {
    types: [...types].sort(),
    values: isClosed ? [...values].sort() : undefined,
    format: undefined,
    item: items[0],
    fields: depth < deepest ? fieldsOfTypes(checker, objects, depth) : new Map(),
  };
}

/** `string & {}`, which keeps an editor's suggestions of the other members. */
function isOpenString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some(({ flags }) => flags & ts.TypeFlags.String);
}

function isAnyText(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Number)) !== 0 || isOpenString(type);
}

/** The fields of all alternatives. A field that an alternative lacks is not required. */
function fieldsOfTypes(checker: ts.TypeChecker, types: readonly ts.Type[], depth: number): Shape['fields'] {
  const fields = new Map<string, { readonly shape: Shape; readonly isRequired: boolean }>();
  const count = new Map<string, number>();
  for (const type of types) {
    for (const property of checker.getPropertiesOfType(type)) {
      const name = property.getName();
      const before = fields.get(name);
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const own = shapeOfType(checker, checker.getTypeOfSymbol(property), depth + 1);
      const shape = before === undefined ? own : mergeShapes(before.shape, own);
      fields.set(name, { shape, isRequired: !isOptional && (before?.isRequired ?? true) });
      count.set(name, (count.get(name) ?? 0) + 1);
    }
    const index = checker.getIndexInfosOfType(type)[0];
    if (index !== undefined) {
      fields.set('[any name]', { shape: shapeOfType(checker, index.type, depth + 1), isRequired: false });
    }
  }
  return new Map(
    [...fields].map(([name, { shape, isRequired }]) => [
      name,
      { shape, isRequired: isRequired && count.get(name) === types.length },
    ]),
  );
}

function mergeShapes(one: Shape, other: Shape): Shape {
  const isClosed = one.values !== undefined && other.values !== undefined;
  return {
    types: [...new Set([...one.types, ...other.types])].sort(),
    values: isClosed ? [...new Set([...(one.values ?? []), ...(other.values ?? [])])].sort() : undefined,
    format: undefined,
    item: one.item ?? other.item,
    fields: new Map([...one.fields, ...other.fields]),
  };
}
