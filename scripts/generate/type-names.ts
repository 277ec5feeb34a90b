// The public names of types: made from the names of methods, which stay, and never from those of schemas, which do not.
import type { Operation } from './operations.ts';
import { pascalCase, singular } from './words.ts';

export class TypeNames {
  /** What the resource's file exports beside its class. */
  readonly declarations: readonly string[];
  readonly #entity: { readonly name: string; readonly schema: string } | undefined;

  constructor(resource: string, operations: readonly Operation[]) {
    const declarations: string[] = [];
    const source = findEntity(operations);
    if (source?.itemSchema !== undefined) {
      // One of many is called like one: `User`. A resource that is one already needs another name than its class.
      const name = pascalCase(singular(resource));
      this.#entity = {
        name: name === pascalCase(resource) ? `${name}Data` : name,
        schema: JSON.stringify(source.itemSchema),
      };
      declarations.push(
        `${source.itemDoc && `/** ${source.itemDoc} */\n`}export type ${this.#entity.name} = ${itemType(source)};\n`,
      );
    }
    for (const operation of operations) {
      const { resource, name } = operation;
      const input = inputType(operation);
      if (input !== undefined) {
        declarations.push(
          `/** What \`${resource}.${name}\` takes. */\nexport type ${this.input(operation)} = ${input};\n`,
        );
      }
      if (this.item(operation) === ownName(operation)) {
        declarations.push(
          `/** What \`${resource}.${name}\` gives. */\nexport type ${ownName(operation)} = ${itemType(operation)};\n`,
        );
      }
    }
    this.declarations = declarations;
  }

  input(operation: Operation): string {
    return `${dataName(operation)}Input`;
  }

  /** What a method gives. */
  answer(operation: Operation): string {
    if (operation.answer === 'nothing') return 'void';
    const item = this.item(operation);
    if (operation.answer === 'page') return `Page<${item}>`;
    return operation.answer === 'list' ? `${item}[]` : item;
  }

  /** One of what it gives, where that is many. */
  item(operation: Operation): string {
    if (operation.answer === 'nothing') return 'void';
    const isEntity = JSON.stringify(operation.itemSchema) === this.#entity?.schema;
    return isEntity && this.#entity !== undefined ? this.#entity.name : ownName(operation);
  }
}

function findEntity(operations: readonly Operation[]): Operation | undefined {
  // Only a schema with a name of its own can be recognised elsewhere.
  const named = operations.filter(({ itemSchema }) => itemSchema !== undefined && '$ref' in itemSchema);
  const order = ['get', 'create', 'list'];
  const rank = ({ name }: Operation) =>
    (order.findIndex((start) => name.startsWith(start)) + order.length + 1) % (order.length + 1);
  return named.toSorted((a, b) => rank(a) - rank(b))[0];
}

function inputType(operation: Operation): string | undefined {
  const { query, body, method, resource, name } = operation;
  if (body === 'raw' && query.length > 0) {
    throw new Error(
      `${resource}.${name} has a query and a body without named fields: there is no flat way to give both.`,
    );
  }
  const data = `wire.${dataName(operation)}Data`;
  if (body === 'raw') return `NonNullable<${data}['body']>`;
  const parts = [
    ...(query.length > 0 ? [`Query<${data}['query']>`] : []),
    ...(body === undefined ? [] : [`${method === 'PATCH' ? 'Changes' : 'Body'}<${data}['body']>`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' & ');
}

function itemType(operation: Operation): string {
  const response = `wire.${dataName(operation)}Response`;
  if (operation.answer === 'page') return `${response}['items'][number]`;
  return operation.answer === 'list' ? `${response}[number]` : response;
}

function ownName(operation: Operation): string {
  return `${dataName(operation)}Response`;
}

function dataName({ resource, name }: Pick<Operation, 'resource' | 'name'>): string {
  return pascalCase(resource) + pascalCase(name);
}
