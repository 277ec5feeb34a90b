// Checks generated files before they are written, whatever the libraries make of the texts of a specification.
import ts from 'typescript';

/** @throws Error if a file does not parse, or if a file of types contains code */
export function checkFiles(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  for (const [path, text] of files) {
    if (!path.endsWith('.ts')) continue;
    const { diagnostics = [] } = ts.transpileModule(text, {
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
    });
    const [problem] = diagnostics;
    if (problem !== undefined)
      throw new Error(`${path} would not parse: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`);
    if (/\/(?:wire|entities)\.ts$/.test(path) && hasCode(path, text))
      throw new Error(`${path} would contain code, not only types. Look for odd texts in the specification.`);
  }
  return files;
}

function hasCode(path: string, text: string): boolean {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  return !statements.every((each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each));
}
