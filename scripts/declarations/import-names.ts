import ts from 'typescript';

export function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((each) => ts.isExportSpecifier(each) && ts.isTypeOnlyExportDeclaration(each));
}

function statementOf(symbol: ts.Symbol): ts.ImportDeclaration | ts.ExportDeclaration {
  const [declaration] = symbol.declarations ?? [];
  const statement =
    declaration && ts.findAncestor(declaration, (node) => ts.isImportDeclaration(node) || ts.isExportDeclaration(node));
  if (statement === undefined) throw new Error(`${symbol.name} is not imported`);
  return statement as ts.ImportDeclaration | ts.ExportDeclaration;
}

/** The module that a symbol is imported or exported from, as it is written. */
export function moduleOf(symbol: ts.Symbol): string {
  const { moduleSpecifier } = statementOf(symbol);
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier))
    throw new Error(`${symbol.name} has no module`);
  return moduleSpecifier.text;
}

/** The name of an import as it is written: `A`, `A as B`, `* as A`, `default A`. */
export function importedName(symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? [];
  if (declaration !== undefined && ts.isImportClause(declaration)) return `default ${symbol.name}`;
  if (declaration !== undefined && ts.isNamespaceImport(declaration)) return `* as ${symbol.name}`;
  const original =
    declaration !== undefined && ts.isImportSpecifier(declaration) ? declaration.propertyName?.text : undefined;
  return original === undefined ? symbol.name : `${original} as ${symbol.name}`;
}
