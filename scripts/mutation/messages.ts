// A Stryker plugin that leaves texts for people unmutated: their wording is no promise. Codes, reasons, the names of
// options, headers and claims are mutated.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** A node of Babel's syntax tree. */
interface SyntaxNode {
  readonly type: string;
  readonly name?: string;
  readonly id?: SyntaxNode | null;
  readonly key?: SyntaxNode;
  readonly callee?: SyntaxNode;
  readonly arguments?: readonly SyntaxNode[];
}

interface SyntaxPath {
  readonly node: SyntaxNode;
  readonly parentPath: SyntaxPath | null;
}

/** The positions of the arguments that are texts for people. */
const textArguments: Readonly<Record<string, readonly number[]>> = {
  Error: [0],
  KeySetError: [0],
  TimeLimitError: [0],
  TypeError: [0],
  ToriiAuthError: [1],
  ToriiConfigError: [1],
  ToriiForbiddenError: [0],
  ToriiRequestError: [0],
  ToriiUnavailableError: [1],
  assertOption: [2],
  fail: [0, 1],
  forbid: [0, 1],
  ignored: [1],
  listOrigins: [2],
  listTexts: [2],
  malformed: [0],
  noteOn: [0],
  pass: [0],
  readClaimNames: [2],
  readHttpName: [2],
  readKnownOptions: [2],
  readList: [2, 3],
  readLiteralPath: [2],
  readPattern: [2],
  readText: [2],
  readTexts: [2],
  refusal: [1],
  refuse: [0, 1],
  unknownKey: [1],
  wrongOption: [1],
  wrongValue: [1, 3],
};

/** Variables and properties that hold a text for people. */
const textNames: ReadonlySet<string> = new Set([
  'anotherTenant',
  'because',
  'example',
  'hint',
  'kind',
  'message',
  'noTenant',
  'problem',
  'refusal',
  'remedy',
  'text',
  'unreadable',
]);

/** Functions that return the text of a problem, or `undefined`. */
const textFunctions = /^(?:problemOf|describe|readAnswer$)/;

const joining: ReadonlySet<string> = new Set([
  'BinaryExpression',
  'ConditionalExpression',
  'LogicalExpression',
  'TemplateLiteral',
]);

export const strykerPlugins: readonly unknown[] = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore: (path) => (isTextForPeople(path as SyntaxPath) ? 'The wording of a text is no promise.' : undefined),
  }),
];

function isTextForPeople(path: SyntaxPath): boolean {
  if (path.node.type !== 'StringLiteral' && path.node.type !== 'TemplateLiteral') return false;
  let [part, whole] = [path, path.parentPath];
  while (whole !== null && joining.has(whole.node.type)) [part, whole] = [whole, whole.parentPath];
  if (whole === null) return false;
  const { node } = whole;
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression': {
      const position = node.arguments?.indexOf(part.node) ?? -1;
      return textArguments[node.callee?.name ?? '']?.includes(position) ?? false;
    }
    case 'VariableDeclarator':
      return textNames.has(node.id?.name ?? '');
    case 'ObjectProperty':
      return textNames.has(node.key?.name ?? '');
    case 'ReturnStatement':
      return textFunctions.test(nameOfFunction(whole) ?? '');
    default:
      return false;
  }
}

function nameOfFunction(path: SyntaxPath): string | undefined {
  for (let up: SyntaxPath | null = path; up !== null; up = up.parentPath) {
    if (up.node.type === 'FunctionDeclaration') return up.node.id?.name;
  }
  return undefined;
}
