// Writes down the public API of a package: every declaration that users of its entry points can name or reach, without comments and
// without the files that it comes from.
import ts from 'typescript';
import type { Package } from '../workspace.ts';
import { createDeclaredProgram, type Entry, type Form, listEntries } from './declared-sources.ts';
import { importedName, isTypeOnly, moduleOf } from './import-names.ts';
import { withoutPrivateParts } from './private-parts.ts';

/** The text of one entry point. */
interface Printed {
  readonly declarations: Map<ts.Symbol, string>;
  /** Names by the module that they come from, as in `import` and `export`. */
  readonly imports: Map<string, Set<string>>;
  readonly exports: Map<string, Set<string>>;
}

/** Returns the text of each package's API, by the short name of the package. */
export function describePublicApi(packages: readonly Package[], form: Form): ReadonlyMap<string, string> {
  const entries = listEntries(packages, form);
  const program = createDeclaredProgram(entries, form);
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });

  /** The entry point that declares a symbol, and the name that it has there. */
  const homes = new Map<ts.Symbol, { readonly entry: Entry; readonly name: string }>();
  const exported = new Map(entries.map((entry) => [entry, exportsOf(entry)]));
  const typeOnlyStars = new Set(entries.flatMap(({ file }) => namesOfTypeOnlyStars(file)));
  for (const [entry, symbols] of exported) {
    for (const symbol of symbols) {
      const target = resolve(symbol);
      const isOurs = target?.declarations?.some((each) => belongsTo(each, entry.owner)) ?? false;
      if (target !== undefined && isOurs && !homes.has(target)) homes.set(target, { entry, name: symbol.name });
    }
  }

  const texts = new Map<string, string>();
  for (const owner of packages) {
    const hidden = new Set<ts.Symbol>();
    // Only our other packages import `internal`, which any version may change.
    const own = entries.filter((entry) => entry.owner === owner && !entry.specifier.endsWith('/internal'));
    const modules = own.map((entry) => describe(entry, hidden));
    texts.set(owner.shortName, [...modules, ...augmentationsOf(owner)].join('\n'));
  }
  return texts;

  /** What a package adds to the types of others: `declare global`, `declare module 'koa'`. */
  function augmentationsOf(owner: Package): readonly string[] {
    const files = program.getSourceFiles().filter((file) => belongsTo(file, owner));
    return files.flatMap((file) =>
      file.statements
        .filter((statement) => ts.isModuleDeclaration(statement))
        .map((statement) => `${printer.printNode(ts.EmitHint.Unspecified, statement, file)}\n`),
    );
  }

  function exportsOf({ file }: Entry): readonly ts.Symbol[] {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    return checker.getExportsOfModule(module);
  }

  /** What `export type * from` exports, which the symbols do not tell. */
  function namesOfTypeOnlyStars(file: string): readonly ts.Symbol[] {
    return (program.getSourceFile(file)?.statements ?? []).flatMap((statement) => {
      if (!ts.isExportDeclaration(statement) || !statement.isTypeOnly || statement.exportClause !== undefined)
        return [];
      const module = statement.moduleSpecifier && checker.getSymbolAtLocation(statement.moduleSpecifier);
      return module === undefined ? [] : checker.getExportsOfModule(module);
    });
  }

  /** Returns undefined if the symbol is imported from a package that is not part of this repository. */
  function resolve(symbol: ts.Symbol): ts.Symbol | undefined {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return checker.isUnknownSymbol(target) ? undefined : target;
  }

  /** `hidden` collects what the entry points of the package reach but do not export: each is printed once. */
  function describe(entry: Entry, hidden: Set<ts.Symbol>): string {
    const printed: Printed = { declarations: new Map(), imports: new Map(), exports: new Map() };
    for (const symbol of exported.get(entry) ?? []) {
      const target = resolve(symbol);
      const typeOnly =
        (isTypeOnly(symbol) || typeOnlyStars.has(symbol)) &&
        (target === undefined || (target.flags & ts.SymbolFlags.Value) !== 0);
      if (target === undefined) {
        addTo(printed.exports, moduleOf(symbol), written(symbol.name, symbol.name, typeOnly));
        continue;
      }
      const home = homes.get(target);
      if (home === undefined) throw new Error(`${symbol.name} of ${entry.specifier} has no entry point`);
      if (home.entry === entry && home.name === symbol.name && !typeOnly) print(target, 'export ');
      else {
        if (home.entry === entry) print(target, home.name === symbol.name ? '' : 'export ');
        const from = home.entry === entry ? '' : home.entry.specifier;
        addTo(printed.exports, from, written(home.name, symbol.name, typeOnly));
      }
    }
    const groups = [
      linesOf('import type', printed.imports),
      linesOf('export', printed.exports),
      [...printed.declarations.values()].sort(compareNames),
    ];
    const blocks = groups.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
    return `declare module '${entry.specifier}' {\n${blocks.join('\n\n')}\n}\n`;

    function print(symbol: ts.Symbol, prefix: string): void {
      if (printed.declarations.has(symbol)) return;
      printed.declarations.set(symbol, '');
      const texts = (symbol.declarations ?? []).map((declaration) => textOf(declaration));
      printed.declarations.set(symbol, texts.map((text) => prefix + text).join('\n'));
    }

    function textOf(declaration: ts.Declaration): string {
      const source = declaration.getSourceFile();
      const statement = withoutPrivateParts(declaration);
      const { transformed } = ts.transform(statement, [(context) => (node) => visit(node, context)]);
      const [result = statement] = transformed;
      const text = printer.printNode(ts.EmitHint.Unspecified, result, source);
      return text.replace(/^(export )?(default )?(declare )?/, '');
    }

    /** Writes the public name of everything that a declaration mentions, and prints what has no public name. */
    function visit<Part extends ts.Node>(node: Part, context: ts.TransformationContext): Part {
      if (ts.isImportTypeNode(node) && node.qualifier !== undefined) {
        const symbol = checker.getSymbolAtLocation(node.qualifier);
        const typeArguments = ts.visitNodes(node.typeArguments, (each) => visit(each, context), ts.isTypeNode);
        const name = symbol && nameOf(symbol);
        if (name !== undefined) return ts.factory.createTypeReferenceNode(name, typeArguments) as ts.Node as Part;
      }
      // `wire.User` after `import type * as wire from './wire.ts'` is a name like any other.
      if (ts.isQualifiedName(node) || ts.isPropertyAccessExpression(node)) {
        const [namespace, name] = ts.isQualifiedName(node) ? [node.left, node.right] : [node.expression, node.name];
        const module = checker.getSymbolAtLocation(namespace);
        if (module !== undefined && (resolve(module)?.flags ?? 0) & ts.SymbolFlags.ValueModule) {
          return visit(name, context) as ts.Node as Part;
        }
      }
      if (ts.isIdentifier(node)) {
        const symbol = isDeclaredName(node) ? undefined : checker.getSymbolAtLocation(node);
        const name = symbol && nameOf(symbol);
        return name === undefined || name === node.text ? node : (ts.factory.createIdentifier(name) as ts.Node as Part);
      }
      return ts.visitEachChild(node, (child) => (isOverride(child) ? undefined : visit(child, context)), context);
    }

    function nameOf(symbol: ts.Symbol): string | undefined {
      const target = resolve(symbol);
      if (target === undefined) {
        addTo(printed.imports, moduleOf(symbol), importedName(symbol));
        return undefined;
      }
      const home = homes.get(target);
      if (home?.entry === entry) return home.name;
      if (home !== undefined) {
        addTo(printed.imports, home.entry.specifier, home.name);
        return home.name;
      }
      const [declaration] = target.declarations ?? [];
      if (declaration === undefined || !isTopLevel(declaration)) return undefined;
      if (!belongsTo(declaration, entry.owner)) {
        throw new Error(`${target.name} cannot be imported, but ${entry.specifier} uses it`);
      }
      if (!hidden.has(target)) {
        hidden.add(target);
        print(target, '');
      }
      // A bundler numbers names that occur in several files: `Session$1`.
      return target.name.replace(/\$\d+$/, '');
    }
  }
}

function written(name: string, exportedName: string, typeOnly: boolean): string {
  return `${typeOnly ? 'type ' : ''}${name === exportedName ? name : `${name} as ${exportedName}`}`;
}

function linesOf(keyword: string, names: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([from, list]) => {
      const whole = [...list].filter((name) => /^(\*|default) /.test(name));
      const rest = [...list].filter((name) => !whole.includes(name)).sort(compareNames);
      return [
        ...whole.sort().map((name) => `${keyword} ${name.replace(/^default /, '')} from '${from}';`),
        ...(rest.length === 0 ? [] : [`${keyword} { ${rest.join(', ')} }${from === '' ? '' : ` from '${from}'`};`]),
      ];
    });
}

/** Sorts declarations of all kinds by name. */
function compareNames(a: string, b: string): number {
  const [left, right] = [a, b].map(
    (text) =>
      /^(?:export |declare |abstract |type |interface |class |function |const )*([\w$]+)/.exec(text)?.[1] ?? text,
  ) as [string, string];
  return left === right ? (a < b ? -1 : 1) : left < right ? -1 : 1;
}

function addTo(names: Map<string, Set<string>>, module: string, name: string): void {
  names.set(module, (names.get(module) ?? new Set()).add(name));
}

function belongsTo(declaration: ts.Node, { folder }: Package): boolean {
  return declaration.getSourceFile().fileName.startsWith(`${folder}/`);
}

function isTopLevel(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return statement.parent !== undefined && ts.isSourceFile(statement.parent);
}

// Compilers differ in whether they keep `override` in declarations.
function isOverride({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.OverrideKeyword;
}

/** Whether an identifier is the name of a member or a parameter, which has no declaration elsewhere. */
function isDeclaredName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (parent === undefined) return false;
  return (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isParameter(parent)) && parent.name === node;
}
