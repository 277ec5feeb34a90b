// Writes one resource class. No method does more than hand a plain description to the transport.
import type { Field, Operation } from './operations.ts';
import { TypeNames } from './type-names.ts';
import { camelCase, pascalCase } from './words.ts';

const heading = '// Written by `npm run generate` from spec/. What is changed here by hand is lost.\n';

/** `generated/users.ts`. */
export function writeResource(resource: string, operations: readonly Operation[], doc: string): string {
  const types = new TypeNames(resource, operations);
  const methods = operations.flatMap((operation) => [
    writeMethod(operation, types),
    ...(isWalkable(operation) ? [writeIterate(operation, types)] : []),
  ]);
  const body = `${types.declarations.join('\n')}
${comment(doc, '')}export class ${pascalCase(resource)} {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

${methods.join('\n')}}
`;
  return `${heading}${writeImports(body)}\n${body}`;
}

/** `generated/resources.ts`: what the client is made of. */
export function writeResources(resources: ReadonlyMap<string, string>): string {
  const names = [...resources.keys()];
  return `${heading}import type { Send } from '../operation.ts';
${names.map((name) => `import { ${pascalCase(name)} } from './${fileOf(name)}.ts';`).join('\n')}

${names.map((name) => `export type * from './${fileOf(name)}.ts';`).join('\n')}

/** Every resource of the API. */
export interface Resources {
${names.map((name) => `${comment(resources.get(name) ?? '', '  ')}  readonly ${name}: ${pascalCase(name)};`).join('\n')}
}

export function createResources(send: Send): Resources {
  return {
${names.map((name) => `    ${name}: new ${pascalCase(name)}(send),`).join('\n')}
  };
}
`;
}

/** `allowedOrigins` stands in `allowed-origins.ts`. */
export function fileOf(resource: string): string {
  return resource.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What wire.ts calls an operation's types, since this is what the generator is told its id is. */
export function operationId({ resource, name }: Pick<Operation, 'resource' | 'name'>): string {
  return `${resource}${pascalCase(name)}`;
}

function isWalkable({ query, answer }: Operation): boolean {
  return answer === 'page' && query.some(({ name }) => name === 'cursor');
}

function takesInput({ query, body }: Operation): boolean {
  return query.length > 0 || body !== undefined;
}

function writeMethod(operation: Operation, types: TypeNames): string {
  const refusals = operation.refusals.map(({ status, doc }) => `@throws ToriiApiError ${status}: ${doc}`);
  const parameters = operation.parameters.map(({ name, doc }) => `@param ${camelCase(name)} ${doc}`.trimEnd());
  const done =
    operation.doneStatus === undefined
      ? []
      : [`A ${operation.doneStatus} after an attempt that may have arrived counts as done; a first one throws.`];
  const doc = [operation.doc, ...done, '', ...parameters, ...refusals].join('\n');
  return `${comment(doc, '  ')}  ${operation.name}(${signature(operation, types)}): Call<${types.answer(operation)}> {
    ${writeCall(describe(operation))}
  }
`;
}

function writeIterate(operation: Operation, types: TypeNames): string {
  const name = operation.name.startsWith('list')
    ? operation.name.replace('list', 'iterate')
    : `iterate${pascalCase(operation.name)}`;
  const ids = operation.parameters.map((parameter) => `${camelCase(parameter.name)}, `).join('');
  const doc = `The items of \`${operation.name}\`, page after page: pages are fetched as they are needed.`;
  return `${comment(doc, '  ')}  ${name}(${signature(operation, types)}): Pages<${types.item(operation)}> {
    return walkPages((cursor) => this.${operation.name}(${ids}{ ...input, cursor }, options), input.cursor, options?.signal);
  }
`;
}

function signature(operation: Operation, types: TypeNames): string {
  const ids = operation.parameters.map(({ name }) => `${camelCase(name)}: string`);
  const input = takesInput(operation) ? [`input: ${types.input(operation)}${operation.needsInput ? '' : ' = {}'}`] : [];
  return [...ids, ...input, 'options?: RequestOptions'].join(', ');
}

function describe(operation: Operation): readonly string[] {
  const { method, path, parameters, query, body } = operation;
  return [
    `method: '${method}'`,
    `path: '${path}'`,
    ...(parameters.length > 0 ? [`params: { ${parameters.map(({ name }) => writeParameter(name)).join(', ')} }`] : []),
    ...(takesInput(operation) ? ['input'] : []),
    ...(query.length > 0 ? [`query: ${writeRules(query)}`] : []),
    ...(body === 'raw' ? ["body: 'raw'"] : body === undefined ? [] : [`body: ${writeRules(body)}`]),
    ...(operation.isOpenBody ? ['isOpenBody: true'] : []),
    ...(operation.isRepeatable && method === 'POST' ? ['isRepeatable: true'] : []),
    ...(operation.doneStatus === undefined ? [] : [`doneStatus: ${operation.doneStatus}`]),
    `answer: '${/^(object|list)$/.test(operation.answer) && !operation.hasId ? 'value' : operation.answer}'`,
  ];
}

function writeCall(parts: readonly string[]): string {
  const line = `return this.#send({ ${parts.join(', ')} }, options);`;
  if (line.length <= 116) return line;
  return `return this.#send(\n      {\n${parts.map((part) => `        ${part},\n`).join('')}      },\n      options,\n    );`;
}

function writeRules(fields: readonly Field[]): string {
  return `{ ${fields.map(({ name, rule }) => `${keyText(name)}: '${rule}'`).join(', ')} }`;
}

function writeParameter(name: string): string {
  return camelCase(name) === name ? name : `${keyText(name)}: ${camelCase(name)}`;
}

function keyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function writeImports(body: string): string {
  const wanted = [
    ['Call', '../call.ts', true],
    ['Body', '../fields.ts', true],
    ['Changes', '../fields.ts', true],
    ['Query', '../fields.ts', true],
    ['RequestOptions', '../operation.ts', true],
    ['Send', '../operation.ts', true],
    ['Page', '../pages.ts', true],
    ['Pages', '../pages.ts', true],
    ['walkPages', '../pages.ts', false],
  ] as const;
  const used = wanted.filter(([name]) => new RegExp(`\\b${name}\\b[<(;,)]|: ${name}\\b`).test(body));
  const lines = [...Map.groupBy(used, ([, file]) => file)].map(([file, names]) => {
    const isTypes = names.every(([, , isType]) => isType);
    const list = names.map(([name, , isType]) => (isType && !isTypes ? `type ${name}` : name)).join(', ');
    return `import ${isTypes ? 'type ' : ''}{ ${list} } from '${file}';\n`;
  });
  return `${lines.join('')}${body.includes('wire.') ? "import type * as wire from './wire.ts';\n" : ''}`;
}

function comment(text: string, indent: string): string {
  const lines = text
    .trim()
    .replaceAll('*/', '* /')
    .split('\n')
    .flatMap((line) => wrap(line.trim(), 116 - indent.length));
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

function wrap(line: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of line.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
