// Writes an app that exports a value of every type that a package mentions, without an annotation. With `declaration: true`, the
// compiler must then find an import for each of these types.
import { join } from 'node:path';
import ts from 'typescript';
import type { PublishedPackage } from './unnamed-types.ts';

/**
 * Returns the source of an app. `chosen` are entry points, such as `./webhooks`. Types named in `opaque` are not taken apart, and functions
 * named there not tried. */
export function writeProbes(
  published: PublishedPackage,
  chosen: readonly string[],
  opaque: readonly string[] = [],
): string {
  const { folder, manifest } = published;
  const files = chosen.map((entry) => join(folder, Reflect.get(Object(manifest.exports?.[entry]), 'types')));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const probes = files.flatMap((file, index) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} is missing or exports nothing. Build the packages first.`);
    return checker.getExportsOfModule(module).flatMap((symbol) => probesOf(symbol, `entry${index}`));
  });
  const imports = chosen.map(
    (entry, index) => `import type * as entry${index} from '${manifest.name}${entry.slice(1)}';`,
  );
  const same = 'const same = <T>(value: T): T => value;';
  return `${[...imports, same, ...probes.map(writeProbe)].join('\n')}\n`;

  /** The types to try, as they are written in the app. */
  function probesOf(symbol: ts.Symbol, entry: string): readonly string[] {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const name = `${entry}.${symbol.name}`;
    if (opaque.includes(symbol.name) && target.flags & ts.SymbolFlags.Function) return [];
    if (target.flags & ts.SymbolFlags.Function) {
      return [
        `typeof ${name}`,
        `ReturnType<typeof ${name}>`,
        `Awaited<ReturnType<typeof ${name}>>`,
        `Parameters<typeof ${name}>`,
      ];
    }
    if (target.flags & ts.SymbolFlags.Variable) return [`typeof ${name}`];
    const written = name + argumentsFor(target);
    const type = checker.getDeclaredTypeOfSymbol(target);
    const objects = (type.isUnion() ? type.types : [type]).filter(({ flags }) => flags & ts.TypeFlags.Object);
    const members = objects.flatMap((object) => checker.getPropertiesOfType(object));
    const keys = new Set(members.filter((member) => isOwn(member)).map(({ name: key }) => key));
    return [
      ...(target.flags & ts.SymbolFlags.Class ? [`typeof ${name}`] : []),
      written,
      ...(opaque.includes(symbol.name) ? [] : partsOf(written)),
      ...[...keys].flatMap((key) => membersOf(written, key)),
    ];
  }

  function argumentsFor(symbol: ts.Symbol): string {
    const [declaration] = symbol.declarations ?? [];
    const parameters = declaration === undefined ? [] : ts.getEffectiveTypeParameterDeclarations(declaration as never);
    const needed = parameters.filter((parameter) => parameter.default === undefined);
    return needed.length === 0 ? '' : `<${needed.map(() => 'any').join(', ')}>`;
  }
}

const call = '(...args: infer A) => infer R';

/** One member of an object, or of those members of a union that have it, and its parts. */
function membersOf(written: string, key: string): readonly string[] {
  const member = `(${written} extends infer T ? T extends { readonly [K in ${JSON.stringify(key)}]?: infer V } ? V : never : never)`;
  return [member, ...partsOf(member)];
}

/** What a function is called with and returns, and the items of a list. */
function partsOf(written: string): readonly string[] {
  return [
    `(NonNullable<${written}> extends infer F ? F extends ${call} ? [A, Awaited<R>] : never : never)`,
    `(NonNullable<${written}> extends infer L ? L extends readonly (infer I)[] ? I : never : never)`,
  ];
}

// Skips the members of arrays, promises, errors and requests.
function isOwn(symbol: ts.Symbol): boolean {
  const { name, valueDeclaration } = symbol;
  if (valueDeclaration === undefined || name.startsWith('__')) return false;
  const modifiers = ts.getCombinedModifierFlags(valueDeclaration);
  if (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return false;
  return !valueDeclaration.getSourceFile().fileName.includes('/node_modules/');
}

function writeProbe(type: string, index: number): string {
  return `export const probe${index} = same(null! as ${type});`;
}
