import ts from 'typescript';

/**
 * Returns the statement of a declaration, without what users cannot use: private members of a class. One `#private` remains of them,
 * because it makes the class differ from others with the same members.
 */
export function withoutPrivateParts(declaration: ts.Declaration): ts.Node {
  if (ts.isVariableDeclaration(declaration)) {
    const list = ts.factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    return ts.factory.createVariableStatement(undefined, list);
  }
  if (!ts.isClassDeclaration(declaration)) return declaration;
  const visible = declaration.members.filter((member) => !isPrivate(member) && !isRepeated(member, declaration));
  const brand = ts.factory.createPropertyDeclaration(
    undefined,
    ts.factory.createPrivateIdentifier('#private'),
    undefined,
    undefined,
    undefined,
  );
  return ts.factory.updateClassDeclaration(
    declaration,
    declaration.modifiers,
    declaration.name,
    declaration.typeParameters,
    declaration.heritageClauses,
    declaration.members.some(isPrivate) ? [brand, ...visible] : visible,
  );
}

function isPrivate(member: ts.ClassElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return true;
  return (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
}

/** `transpileDeclaration` declares a method such as `[Symbol.asyncDispose]()` a second time, as a property. */
function isRepeated(member: ts.ClassElement, { members }: ts.ClassDeclaration): boolean {
  if (!ts.isPropertyDeclaration(member) || !ts.isComputedPropertyName(member.name)) return false;
  const name = member.name.getText();
  return members.some((other) => ts.isMethodDeclaration(other) && other.name.getText() === name);
}
