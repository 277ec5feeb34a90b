import ts from 'typescript';
import { functionOf, returnsOf } from './function-nodes.ts';

/** The arguments with which the enclosing functions were called, by the symbols of the parameters. */
export type Scope = ReadonlyMap<ts.Symbol, ts.Expression>;

/** A part of a text that is known only when the program runs. */
export const unknownPart = '…';

/** Used for an argument that the call leaves out. */
const absent: ts.Expression = ts.factory.createVoidZero();

const deepest = 14;
const most = 40;
/** Functions whose result depends on the user's value. It is not followed. */
const describing = /^(?:describe|kindOf|loggable|hintFor|remedyFor|recognize|placesOf)/;

/**
 * Finds the texts that an expression can have, without running it: follows constants, arguments, templates, conditions and
 * the results of functions. Everything else is {@link unknownPart}.
 */
export class SymbolicTexts {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  textsOf(node: ts.Expression, scope: Scope): readonly string[] {
    const texts = [...new Set(this.#evaluate(node, scope, 0))];
    return texts.length === 0 || texts.length > most ? [unknownPart] : texts;
  }

  symbolOf(node: ts.Node): ts.Symbol | undefined {
    const isShorthand = ts.isIdentifier(node) && ts.isShorthandPropertyAssignment(node.parent);
    const symbol = isShorthand
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return undefined;
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** Binds the parameters of a function to the arguments of a call. */
  bind(parameters: readonly ts.ParameterDeclaration[], given: readonly ts.Expression[], scope: Scope): Scope {
    const bound = new Map(scope);
    for (const [index, { name, initializer }] of parameters.entries()) {
      const argument = given[index];
      const value = argument === undefined || ts.isSpreadElement(argument) ? initializer : argument;
      this.#bindName(name, value ?? absent, bound);
    }
    return bound;
  }

  #bindName(name: ts.BindingName, value: ts.Expression, bound: Map<ts.Symbol, ts.Expression>): void {
    if (ts.isIdentifier(name)) {
      const symbol = this.#checker.getSymbolAtLocation(name);
      if (symbol !== undefined) bound.set(symbol, value);
      return;
    }
    for (const element of name.elements) {
      if (!ts.isBindingElement(element) || !ts.isIdentifier(element.name)) continue;
      const key = (element.propertyName ?? element.name).getText();
      const isLiteral = ts.isObjectLiteralExpression(this.#resolve(value, bound));
      // If the object is a parameter of an outer function, its properties are looked up later.
      const later = ts.factory.createPropertyAccessExpression(value, key);
      const member = isLiteral ? (this.#memberOf(value, key, bound) ?? element.initializer) : later;
      if (member !== undefined) this.#bindName(element.name, member, bound);
    }
  }

  /** The property of an object literal. */
  #memberOf(value: ts.Expression, name: string, scope: Scope): ts.Expression | undefined {
    const node = this.#resolve(value, scope);
    if (!ts.isObjectLiteralExpression(node)) return undefined;
    for (const property of node.properties) {
      if (property.name?.getText().replace(/^['"]|['"]$/g, '') !== name) continue;
      if (ts.isPropertyAssignment(property)) return property.initializer;
      if (ts.isShorthandPropertyAssignment(property)) return property.name;
    }
    return undefined;
  }

  /** Replaces a name by the expression that was assigned to it. */
  #resolve(given: ts.Expression, scope: Scope, depth = 0): ts.Expression {
    const node = withoutAssertions(given);
    if (!ts.isIdentifier(node) || depth > deepest) return node;
    const symbol = this.symbolOf(node);
    const bound = symbol && scope.get(symbol);
    if (bound !== undefined && bound !== node) return this.#resolve(bound, scope, depth + 1);
    const declaration = symbol?.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return node;
    return this.#resolve(declaration.initializer, scope, depth + 1);
  }

  #evaluate(given: ts.Expression, scope: Scope, depth: number): readonly string[] {
    if (depth > deepest) return [unknownPart];
    const node = this.#resolve(given, scope);
    const texts = (each: ts.Expression): readonly string[] => this.#evaluate(each, scope, depth + 1);
    if (node === absent) return [];
    if (ts.isStringLiteralLike(node)) return [node.text];
    if (ts.isNumericLiteral(node)) return [String(Number(node.text.replaceAll('_', '')))];
    if (node.kind === ts.SyntaxKind.TrueKeyword) return ['true'];
    if (node.kind === ts.SyntaxKind.FalseKeyword) return ['false'];
    if (ts.isIdentifier(node)) return node.text === 'undefined' ? [] : this.#literalTypes(node);
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.reduce<readonly string[]>(
        (starts, { expression, literal }) => join(starts, join(texts(expression), [literal.text])),
        [node.head.text],
      );
    }
    if (ts.isConditionalExpression(node)) {
      const [decided] = this.#decide(node.condition, scope, depth);
      if (decided === 'true') return texts(node.whenTrue);
      if (decided === 'false') return texts(node.whenFalse);
      return [...texts(node.whenTrue), ...texts(node.whenFalse)];
    }
    if (ts.isBinaryExpression(node)) return this.#binary(node, scope, depth);
    if (ts.isPropertyAccessExpression(node)) {
      const member = this.#memberOf(node.expression, node.name.text, scope);
      return member === undefined ? this.#literalTypes(node) : texts(member);
    }
    if (ts.isElementAccessExpression(node)) return this.#allMembers(node, scope, depth);
    if (ts.isCallExpression(node)) return this.#call(node, scope, depth);
    return [unknownPart];
  }

  #decide(condition: ts.Expression, scope: Scope, depth: number): readonly string[] {
    const node = this.#resolve(condition, scope);
    if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
      return this.#evaluate(node, scope, depth);
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsEqualsEqualsToken) return [];
    const [left, right] = [node.left, node.right].map((each) => this.#evaluate(each, scope, depth + 1));
    if (left === undefined || right === undefined || left.length > 1 || right.length > 1) return [];
    const isKnown = ![...left, ...right].some((text) => text === unknownPart);
    return isKnown ? [String(left[0] === right[0])] : [];
  }

  #binary({ left, right, operatorToken }: ts.BinaryExpression, scope: Scope, depth: number): readonly string[] {
    const texts = (each: ts.Expression): readonly string[] => this.#evaluate(each, scope, depth + 1);
    if (operatorToken.kind === ts.SyntaxKind.PlusToken) return join(texts(left), texts(right));
    if (operatorToken.kind === ts.SyntaxKind.AsteriskToken) {
      const product = Number(texts(left)[0]) * Number(texts(right)[0]);
      return [Number.isFinite(product) ? String(product) : unknownPart];
    }
    const isChoice = [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(operatorToken.kind);
    return isChoice ? [...texts(left), ...texts(right)] : [unknownPart];
  }

  /** For `texts[name]`, returns the values of all properties of `texts`. */
  #allMembers(
    { expression, argumentExpression }: ts.ElementAccessExpression,
    scope: Scope,
    depth: number,
  ): readonly string[] {
    const node = this.#resolve(expression, scope);
    if (!ts.isObjectLiteralExpression(node)) return [unknownPart];
    const [key, second] = this.#evaluate(argumentExpression, scope, depth + 1);
    const member = key === undefined || second !== undefined ? undefined : this.#memberOf(node, key, scope);
    if (member !== undefined) return this.#evaluate(member, scope, depth + 1);
    return node.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) ? this.#evaluate(property.initializer, scope, depth + 1) : [unknownPart],
    );
  }

  /** The results of a function, or of `join` on a list of texts. */
  #call(node: ts.CallExpression, scope: Scope, depth: number): readonly string[] {
    const { expression, arguments: given } = node;
    if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'join') {
      const items = this.#itemsOf(expression.expression, scope, depth);
      const [separator = ', '] = given[0] === undefined ? [] : this.#evaluate(given[0], scope, depth + 1);
      return [items?.join(separator) ?? unknownPart];
    }
    const declaration = this.symbolOf(expression)?.valueDeclaration;
    const made = functionOf(declaration);
    if (made?.body === undefined || !ts.isIdentifier(expression) || describing.test(expression.text))
      return this.#literalTypes(node);
    const inner = this.bind([...made.parameters], [...given], scope);
    return returnsOf(made.body).flatMap((each) => this.#evaluate(each, inner, depth + 1));
  }

  #itemsOf(list: ts.Expression, scope: Scope, depth: number): readonly string[] | undefined {
    const node = this.#resolve(list, scope);
    if (ts.isArrayLiteralExpression(node)) {
      const items = node.elements.map((each) => this.#evaluate(each, scope, depth + 1));
      return items.every(({ length }) => length === 1) ? items.flat() : undefined;
    }
    const isMap =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'map';
    if (!isMap) return undefined;
    const { expression } = node.expression as ts.PropertyAccessExpression;
    const source = this.#resolve(expression, scope);
    const [mapper] = node.arguments;
    if (!ts.isArrayLiteralExpression(source) || mapper === undefined || !ts.isArrowFunction(mapper)) return undefined;
    if (ts.isBlock(mapper.body)) return undefined;
    const { body, parameters } = mapper;
    return source.elements.map((each) => {
      const [text = unknownPart] = this.#evaluate(body, this.bind([...parameters], [each], scope), depth + 1);
      return text;
    });
  }

  /** The texts of a type such as `'keys' | 'jwks'`. */
  #literalTypes(node: ts.Expression): readonly string[] {
    if (isSynthetic(node)) return [unknownPart];
    const type = this.#checker.getTypeAtLocation(node);
    const types = type.isUnion() ? type.types : [type];
    const kept = types.filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
    const texts = kept.map((each) => (each.isStringLiteral() ? each.value : unknownPart));
    return texts.length > 12 ? [unknownPart] : texts;
  }
}

/** Whether this program created the node, so that the compiler has no type for it. */
function isSynthetic({ pos }: ts.Node): boolean {
  return pos === -1;
}

function withoutAssertions(node: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node);
  return isWrapped ? withoutAssertions(node.expression) : node;
}

function join(starts: readonly string[], ends: readonly string[]): readonly string[] {
  const all = starts.flatMap((start) => (ends.length === 0 ? [unknownPart] : ends).map((end) => start + end));
  return all.length > most ? [`${starts[0]}${unknownPart}`] : all;
}
