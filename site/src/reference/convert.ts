// Reads the doc comments with TypeDoc, and keeps the text of each declaration as its author formatted it.
import {
  Application,
  type Context,
  Converter,
  type DeclarationReflection,
  type Reflection,
  type SignatureReflection,
} from 'typedoc';
import type ts from 'typescript';
import type { EntryPoint } from './entry-points.ts';

export interface Converted {
  readonly entryPoint: EntryPoint;
  readonly exports: readonly DeclarationReflection[];
}

/** The text of declarations and signatures, without their bodies and comments. */
export type SourceTexts = ReadonlyMap<Reflection, string>;

export async function convert(
  entryPoints: readonly EntryPoint[],
  tsconfig: string,
): Promise<{ readonly converted: readonly Converted[]; readonly texts: SourceTexts }> {
  const app = await Application.bootstrap({
    entryPoints: entryPoints.map(({ file }) => file),
    tsconfig,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    // TypeDoc does not check types: the test step `types` does.
    skipErrorChecking: true,
    sort: ['source-order'],
    logLevel: 'Warn',
    readme: 'none',
    validation: { notExported: false, invalidLink: true, notDocumented: false },
  });
  const texts = new Map<Reflection, string>();
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context: Context, reflection: DeclarationReflection) => {
    const declaration = context.getSymbolFromReflection(reflection)?.declarations?.[0];
    if (declaration !== undefined) texts.set(reflection, textOf(declaration));
  });
  app.converter.on(
    Converter.EVENT_CREATE_SIGNATURE,
    (_context: Context, signature: SignatureReflection, declaration?: ts.Node) => {
      if (declaration !== undefined) texts.set(signature, textOf(declaration));
    },
  );
  const project = await app.convert();
  const modules = project?.children ?? [];
  const converted = entryPoints.map((entryPoint) => {
    const module = modules.find(({ sources }) => sources?.[0]?.fullFileName === entryPoint.file.replaceAll('\\', '/'));
    if (module === undefined) throw new Error(`TypeDoc found no exports in ${entryPoint.file}.`);
    return { entryPoint, exports: module.children ?? [] };
  });
  return { converted, texts };
}

function textOf(declaration: ts.Node): string {
  const { text } = declaration.getSourceFile();
  const { body, initializer } = declaration as { readonly body?: ts.Node; readonly initializer?: ts.Node };
  const end = (body ?? initializer)?.getFullStart() ?? declaration.getEnd();
  const start = declaration.getStart();
  const indent = /[ ]*$/.exec(text.slice(0, start))?.[0] ?? '';
  return text
    .slice(start, end)
    .replaceAll(`\n${indent}`, '\n')
    .replace(/^export /, '')
    .replace(/^(?:declare|async) /, '')
    .replace(/^override /, '')
    .replace(/\s*=?[;,]?\s*$/, '');
}
