import ts from 'typescript';

/** A parameter of methods of the REST client. */
export interface ApiParameter {
  readonly name: string;
  /** The methods that take it, such as `client.users.list`. */
  readonly methods: readonly string[];
  /** Messages of the client's checks, without the name of the parameter. */
  readonly problems: readonly string[];
}

const wrongJson =
  'contains a value that JSON cannot express. Write only plain objects, lists without gaps, texts, finite numbers, true, false and null.';

const problemsOf: Readonly<Record<string, readonly string[]>> = {
  any: [wrongJson],
  count: ['must be a whole number from 1 to 9007199254740991.'],
  list: ['must be an array.', wrongJson],
  date: ['must be a date such as 1815-12-10.'],
  date_time: ['must be a date and time with a time zone, such as 2026-05-16T09:30:00Z.'],
  bag: [
    'must be a plain object. To remove a key, set the key to null.',
    'is too large: the metadata of a user, or of one other object, may have 8192 bytes as JSON.',
    'is not allowed as the name of a key (`__proto__`).',
  ],
  id: [
    'must be a string. Write the id alone, such as user.id.',
    'is empty, a dot segment, a token or a key, or an email address.',
  ],
};

/** Reads the parameters from the generated resources. */
export function readApiParameters(sources: readonly ts.SourceFile[]): readonly ApiParameter[] {
  const found = new Map<string, { methods: Set<string>; problems: Set<string> }>();
  const add = (name: string, method: string, problems: readonly string[]): void => {
    const parameter = found.get(name) ?? { methods: new Set(), problems: new Set() };
    parameter.methods.add(method);
    for (const problem of problems) parameter.problems.add(problem);
    found.set(name, parameter);
  };
  for (const source of sources) {
    const resource = /\/api\/src\/generated\/([\w-]+)\.ts$/.exec(source.fileName)?.[1];
    if (resource === undefined) continue;
    const name = resource.replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
    const visit = (node: ts.Node, method: string): void => {
      const inner = ts.isMethodDeclaration(node) ? `client.${name}.${node.name.getText()}` : method;
      if (ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.initializer)) {
        const kind = node.name.getText();
        for (const property of node.initializer.properties) {
          const field = property.name?.getText() ?? '';
          if (kind === 'pathParams') add(field, inner, problemsOf['id'] ?? []);
          else if ((kind === 'query' || kind === 'body') && ts.isPropertyAssignment(property))
            add(field, inner, problemsFor(property.initializer));
        }
      }
      ts.forEachChild(node, (child) => visit(child, inner));
    };
    visit(source, '');
  }
  return [...found].map(([name, { methods, problems }]) => ({ name, methods: [...methods], problems: [...problems] }));
}

function problemsFor(rule: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(rule)) return problemsOf[rule.text] ?? [];
  const limit = /maxItems: (\d+)/.exec(rule.getText())?.[1];
  return ['must be an array.', `must not have more than ${limit} items.`];
}
