// Finds the types that a package's public declarations mention, and that its users cannot import from it. Such a type makes
// `export const verifier = createVerifier(…)` fail with TS2742 or TS2883 in an app with `declaration: true`: pnpm installs only what
// the app depends on at the top of node_modules, so the compiler finds no import for a type of a dependency's dependency.
import { dirname, join, sep } from 'node:path';
import ts from 'typescript';
import type { Manifest } from '../workspace.ts';

export interface PublishedPackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  types: [],
  skipLibCheck: true,
  noEmit: true,
};

const libraries = new Map<string, ts.SourceFile>();

/** A host that parses TypeScript's own declarations once for all programs. */
function hostWithLibraries(): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const folder = dirname(host.getDefaultLibFileName(options));
  return {
    ...host,
    getSourceFile(file, ...rest) {
      if (dirname(file) !== folder) return host.getSourceFile(file, ...rest);
      const parsed = libraries.get(file) ?? host.getSourceFile(file, ...rest);
      if (parsed !== undefined) libraries.set(file, parsed);
      return parsed;
    },
  };
}

/**
 * Returns one message for each type that users of a package cannot name, and for each error class after `@throws` that they
 * cannot import. Reads the built declarations, which `types` in `exports` names.
 */
export function findUnnamedTypes(packages: readonly PublishedPackage[]): readonly string[] {
  const entries = packages.flatMap((published) => entriesOf(published).map((file) => ({ published, file })));
  const rootNames = entries.map(({ file }) => file);
  const program = ts.createProgram({ rootNames, options, host: hostWithLibraries() });
  const checker = program.getTypeChecker();

  const exported = new Map<string, ReadonlySet<ts.Symbol>>();
  for (const { file } of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) ?? missing(file));
    if (module === undefined) throw new Error(`${file} exports nothing`);
    exported.set(file, new Set(checker.getExportsOfModule(module).map(resolve)));
  }
  const classes = new Map(
    [...exported.values()].flatMap((symbols) => [...symbols].map((symbol) => [symbol.name, symbol] as const)),
  );
  return [...new Set(entries.flatMap(({ published, file }) => problemsOf(published, file)))].sort();

  function resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  // The compiler finds a name only in entry points that are part of the app's program: the one that the app imports, and those that it
  // imports itself.
  function problemsOf(published: PublishedPackage, entry: string): readonly string[] {
    const { manifest } = published;
    const loaded = importedBy(entry);
    const names = new Set(
      entriesOf(published).flatMap((file) => (loaded.has(file) ? [...(exported.get(file) ?? [])] : [])),
    );
    const values = valuesOf(published);
    const problems = new Set<string>();
    const seen = new Set<ts.Symbol>();
    for (const symbol of exported.get(entry) ?? []) {
      if (!isFunction(symbol) || values.has(symbol)) visit(symbol, manifest.name, false);
    }
    return [...problems];

    // If a type is only an operand, the compiler names the result: `type A = B | C<D>` is called A.
    function visit(symbol: ts.Symbol, by: string, isOperand: boolean, name?: ts.Node): void {
      const declarations = symbol.declarations ?? [];
      const [first] = declarations;
      if (first === undefined || ts.isTypeParameterDeclaration(first)) return;
      const owners = declarations.map(ownerOf);
      if (owners.includes('the platform')) return;
      const foreign = owners.find((owner) => !owner.startsWith('@torii/'));
      if (foreign !== undefined) {
        const from = name === undefined ? undefined : importOf(name);
        if (!isInstalled(foreign, manifest) && (from === undefined || !isInstalled(from, manifest)))
          report(symbol, foreign, by);
        return;
      }
      const isNamed = names.has(symbol) || owners.some((owner) => isInstalled(owner, manifest));
      if (!isNamed && !isOperand && needsName(symbol, first)) report(symbol, owners[0], by);
      if (seen.has(symbol)) return;
      seen.add(symbol);
      for (const declaration of declarations) walk(declaration, symbol.name, 'none');
    }

    function report(symbol: ts.Symbol, owner: string | undefined, by: string): void {
      problems.add(`${manifest.name}: export ${symbol.name} of ${owner}, which ${by} mentions`);
    }

    function walk(node: ts.Node, by: string, operands: Operands): void {
      if (isHidden(node)) return;
      for (const thrown of errorsOf(node)) {
        const error = classes.get(thrown);
        if (error !== undefined && !values.has(error)) {
          problems.add(`${manifest.name}: export the class ${thrown}, which ${by} throws`);
        }
      }
      if (ts.isIndexedAccessTypeNode(node)) {
        const { aliasSymbol, symbol } = checker.getTypeFromTypeNode(node);
        const result = aliasSymbol ?? symbol;
        if (result !== undefined) visit(result, by, isOperand(result, operands));
        return;
      }
      const name = nameIn(node);
      const symbol = name === undefined ? undefined : checker.getSymbolAtLocation(name);
      if (symbol !== undefined) {
        const target = resolve(symbol);
        visit(target, by, isOperand(target, operands) || ts.isExpressionWithTypeArguments(node), name);
        if (ts.isTypeReferenceNode(node)) walkDefaults(target, node, by);
        const inner = !isAlias(target) ? 'none' : operands !== 'none' && copying.has(target.name) ? 'all' : operands;
        for (const argument of typeArgumentsOf(node)) walk(argument, by, inner);
        return;
      }
      const begins = ts.isTypeAliasDeclaration(node) || ts.isHeritageClause(node);
      const inner = begins ? 'aliases' : isCombination(node) ? operands : 'none';
      ts.forEachChild(node, (child) => walk(child, by, inner));
    }

    // An inferred type names the arguments that a declaration left out: `RequestHandler` becomes `RequestHandler<ParamsDictionary, …>`.
    function walkDefaults(symbol: ts.Symbol, reference: ts.TypeReferenceNode, by: string): void {
      const [declaration] = symbol.declarations ?? [];
      if (declaration === undefined || ownerOf(declaration).startsWith('@torii/')) return;
      const given = reference.typeArguments?.length ?? 0;
      for (const parameter of typeParametersOf(declaration).slice(given)) {
        if (parameter.default !== undefined) walk(parameter.default, `${by} (by ${symbol.name})`, 'none');
      }
    }

    // Apps cannot create objects of a class that is exported as a type only.
    function isHidden(node: ts.Node): boolean {
      if (ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword))
        return true;
      if (!ts.isConstructorDeclaration(node)) return false;
      const owner = checker.getSymbolAtLocation(node.parent.name ?? node.parent);
      return owner === undefined || !values.has(owner) || ts.getJSDocTags(node).some(isInternal);
    }
  }

  // The compiler writes out a type alias or a constant that its module does not export.
  function needsName(symbol: ts.Symbol, declaration: ts.Declaration): boolean {
    if (ts.isSourceFile(declaration) || ts.isModuleDeclaration(declaration)) return false;
    if (ts.isVariableDeclaration(declaration)) return false;
    if (!ts.isTypeAliasDeclaration(declaration)) return true;
    const module = checker.getSymbolAtLocation(declaration.getSourceFile());
    return module !== undefined && checker.getExportsOfModule(module).map(resolve).includes(symbol);
  }

  /** The files that a file imports, directly or not, and the file itself. */
  function importedBy(entry: string): ReadonlySet<string> {
    const files = new Set([entry]);
    for (const file of files) {
      const statements = program.getSourceFile(file)?.statements ?? [];
      for (const statement of statements) {
        if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
        const module = statement.moduleSpecifier && checker.getSymbolAtLocation(statement.moduleSpecifier);
        const imported = module?.valueDeclaration?.getSourceFile().fileName;
        if (imported !== undefined && !imported.includes('/node_modules/')) files.add(imported);
      }
    }
    return files;
  }

  /** The exported classes that can be used as values: not behind `export type`. */
  function valuesOf(published: PublishedPackage): ReadonlySet<ts.Symbol> {
    const values = new Set<ts.Symbol>();
    for (const entry of entries) {
      if (entry.published !== published) continue;
      const source = program.getSourceFile(entry.file) ?? missing(entry.file);
      for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source) ?? missing(entry.file))) {
        const isTypeOnly = symbol.declarations?.some(
          (declaration) => ts.isExportSpecifier(declaration) && ts.isTypeOnlyExportDeclaration(declaration),
        );
        if (isTypeOnly !== true && !starred(source).has(symbol)) values.add(resolve(symbol));
      }
    }
    return values;
  }

  /** What a module exports with `export type *`. */
  function starred(source: ts.SourceFile): ReadonlySet<ts.Symbol> {
    const modules = source.statements
      .filter(ts.isExportDeclaration)
      .filter(({ isTypeOnly, exportClause }) => isTypeOnly && exportClause === undefined)
      .flatMap(({ moduleSpecifier }) => (moduleSpecifier && checker.getSymbolAtLocation(moduleSpecifier)) ?? []);
    return new Set(modules.flatMap((module) => checker.getExportsOfModule(module)));
  }

  /** The package that a name is imported from. It may export the type again. */
  function importOf(name: ts.Node): string | undefined {
    const [declaration] = checker.getSymbolAtLocation(name)?.declarations ?? [];
    const statement = declaration && ts.findAncestor(declaration, ts.isImportDeclaration);
    const specifier = statement?.moduleSpecifier;
    return specifier && ts.isStringLiteral(specifier) ? /^(?:@[^/]+\/)?[^/]+/.exec(specifier.text)?.[0] : undefined;
  }
}

function entriesOf({ folder, manifest }: PublishedPackage): readonly string[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    // The entry point `internal` is skipped: only our other packages import it.
    if (entry === './internal') return [];
    const types: unknown = typeof target === 'object' && target !== null ? Reflect.get(target, 'types') : undefined;
    return typeof types === 'string' ? [join(folder, types)] : [];
  });
}

/** Which types in a declaration are operands, from which the compiler computes a type with another name. */
type Operands = 'none' | 'aliases' | 'all';

/**
 * The types whose result is an object without a name, with the members of the argument: those of TypeScript's library, and
 * the emulator's `Answered`, which is made of them.
 */
const copying: ReadonlySet<string> = new Set(['Answered', 'Omit', 'Partial', 'Pick', 'Readonly', 'Required']);

function isOperand(symbol: ts.Symbol, operands: Operands): boolean {
  return operands === 'all' || (operands === 'aliases' && isAlias(symbol));
}

function isAlias(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.TypeAlias) !== 0;
}

function isFunction(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Function) !== 0;
}

/** The package that a declaration belongs to. */
function ownerOf(declaration: ts.Declaration): string {
  const file = declaration.getSourceFile().fileName;
  const [, installed] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  if (installed === 'typescript' || installed === '@types/node') return 'the platform';
  if (installed !== undefined) return installed;
  const folder = ts.findConfigFile(dirname(file), ts.sys.fileExists, 'package.json')?.split(sep).join('/');
  const name: unknown = folder === undefined ? undefined : ts.readConfigFile(folder, ts.sys.readFile).config?.name;
  return typeof name === 'string' ? name : missing(file);
}

/** Whether an app that installed the package has installed `dependency` too, or its types. */
function isInstalled(dependency: string, { peerDependencies = {} }: Manifest): boolean {
  return [dependency, dependency.replace(/^@types\//, '')].some((name) => name in peerDependencies);
}

function nameIn(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  if (ts.isComputedPropertyName(node)) return node.expression;
  return undefined;
}

function isCombination(node: ts.Node): boolean {
  return (
    ts.isUnionTypeNode(node) ||
    ts.isIntersectionTypeNode(node) ||
    ts.isMappedTypeNode(node) ||
    ts.isParenthesizedTypeNode(node)
  );
}

function isInternal({ tagName }: ts.JSDocTag): boolean {
  return tagName.text === 'internal';
}

function typeArgumentsOf(node: ts.Node): readonly ts.TypeNode[] {
  const hasArguments =
    ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node) || ts.isImportTypeNode(node);
  return (hasArguments ? node.typeArguments : undefined) ?? [];
}

function typeParametersOf(declaration: ts.Declaration): readonly ts.TypeParameterDeclaration[] {
  const isGeneric =
    ts.isInterfaceDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration) ||
    ts.isClassDeclaration(declaration);
  return (isGeneric ? declaration.typeParameters : undefined) ?? [];
}

function errorsOf(node: ts.Node): readonly string[] {
  return ts
    .getJSDocTags(node)
    .filter(({ tagName }) => tagName.text === 'throws')
    .flatMap((tag) => /^@throws \{?(?:@link )?(\w+)/.exec(tag.getText())?.[1] ?? []);
}

function missing(file: string): never {
  throw new Error(`${file} is missing. Build the packages first.`);
}
