// Writes one class per resource. Its methods only describe a request as data and pass it to the transport.
import { docComment, heading } from './doc-comment.ts';
import type { Field, Operation } from './operations.ts';
import { bagsOf, hasBodyBags, type ItemType, paramsSource, type TypeNames } from './type-names.ts';
import { camelCase, pascalCase } from './words.ts';

export interface Resource {
  readonly name: string;
  readonly doc: string;
  readonly operations: readonly Operation[];
  readonly types: TypeNames;
}

/** Writes the file of a resource, such as `generated/users.ts`. */
export function writeResource(resource: Resource): string {
  const { name, doc, operations, types } = resource;
  const body = `${writeDeclarations(resource).join('\n')}
${docComment(doc)}export class ${pascalCase(name)}${isGeneric(resource) ? typeParameter : ''} {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

${operations.map((operation) => writeMethod(operation, types)).join('\n')}}
`;
  return `${heading}${writeImports(body)}\n${body}`;
}

/** Writes `generated/resources.ts`, which lists all resources. */
export function writeResources(resources: readonly Resource[]): string {
  const names = resources.map(({ name }) => name);
  const typeOf = (resource: Resource) => pascalCase(resource.name) + (isGeneric(resource) ? '<M>' : '');
  // The compiler accepts an unused type parameter if its name begins with `_`.
  const parameter = resources.some(isGeneric) ? typeParameter : typeParameter.replace('M', '_M');
  return `${heading}import type { MetadataTypes } from '../metadata-types.ts';
import type { Send } from '../operation.ts';
${names.map((name) => `import { ${pascalCase(name)} } from './${fileOf(name)}.ts';`).join('\n')}

${names.map((name) => `export type * from './${fileOf(name)}.ts';`).join('\n')}

/** All resources of the API. */
export interface Resources${parameter} {
${resources.map((each) => `${docComment(each.doc, '  ')}  readonly ${each.name}: ${typeOf(each)};`).join('\n')}
}

export function createResources${typeParameter}(send: Send): Resources<M> {
  return {
${names.map((name) => `    ${name}: new ${pascalCase(name)}(send),`).join('\n')}
  };
}
`;
}

/** The types of an app's own metadata. Without a type argument, metadata is any JSON object. */
const typeParameter = '<M extends MetadataTypes = MetadataTypes>';

/** Whether a resource reads or writes metadata. */
function isGeneric({ operations, types }: Resource): boolean {
  return operations.some(hasBodyBags) || types.items.some(({ metadataOwner }) => metadataOwner !== undefined);
}

/** The names of all types that a resource's file exports, including its class. */
export function exportedNames({ name, operations, types }: Resource): readonly string[] {
  const params = operations.filter(takesParams).map((operation) => types.params(operation));
  return [pascalCase(name), ...types.items.map((item) => item.name), ...params];
}

/** The file name for a resource, without `.ts`: `allowed-origins` for `allowedOrigins`. */
export function fileOf(resource: string): string {
  return resource.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The operation id that is passed to @hey-api/openapi-ts, which names the types in wire.ts after it. */
export function operationId({ resource, name }: Pick<Operation, 'resource' | 'name'>): string {
  return `${resource}${pascalCase(name)}`;
}

/** Whether a method returns a `PagePromise`. */
function isPaged({ query, answer }: Operation): boolean {
  return answer === 'page' && query.some(({ name }) => name === 'cursor');
}

export function takesParams({ query, body }: Operation): boolean {
  return query.length > 0 || body !== undefined;
}

/** The type that a method returns: `Call<User>`, `PagePromise<User>`. */
export function resultOf(operation: Operation, types: TypeNames, item: string = types.item(operation)): string {
  return isPaged(operation) ? `PagePromise<${item}>` : `Call<${types.answer(operation, item)}>`;
}

interface Guard {
  readonly name: string;
  /** The fields that it throws for. `undefined` for a guard of the transport. */
  readonly fields: readonly string[] | undefined;
}

/** The guard that makes the promise of a method throw if a field is read from it without `await`. */
function guardOf(operation: Operation, types: TypeNames): Guard | undefined {
  const { answer, itemFields } = operation;
  const item = types.item(operation);
  // A `PagePromise` guards itself.
  if (isPaged(operation)) return undefined;
  if (answer === 'list') return { name: 'guardList', fields: undefined };
  if (answer === 'page') return { name: `guard${item}Page`, fields: ['items', 'nextCursor', 'hasMore'] };
  return itemFields.length > 0 ? { name: `guard${item}`, fields: itemFields } : undefined;
}

function writeGuards({ operations, types }: Resource): readonly string[] {
  const guards = operations.flatMap((operation) => {
    const { name = '', fields } = guardOf(operation, types) ?? {};
    if (fields === undefined) return [];
    const parts = fields.map((field) => `${keyText(field)}: true`);
    const start = `const ${name}: AwaitGuard = createAwaitGuard({`;
    const line = `${start} ${parts.join(', ')} });\n`;
    return line.length <= 121 ? line : `${start}\n${parts.map((part) => `  ${part},\n`).join('')}});\n`;
  });
  return [...new Set(guards)];
}

function writeDeclarations(resource: Resource): readonly string[] {
  const { name: own, operations, types } = resource;
  return [
    ...types.items.map(writeItem),
    ...operations.flatMap((operation) => {
      const source = paramsSource(operation);
      const doc = docComment(`Parameters of \`client.${own}.${operation.name}\`.`);
      const params = types.params(operation) + (hasBodyBags(operation) ? typeParameter : '');
      return source === undefined ? [] : [`${doc}export type ${params} = ${source};\n`];
    }),
    ...writeGuards(resource),
  ];
}

// An interface if possible. If it were an alias, an app's declarations would name the type in wire.ts, which no entry point exports, and
// `export const user = await torii.users.get(id)` would fail with TS2742.
function writeItem({ name, doc, source: wire, isRecord, metadataOwner }: ItemType): string {
  const own = name + (metadataOwner === undefined ? '' : typeParameter);
  const source = metadataOwner === undefined ? wire : `WithBags<${wire}, ${bagsOf(metadataOwner)}>`;
  if (!isRecord) return `${docComment(doc)}export type ${own} = ${source};\n`;
  if (metadataOwner !== undefined || !wire.includes('['))
    return `${docComment(doc)}export interface ${own} extends ${source} {}\n`;
  return `type Wire${name} = ${wire};\n\n${docComment(doc)}export interface ${name} extends Wire${name} {}\n`;
}

function writeMethod(operation: Operation, types: TypeNames): string {
  const refusals = operation.refusals.map(({ status, doc }) =>
    // The client turns a 401 into a ToriiConfigError: see docs/decisions/api-errors.md.
    String(status) === '401'
      ? '@throws ToriiConfigError `secretKey` if the API refuses the secret key.'
      : `@throws ToriiApiError ${status}: ${doc}`,
  );
  const parameters = operation.parameters.map(({ name, doc }) => `@param ${camelCase(name)} ${doc}`.trimEnd());
  const done =
    operation.doneStatus === undefined
      ? []
      : [
          '',
          `A ${operation.doneStatus} counts as success if an earlier attempt of the same call may have been carried out. A ${operation.doneStatus} on the first attempt throws.`,
        ];
  const doc = [
    operation.doc,
    ...done,
    ...describeRevoked(operation),
    '',
    ...parameters,
    ...refusals,
    ...describeUnannounced(operation),
  ].join('\n');
  const signature = writeSignature(operation, types);
  return `${docComment(doc, '  ')}  ${operation.name}(${signature}): ${resultOf(operation, types, types.typedItem(operation))} {
    ${writeCall(isPaged(operation) ? ['listPages', 'this.#send'] : ['this.#send'], describe(operation, types))}
  }
`;
}

function describeRevoked({ revokes }: Operation): readonly string[] {
  if (revokes === undefined) return [];
  const what = {
    user: 'the tokens of the user are revoked before the request and after it.',
    sessions: 'the tokens of the user are revoked after the request.',
    session:
      'every token of the user is revoked after the request, because tokens do not name their session. `announceSessions: false` prevents that.',
  };
  return ['', `If the client has \`revocations\`, ${what[revokes]}`];
}

function describeUnannounced({ revokes }: Operation): readonly string[] {
  const doc = '@throws ToriiRevocationError if it succeeded but could not be announced. `announce()` tries that again.';
  return revokes === undefined ? [] : [doc];
}

function writeSignature(operation: Operation, types: TypeNames): string {
  const ids = operation.parameters.map(({ name }) => `${camelCase(name)}: string`);
  const params = `params: ${types.params(operation)}${hasBodyBags(operation) ? '<M>' : ''}${operation.needsInput ? '' : ' = {}'}`;
  return [...ids, ...(takesParams(operation) ? [params] : []), 'options?: RequestOptions'].join(', ');
}

function describe(operation: Operation, types: TypeNames): readonly string[] {
  const guard = guardOf(operation, types);
  const { method, path, parameters, query, body } = operation;
  return [
    `method: '${method}'`,
    `path: '${path}'`,
    ...(parameters.length > 0
      ? [`pathParams: { ${parameters.map(({ name }) => writeParameter(name)).join(', ')} }`]
      : []),
    ...(takesParams(operation) ? ['input: params'] : []),
    ...(query.length > 0 ? [`query: ${writeRules(query)}`] : []),
    ...(body === 'raw' ? ["body: 'raw'"] : body === undefined ? [] : [`body: ${writeRules(body)}`]),
    ...writeDefaults(body),
    ...(operation.isOpenBody ? ['isOpenBody: true'] : []),
    ...(hasBodyBags(operation) && operation.metadataOwner === 'user' ? ['sharesBudget: true'] : []),
    ...(operation.isRepeatable && method === 'POST' ? ['isRepeatable: true'] : []),
    ...(operation.doneStatus === undefined ? [] : [`doneStatus: ${operation.doneStatus}`]),
    ...writeRevoked(operation),
    `answer: '${answerKindOf(operation)}'`,
    ...(operation.isSecretAnswer ? ['isSecretAnswer: true'] : []),
    ...(guard === undefined ? [] : [`guard: ${guard.name}`]),
  ];
}

function writeRevoked({ revokes, parameters: [user] }: Operation): readonly string[] {
  if (revokes === undefined || user === undefined) return [];
  return [
    `revokes: { what: '${revokes}', userId${camelCase(user.name) === 'userId' ? '' : `: ${camelCase(user.name)}`} }`,
  ];
}

// Without an id, there is less to check. The response of a DELETE may be empty, whatever the specification says.
function answerKindOf({ answer, hasId, method }: Operation): string {
  if (hasId || !/^(object|list)$/.test(answer)) return answer;
  return answer === 'object' && method !== 'DELETE' ? 'record' : 'value';
}

function writeCall([name, ...first]: readonly string[], parts: readonly string[]): string {
  const start = first.map((text) => `${text}, `).join('');
  const line = `return ${name}(${start}{ ${parts.join(', ')} }, options);`;
  if (line.length <= 116) return line;
  const lines = [...first, `{\n${parts.map((part) => `        ${part},\n`).join('')}      }`, 'options'];
  return `return ${name}(\n${lines.map((text) => `      ${text},\n`).join('')}    );`;
}

function writeRules(fields: readonly Field[]): string {
  const texts = fields.map(({ name, rule }) => {
    return `${keyText(name)}: ${typeof rule === 'string' ? `'${rule}'` : `{ maxItems: ${rule.maxItems} }`}`;
  });
  return `{ ${texts.join(', ')} }`;
}

function writeDefaults(body: Operation['body']): readonly string[] {
  const fields: readonly Field[] = Array.isArray(body) ? body : [];
  const parts = fields.flatMap(({ name, defaultValue }) =>
    defaultValue === undefined ? [] : [`${keyText(name)}: ${JSON.stringify(defaultValue)}`],
  );
  return parts.length === 0 ? [] : [`defaults: { ${parts.join(', ')} }`];
}

function writeParameter(name: string): string {
  return camelCase(name) === name ? name : `${keyText(name)}: ${camelCase(name)}`;
}

function keyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function writeImports(body: string): string {
  const wanted = [
    ['AwaitGuard', '@torii/core/internal', true],
    ['createAwaitGuard', '@torii/core/internal', false],
    ['guardList', '../await-guards.ts', false],
    ['Body', '../fields.ts', true],
    ['Changes', '../fields.ts', true],
    ['Query', '../fields.ts', true],
    ['InvitationBags', '../metadata-types.ts', true],
    ['MembershipBags', '../metadata-types.ts', true],
    ['MetadataTypes', '../metadata-types.ts', true],
    ['OrganizationBags', '../metadata-types.ts', true],
    ['UserBags', '../metadata-types.ts', true],
    ['WithBags', '../metadata-types.ts', true],
    ['Call', '../operation.ts', true],
    ['RequestOptions', '../operation.ts', true],
    ['Send', '../operation.ts', true],
    ['Page', '../pages.ts', true],
    ['PagePromise', '../pages.ts', true],
    ['listPages', '../pages.ts', false],
  ] as const;
  const used = wanted.filter(([name]) => new RegExp(`\\b${name}\\b[<(;,)]|(?::| extends) ${name}\\b`).test(body));
  const lines = [...Map.groupBy(used, ([, file]) => file)].map(([file, names]) => {
    const isTypes = names.every(([, , isType]) => isType);
    const list = names.map(([name, , isType]) => (isType && !isTypes ? `type ${name}` : name)).join(', ');
    return `import ${isTypes ? 'type ' : ''}{ ${list} } from '${file}';\n`;
  });
  return `${lines.join('')}${body.includes('wire.') ? "import type * as wire from './wire.ts';\n" : ''}`;
}
