// Finds assertions that can never fail a test, from the text of a test file.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
  CallExpression,
  Expression,
  Node,
  SourceFile,
} from '../generate/node_modules/typescript/lib/typescript.js';
import { repository } from '../workspace.ts';

// The generator's TypeScript: the one at the root has no JavaScript API.
const ts: typeof import('../generate/node_modules/typescript/lib/typescript.js') = createRequire(
  join(repository, 'scripts', 'generate', 'package.json'),
)('typescript');

/** The faults of a test file, each with the line it is on. */
export function findIdleAssertions(path: string, text: string): readonly string[] {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const mocks = listOuterMocks(file);
  const faults: string[] = [];
  visit(file, (node) => {
    const fault =
      faultOf(node) ?? (isReadAfterAll(node, mocks) ? 'vitest has cleared this mock: use an array' : undefined);
    if (fault === undefined) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    faults.push(`${path}:${line + 1} ${fault}`);
  });
  return faults;
}

function faultOf(node: Node): string | undefined {
  if (ts.isExpressionStatement(node)) {
    const expression = ts.isVoidExpression(node.expression) ? node.expression.expression : node.expression;
    const chain = chainOf(expression);
    if (chain?.root !== 'expect') return undefined;
    if (!ts.isCallExpression(expression)) return 'the matcher is not called';
    if (chain.names.length === 0) return '`expect` has no matcher';
    if (chain.names.some((name) => ['rejects', 'resolves', 'poll'].includes(name)))
      return 'the assertion is not awaited';
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const chain = chainOf(node);
    if (chain?.root !== 'expect' || chain.first === undefined) return undefined;
    const [actual] = chain.first.arguments;
    if (actual === undefined) return undefined;
    const isThrow = node.expression.name.text.startsWith('toThrow') && !chain.names.includes('rejects');
    if (isThrow && isAsync(actual)) return 'an async function never throws: write `.rejects`';
  }
  return undefined;
}

interface Chain {
  readonly root: string;
  readonly names: readonly string[];
  /** The innermost call: `expect(…)`. */
  readonly first: CallExpression | undefined;
}

/** Reads `expect(x).not.toBe(y)` as root `expect` and the names `toBe`, `not`. */
function chainOf(expression: Expression): Chain | undefined {
  const names: string[] = [];
  let first: CallExpression | undefined;
  let inner = expression;
  for (;;) {
    if (ts.isIdentifier(inner)) return { root: inner.text, names, first };
    if (ts.isCallExpression(inner)) [first, inner] = [inner, inner.expression];
    else if (ts.isPropertyAccessExpression(inner)) {
      names.push(inner.name.text);
      inner = inner.expression;
    } else return undefined;
  }
}

/** The names of `vi.fn()` and `vi.spyOn()` that are created outside of tests and hooks. */
function listOuterMocks(file: SourceFile): ReadonlySet<string> {
  const mocks = new Set<string>();
  visit(file, (node) => {
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined || !ts.isIdentifier(node.name)) return;
    if (chainOf(node.initializer)?.root === 'vi' && !isInside(node, ['test', 'it', 'beforeEach']))
      mocks.add(node.name.text);
  });
  return mocks;
}

function isReadAfterAll(node: Node, mocks: ReadonlySet<string>): boolean {
  return ts.isIdentifier(node) && mocks.has(node.text) && isInside(node, ['afterAll']);
}

function isInside(node: Node, functions: readonly string[]): boolean {
  for (let outer = node.parent; outer !== undefined; outer = outer.parent) {
    if (ts.isCallExpression(outer) && functions.includes(chainOf(outer)?.root ?? '')) return true;
  }
  return false;
}

function isAsync(node: Node): boolean {
  const isFunction = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  return isFunction && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
