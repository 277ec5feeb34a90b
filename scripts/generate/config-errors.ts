import { relative } from 'node:path';
import ts from 'typescript';
import { repository } from '../workspace.ts';
import { functionOf } from './function-nodes.ts';
import { type Scope, SymbolicTexts, unknownPart } from './symbolic-text.ts';

/** A ToriiConfigError, or an EmulatorError `option_invalid`, that the sources can throw. */
export interface ConfigError {
  readonly option: string;
  readonly message: string;
  /** The file that names the option, from the root of the repository. */
  readonly file: string;
}

export interface ConfigErrors {
  readonly errors: readonly ConfigError[];
  /** The places that create an error for an option whose name this program could not find. */
  readonly unresolved: readonly string[];
}

const longestChain = 8;

/** Functions that report unknown or unreadable options. The name comes from the user's object, not from the sources. */
const namedByCaller: ReadonlySet<string> = new Set(['unknownName', 'misplacedOption', 'readKnownOptions']);

/**
 * Finds each `new ToriiConfigError(option, message)` in the sources. If `option` is a parameter of the function, looks for its
 * values in the calls of that function.
 */
export function findConfigErrors(program: ts.Program, sources: readonly ts.SourceFile[]): ConfigErrors {
  const texts = new SymbolicTexts(program.getTypeChecker());
  const { created, calls } = collect(sources, texts);
  const errors: ConfigError[] = [];
  const unresolved = new Set<string>();
  for (const site of created) follow(site, site, new Map(), 0);
  return { errors, unresolved: [...unresolved].sort() };

  function follow(site: ts.NewExpression, at: ts.Node, scope: Scope, length: number): void {
    const [option, message] = site.arguments ?? [];
    if (option === undefined || message === undefined) return;
    const isEmulator = site.expression.getText() === 'EmulatorError';
    const names = isEmulator
      ? [...new Set(texts.textsOf(message, scope).map(namedOption))]
      : texts.textsOf(option, scope);
    // The emulator has the same error without an option. Skip it.
    if (isEmulator && names.includes('')) return;
    const isKnown = names.every((name) => !name.includes(unknownPart));
    const around = enclosingFunction(at);
    if (!isKnown && around?.name !== undefined && namedByCaller.has(around.name.getText())) return;
    const callers = isKnown || around === undefined || length > longestChain ? [] : (calls.get(around) ?? []);
    if (isKnown || callers.length === 0) {
      for (const name of names) {
        if (name === '') continue;
        if (name.includes(unknownPart)) unresolved.add(placeOf(at));
        else add(name, at, scope, message, option);
      }
      return;
    }
    for (const call of callers) {
      follow(site, call, texts.bind([...(around?.parameters ?? [])], [...call.arguments], scope), length + 1);
    }
  }

  function add(name: string, at: ts.Node, scope: Scope, message: ts.Expression, option: ts.Expression): void {
    // Now that the name is known, use it for every variable that holds it, to evaluate conditions such as `name === 'keys'`.
    const named = new Map(scope);
    for (let at: ts.Expression | undefined = option; at !== undefined && ts.isIdentifier(at); ) {
      const symbol = texts.symbolOf(at);
      if (symbol === undefined || named.get(symbol)?.pos === -1) break;
      at = scope.get(symbol);
      named.set(symbol, ts.factory.createStringLiteral(name));
    }
    const file = relative(repository, at.getSourceFile().fileName).replaceAll('\\', '/');
    for (const text of texts.textsOf(message, named)) {
      if (!text.startsWith('Option ') || namedOption(text) === name) errors.push({ option: name, message: text, file });
    }
  }
}

/** The option in a message of the emulator, such as `port` in `Option port must be …`. Empty if there is none. */
function namedOption(message: string): string {
  if (!message.startsWith('Option ') || message.includes(' does not exist. ')) return '';
  return /^Option (\w+) /.exec(message)?.[1] ?? unknownPart;
}

interface Collected {
  readonly created: readonly ts.NewExpression[];
  readonly calls: ReadonlyMap<ts.FunctionLikeDeclaration, readonly ts.CallExpression[]>;
}

function collect(sources: readonly ts.SourceFile[], texts: SymbolicTexts): Collected {
  const created: ts.NewExpression[] = [];
  const calls = new Map<ts.FunctionLikeDeclaration, ts.CallExpression[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && isAboutOption(node)) created.push(node);
    // Skips methods of other objects, because finding their types would take most of the time.
    const name = ts.isCallExpression(node) ? calledName(node.expression) : undefined;
    const called = name === undefined ? undefined : functionOf(texts.symbolOf(name)?.valueDeclaration);
    if (called !== undefined) calls.set(called, [...(calls.get(called) ?? []), node as ts.CallExpression]);
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(source);
  return { created, calls };
}

function isAboutOption({ expression, arguments: given }: ts.NewExpression): boolean {
  const name = expression.getText();
  return name === 'ToriiConfigError' || (name === 'EmulatorError' && given?.[0]?.getText() === "'option_invalid'");
}

/** The name of the called function: `read` in `read()` and in `this.read()`. */
function calledName(called: ts.Expression): ts.Node | undefined {
  if (ts.isIdentifier(called)) return called;
  const isOwn = ts.isPropertyAccessExpression(called) && called.expression.kind === ts.SyntaxKind.ThisKeyword;
  return isOwn ? called.name : undefined;
}

/** The named function around a node. */
function enclosingFunction(node: ts.Node): ts.FunctionLikeDeclaration | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return at;
    if (ts.isVariableDeclaration(at) && functionOf(at) !== undefined) return functionOf(at);
  }
  return undefined;
}

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(repository, file.fileName)}:${line + 1}`;
}
