// The public names of types: made from the names of methods, which stay, and never from those of schemas, which do not.
import type { JsonObject } from '../../spec/corrections.ts';
import type { Operation } from './operations.ts';
import { camelCase, pascalCase, singular } from './words.ts';

/** A type that methods give, alone or many of them. */
export interface ItemType {
  readonly name: string;
  readonly doc: string;
  readonly schema: JsonObject;
  /** Whether it is a thing with a name of its own, such as `User`, and not just what one method answers. */
  readonly isEntity: boolean;
  /** The type as wire.ts has it. */
  readonly source: string;
}

/** The names of the types of one resource. */
export class TypeNames {
  readonly items: readonly ItemType[];
  readonly #byOperation: ReadonlyMap<Operation, ItemType>;

  constructor(resource: string, operations: readonly Operation[]) {
    const main = findMain(operations);
    const groups = Map.groupBy(
      operations.filter(({ answer }) => answer !== 'nothing'),
      // Only a schema with a name can be recognised elsewhere.
      (operation) => (hasNamedSchema(operation) ? JSON.stringify(operation.itemSchema) : operation.name),
    );
    const items = [...groups.values()].map((group): readonly [ItemType, readonly Operation[]] => {
      const isMain = main !== undefined && group.includes(main);
      const source = isMain ? main : (group.toSorted(by('list', 'get', 'create'))[0] as Operation);
      const { itemSchema: schema = {}, itemDoc: doc } = source;
      const noun = isMain ? mainNoun(resource, source) : nounOf(resource, source);
      return [
        {
          name: noun ?? answerName(resource, source),
          doc: doc || (noun === undefined ? `What \`${resource}.${source.name}\` gives.` : ''),
          schema,
          isEntity: noun !== undefined && '$ref' in schema,
          source: wireType(source),
        },
        group,
      ];
    });
    this.items = items.map(([item]) => item);
    this.#byOperation = new Map(items.flatMap(([item, group]) => group.map((operation) => [operation, item])));
  }

  /** What a method takes beside ids: `UserListParams`. */
  params({ resource, name }: Operation): string {
    return `${pascalCase(singular(resource))}${pascalCase(name)}Params`;
  }

  /** What a method's answer holds: `Page<User>`, `Session[]`, `void`. */
  answer(operation: Operation): string {
    const item = this.item(operation);
    if (operation.answer === 'page') return `Page<${item}>`;
    return operation.answer === 'list' ? `${item}[]` : item;
  }

  /** One of what it gives, if that is many. */
  item(operation: Operation): string {
    return this.#byOperation.get(operation)?.name ?? 'void';
  }
}

/** What a method takes beside ids, written with the types of wire.ts; undefined if it takes nothing. */
export function paramsSource(operation: Operation): string | undefined {
  const { query, body, method, resource, name } = operation;
  if (body === 'raw' && query.length > 0) {
    throw new Error(
      `${resource}.${name} has a query and a body without named fields: there is no flat way to give both.`,
    );
  }
  const data = `wire.${wireName(operation)}Data`;
  if (body === 'raw') return `NonNullable<${data}['body']>`;
  const parts = [
    ...(query.length > 0 ? [`Query<${data}['query']>`] : []),
    ...(body === undefined ? [] : [`${method === 'PATCH' ? 'Changes' : 'Body'}<${data}['body']>`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' & ');
}

/** The operation whose answer is the thing that the resource is called after. */
function findMain(operations: readonly Operation[]): Operation | undefined {
  return operations.filter(hasNamedSchema).toSorted(by('get', 'create', 'list'))[0];
}

function hasNamedSchema({ itemSchema }: Operation): boolean {
  return itemSchema !== undefined && '$ref' in itemSchema;
}

function by(...starts: readonly string[]): (a: Operation, b: Operation) => number {
  const rank = ({ name }: Operation) =>
    (starts.findIndex((start) => name.startsWith(start)) + starts.length + 1) % (starts.length + 1);
  return (a, b) => rank(a) - rank(b);
}

/** One of many users is a `User`. What there is only once needs another name than the class of its resource. */
function mainNoun(resource: string, { answer, method, path }: Operation): string {
  const isOneOfMany = /^(page|list)$/.test(answer) || method === 'POST' || path.endsWith('}');
  const noun = pascalCase(isOneOfMany ? singular(resource) : resource);
  return noun === pascalCase(resource) ? `${noun}Data` : noun;
}

/** `organizations.listMembers` gives an `OrganizationMember`. */
function nounOf(resource: string, { name }: Operation): string | undefined {
  const words = /^(?:list|get|create)((?!For[A-Z])[A-Z].*)$/.exec(name)?.[1];
  return words && pascalCase(singular(resource)) + pascalCase(singular(camelCase(words)));
}

function answerName(resource: string, { name, answer }: Operation): string {
  const isMany = /^(page|list)$/.test(answer);
  return `${pascalCase(singular(resource))}${pascalCase(name)}${isMany ? 'Item' : 'Response'}`;
}

function wireType(operation: Operation): string {
  const response = `wire.${wireName(operation)}Response`;
  if (operation.answer === 'page') return `${response}['items'][number]`;
  return operation.answer === 'list' ? `${response}[number]` : response;
}

function wireName({ resource, name }: Pick<Operation, 'resource' | 'name'>): string {
  return pascalCase(resource) + pascalCase(name);
}
