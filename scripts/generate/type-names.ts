// Names public types after methods, never after schemas: the server's developers rename schemas.
import type { JsonObject } from '../../spec/corrections.ts';
import { keyOf } from './endpoint-key.ts';
import { type MetadataOwner, typeNames } from './exceptions.ts';
import type { Operation } from './operations.ts';
import { camelCase, pascalCase, singular } from './words.ts';

/** A type that methods return, one at a time or in a page or list. */
export interface ItemType {
  readonly name: string;
  readonly doc: string;
  readonly schema: JsonObject;
  /** `true` for a thing such as `User`, `false` for a type that is only the response of one method. */
  readonly isEntity: boolean;
  /** Whether an interface can extend the type. */
  readonly isRecord: boolean;
  /** The TypeScript of the type, in terms of wire.ts. */
  readonly source: string;
  /** Whose bags of metadata the type has. `undefined` if it has none. */
  readonly metadataOwner: MetadataOwner | undefined;
}

/** The names of the types of one resource. */
export class TypeNames {
  readonly items: readonly ItemType[];
  readonly #byOperation: ReadonlyMap<Operation, ItemType>;

  constructor(resource: string, operations: readonly Operation[]) {
    const main = findMain(operations);
    const groups = groupByType(operations.filter(({ answer }) => answer !== 'nothing'));
    const fixed = fixedNames(groups);
    const items = groups.map((group): readonly [ItemType, readonly Operation[]] => {
      const isMain = main !== undefined && group.includes(main);
      const source = isMain ? main : (group.toSorted(by('list', 'get', 'create'))[0] as Operation);
      const { itemSchema: schema = {}, itemDoc: doc } = source;
      const [exception] = fixed.get(group) ?? [];
      const noun = exception ?? (isMain ? mainNoun(resource, source) : nounOf(resource, source));
      return [
        {
          name: noun ?? answerName(resource, source),
          doc: doc || (noun === undefined ? `Result of \`client.${resource}.${source.name}\`.` : ''),
          schema,
          isEntity: noun !== undefined && '$ref' in schema,
          isRecord: source.isItemRecord,
          source: wireType(source),
          metadataOwner: source.hasItemBags ? source.metadataOwner : undefined,
        },
        group,
      ];
    });
    const names = items.map(([item]) => item.name);
    // Names of types that some versions of the specification do not tell apart.
    const aliases = items.flatMap(([item, group]) =>
      (fixed.get(group) ?? [])
        .filter((name) => !names.includes(name))
        .map((name): ItemType => ({ ...item, name, isRecord: false, source: item.name })),
    );
    this.items = [...items.map(([item]) => item), ...aliases];
    this.#byOperation = new Map(items.flatMap(([item, group]) => group.map((operation) => [operation, item])));
  }

  /** The type of a method's `params`: `UserListParams`. */
  params({ resource, name }: Operation): string {
    return `${pascalCase(singular(resource))}${pascalCase(name)}Params`;
  }

  /** The type of a method's result: `Page<User>`, `Session[]`, `void`. */
  answer(operation: Operation, item: string = this.item(operation)): string {
    if (operation.answer === 'page') return `Page<${item}>`;
    return operation.answer === 'list' ? `${item}[]` : item;
  }

  /** The type of an item of the result, or of the whole result if it is not a page or list. */
  item(operation: Operation): string {
    return this.#byOperation.get(operation)?.name ?? 'void';
  }

  /** The same with its type argument: `User<M>`. */
  typedItem(operation: Operation): string {
    return this.item(operation) + (this.#byOperation.get(operation)?.metadataOwner === undefined ? '' : '<M>');
  }
}

/** Two operations return the same type if they refer to the same named schema, or to equal ones. */
function groupByType(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  // Only operations that are known to: others may return different things that happen to have the same fields.
  const known = operations.filter((operation) => hasNamedSchema(operation) && keyOf(operation) in typeNames);
  const contents = new Map(known.map((operation) => [refOf(operation), operation.itemContent]));
  const groups = Map.groupBy(operations, (operation) =>
    hasNamedSchema(operation) ? (contents.get(refOf(operation)) ?? refOf(operation)) : operation.name,
  );
  return [...groups.values()];
}

function refOf({ itemSchema }: Operation): string {
  return String(itemSchema?.['$ref']);
}

/** The names from exceptions.ts. Each belongs to one group, that of the operation that is listed first. */
function fixedNames(groups: readonly (readonly Operation[])[]): ReadonlyMap<readonly Operation[], readonly string[]> {
  const found = new Map<readonly Operation[], string[]>();
  const owners = new Map<string, readonly Operation[]>();
  for (const [key, name] of Object.entries(typeNames)) {
    const owner = groups.find((group) => group.some((operation) => keyOf(operation) === key));
    if (owner !== undefined && !owners.has(name)) owners.set(name, owner);
  }
  for (const [name, owner] of owners) found.set(owner, [...(found.get(owner) ?? []), name].sort());
  return found;
}

/** The TypeScript of a method's `params`, in terms of wire.ts. `undefined` if the method has none. */
export function paramsSource(operation: Operation): string | undefined {
  const { query, body, method, resource, name } = operation;
  if (body === 'raw' && query.length > 0) {
    throw new Error(
      `${resource}.${name} has query parameters and a body without named fields, so they cannot be combined into one \`params\`.`,
    );
  }
  const data = `wire.${wireName(operation)}Data`;
  if (body === 'raw') return `NonNullable<${data}['body']>`;
  const bags = hasBodyBags(operation) ? `, ${bagsOf(operation.metadataOwner)}` : '';
  const parts = [
    ...(query.length > 0 ? [`Query<${data}['query']>`] : []),
    ...(body === undefined ? [] : [`${method === 'PATCH' ? 'Changes' : 'Body'}<${data}['body']${bags}>`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' & ');
}

/** Whether the body has bags of metadata with a type that the user of the client can choose. */
export function hasBodyBags({ body, metadataOwner }: Operation): boolean {
  return metadataOwner !== undefined && Array.isArray(body) && body.some(({ rule }) => rule === 'bag');
}

/** The bags of an owner, in terms of metadata-types.ts: `UserBags<M>`. */
export function bagsOf(owner: MetadataOwner | undefined): string {
  return `${pascalCase(owner ?? '')}Bags<M>`;
}

/** The operation that returns the thing after which the resource is named, such as a user. */
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

/**
 * `User` for an item of the collection `users`. A resource that exists only once gets the suffix `Data`, because the
 * plain name is that of its class.
 */
function mainNoun(resource: string, { answer, method, path }: Operation): string {
  const isOneOfMany = /^(page|list)$/.test(answer) || method === 'POST' || path.endsWith('}');
  const noun = pascalCase(isOneOfMany ? singular(resource) : resource);
  return noun === pascalCase(resource) ? `${noun}Data` : noun;
}

/** `organizations.listMembers` returns items of type `OrganizationMember`. */
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
