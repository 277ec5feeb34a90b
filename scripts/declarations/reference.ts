// Reads what the pages docs/errors.md and docs/events.md describe from the source of the packages.
import { join } from 'node:path';
import ts from 'typescript';
import type { Package } from '../workspace.ts';

export interface ErrorClass {
  /** The packages that export it as a class, by their short names: `core`, `express`. */
  readonly exportedBy: readonly string[];
  /** The values of `code`. Empty if it is any string. */
  readonly codes: readonly string[];
  readonly statuses: readonly number[];
  /** The names of its properties and accessors, without those of every Error. */
  readonly properties: readonly string[];
}

export interface Reference {
  readonly errors: ReadonlyMap<string, ErrorClass>;
  /** The unions of texts, such as `AuthReason`, by name. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** The fields of the objects of a type, by the value of `type`: `VerifierEvent`, `verified`, `userId`. */
  readonly events: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** The fields of interfaces. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

export function readReference(packages: readonly Package[]): Reference {
  const entries = packages.flatMap(({ shortName, folder, manifest }) =>
    Object.values(manifest.exports ?? {}).flatMap((target) => {
      const source: unknown = Reflect.get(Object(target), '@torii/source');
      return typeof source === 'string' ? [{ shortName, file: join(folder, source) }] : [];
    }),
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node'],
      jsx: ts.JsxEmit.ReactJSX,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      customConditions: ['@torii/source'],
      allowImportingTsExtensions: true,
    },
  );
  const checker = program.getTypeChecker();
  const errors = new Map<string, ErrorClass>();
  const texts = new Map<string, readonly string[]>();
  const events = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const fields = new Map<string, readonly string[]>();

  for (const { shortName, file } of entries) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const { name } = symbol;
      const isTypeOnly = exported.declarations?.some(
        (declaration) => ts.isExportSpecifier(declaration) && ts.isTypeOnlyExportDeclaration(declaration),
      );
      if (symbol.flags & ts.SymbolFlags.Class && /^(?:Torii|Emulator)\w*Error$/.test(name)) {
        const known = errors.get(name)?.exportedBy ?? [];
        const exportedBy = isTypeOnly || known.includes(shortName) ? known : [...known, shortName];
        const type = checker.getDeclaredTypeOfSymbol(symbol);
        errors.set(name, {
          exportedBy,
          codes: literalsOf(type, 'code').map(String),
          statuses: literalsOf(type, 'status').map(Number),
          properties: checker
            .getPropertiesOfType(type)
            .filter(isData)
            .map((property) => property.name),
        });
      } else if (symbol.flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Interface)) {
        describe(name, checker.getDeclaredTypeOfSymbol(symbol));
      }
    }
  }
  return { errors, texts, events, fields };

  function describe(name: string, type: ts.Type): void {
    const members = type.isUnion() ? type.types : [type];
    if (members.every((member) => member.isStringLiteral())) {
      texts.set(
        name,
        members.map((member) => String(member.value)),
      );
    } else if (name.endsWith('Event')) {
      const byType = members.flatMap((member) => {
        const own = checker.getPropertiesOfType(member).map((property) => property.name);
        return literalsOf(member, 'type').map(
          (value) => [String(value), own.filter((field) => field !== 'type')] as const,
        );
      });
      events.set(name, new Map(byType));
    } else {
      fields.set(
        name,
        checker.getPropertiesOfType(type).map((property) => property.name),
      );
    }
  }

  function literalsOf(type: ts.Type, property: string): readonly (string | number)[] {
    const symbol = type.getProperty(property);
    if (symbol === undefined) return [];
    const value = checker.getTypeOfSymbol(symbol);
    return (value.isUnion() ? value.types : [value]).flatMap((member) =>
      member.isStringLiteral() || member.isNumberLiteral() ? [member.value] : [],
    );
  }
}

// Leaves out methods, and properties that every Error has.
function isData({ name, flags, valueDeclaration }: ts.Symbol): boolean {
  if (['name', 'message', 'stack', 'cause'].includes(name)) return false;
  if (!(flags & (ts.SymbolFlags.Property | ts.SymbolFlags.Accessor)) || valueDeclaration === undefined) return false;
  return (
    (ts.getCombinedModifierFlags(valueDeclaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0
  );
}
