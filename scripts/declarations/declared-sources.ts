// A program over the declarations of the packages' sources. The sources declare every exported type (`isolatedDeclarations`), so a file's
// declarations can be made from its text alone: no build and no type check is needed.
import { join } from 'node:path';
import ts from 'typescript';
import type { Package } from '../workspace.ts';

export interface Entry {
  /** The name that apps import: `@torii/core/webhooks`. */
  readonly specifier: string;
  readonly owner: Package;
  readonly file: string;
}

/** The condition in `exports` that leads to the sources, or to the built declarations. */
export type Form = '@torii/source' | 'types';

const common: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  jsx: ts.JsxEmit.ReactJSX,
  allowImportingTsExtensions: true,
  isolatedDeclarations: true,
  declaration: true,
  noLib: true,
  types: [],
};

export function listEntries(packages: readonly Package[], form: Form): readonly Entry[] {
  return packages.flatMap((owner) =>
    Object.entries(owner.manifest.exports ?? {}).flatMap(([path, target]) => {
      const source: unknown = Reflect.get(Object(target), form);
      if (typeof source !== 'string') return [];
      return [{ specifier: `${owner.manifest.name}${path.slice(1)}`, owner, file: join(owner.folder, source) }];
    }),
  );
}

/** Only packages of this repository are resolved. Names of other packages stay names. */
export function createDeclaredProgram(entries: readonly Entry[], form: Form): ts.Program {
  const options = { ...common, customConditions: form === 'types' ? [] : [form] };
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(host.getCurrentDirectory(), (name) => name, options);
  return ts.createProgram({
    rootNames: entries.map(({ file }) => file),
    options,
    host: {
      ...host,
      getSourceFile(file, version) {
        const text = ts.sys.readFile(file);
        if (text === undefined) return undefined;
        if (form === 'types') return ts.createSourceFile(file, text, version, true);
        const { outputText } = ts.transpileDeclaration(text, { fileName: file, compilerOptions: options });
        return ts.createSourceFile(file, outputText, version, true);
      },
      resolveModuleNameLiterals: (literals, containing, reference, settings, source) =>
        literals.map((literal) => {
          const isOurs = /^(\.|#|@torii\/)/.test(literal.text);
          if (!isOurs) return { resolvedModule: undefined };
          const mode = ts.getModeForUsageLocation(source, literal, settings);
          return ts.resolveModuleName(literal.text, containing, settings, host, cache, reference, mode);
        }),
    },
  });
}
