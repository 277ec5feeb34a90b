// Marks what the top level of a module computes as free of side effects. All packages have `"sideEffects": false`, but
// bundlers apply that to whole files. In a file of many modules they keep each variable whose value they cannot prove to be
// free of side effects, with everything that it mentions.
import type { Plugin, RolldownMagicString } from 'rolldown';
import type { ESTree } from 'rolldown/utils';

const mark = '/* @__PURE__ */ ';

export function pureInitializers(): Plugin {
  return {
    name: 'pure-initializers',
    transform: {
      filter: { id: /\.tsx?$/ },
      handler(code, id, { magicString }) {
        if (magicString === undefined) throw new Error('The option nativeMagicString is off.');
        const { body } = this.parse(code, { lang: id.endsWith('x') ? 'tsx' : 'ts' });
        for (const statement of body) markStatement(statement, magicString);
        return magicString.hasChanged() ? { code: magicString } : null;
      },
    },
  };
}

function markStatement(statement: ESTree.Statement | ESTree.Directive, code: RolldownMagicString): void {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type === 'ClassDeclaration' && !isPureClass(declaration)) {
    const name = declaration.id?.name;
    code.appendLeft(declaration.start, `const ${name} = ${mark}(() => { `);
    code.appendRight(declaration.end, ` return ${name}; })();`);
  }
  if (declaration?.type !== 'VariableDeclaration') return;
  for (const { init } of declaration.declarations) {
    if (init === null || isPure(init)) continue;
    if (isMarkable(init)) {
      code.appendLeft(init.start, mark);
    } else {
      // Bundlers remove the whole call, or put its result in place of it.
      code.appendLeft(init.start, `${mark}(() => (`);
      code.appendRight(init.end, '))()');
    }
  }
}

function isPureClass({ superClass, body }: ESTree.Class): boolean {
  const isPureMember = (member: ESTree.ClassElement): boolean =>
    member.type === 'PropertyDefinition' ? !member.static || isPure(member.value) : member.type !== 'StaticBlock';
  return isPure(superClass) && body.body.every(isPureMember);
}

/** Whether a bundler sees that an expression has no side effects. */
function isPure(node: ESTree.Node | null): boolean {
  switch (node?.type) {
    case undefined:
    case 'Literal':
    case 'Identifier':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true;
    case 'ClassExpression':
      return isPureClass(node);
    case 'ArrayExpression':
      return node.elements.every(isPure);
    case 'ObjectExpression':
      return node.properties.every((each) => each.type === 'Property' && !each.computed && isPure(each.value));
    case 'TemplateLiteral':
      return node.expressions.length === 0;
    case 'UnaryExpression':
      return isPure(node.argument);
    case 'BinaryExpression':
      return isNumber(node);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return isPure(node.expression);
    default:
      return false;
  }
}

function isNumber(node: ESTree.Node): boolean {
  return (
    (node.type === 'Literal' && typeof node.value === 'number') ||
    (node.type === 'BinaryExpression' && '+-*/'.includes(node.operator) && isNumber(node.left) && isNumber(node.right))
  );
}

/** Whether an expression is one call with simple arguments, so that a mark before it covers all of it. */
function isMarkable(node: ESTree.Expression): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const { callee } = node;
  const isName = callee.type === 'Identifier' || (callee.type === 'MemberExpression' && isPure(callee.object));
  return isName && node.arguments.every((each) => each.type !== 'SpreadElement' && isPure(each));
}
