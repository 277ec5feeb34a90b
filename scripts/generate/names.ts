// Names every operation after its HTTP method and path. Users write these names in their programs, so they must not
// depend on operation ids, tags or schema names, which the server's developers change.
import type { JsonObject } from '../../spec/corrections.ts';
import { keyOf, shorten } from './endpoint-key.ts';
import { names as exceptions } from './exceptions.ts';
import { answerSchema, type Endpoint, isList, isPage } from './openapi.ts';
import { camelCase, isPlural, pascalCase, singular } from './words.ts';

/** `client.users.ban` has the resource `users` and the name `ban`. */
export interface MethodName {
  readonly resource: string;
  readonly name: string;
}

interface Proposal extends MethodName {
  readonly endpoint: Endpoint;
  /** Appended to the name if an operation with a shorter path has the same name: `ForOrganization`. */
  readonly qualifier: string;
  readonly depth: number;
}

/** Names that would replace a member of the client or of a class, or make the client look like a promise. */
const taken = new Set(['request', 'constructor', 'then', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty']);

/** @throws Error if a path cannot be named, or if two operations would have the same name */
export function nameEndpoints(document: JsonObject, endpoints: readonly Endpoint[]): ReadonlyMap<Endpoint, MethodName> {
  const paths = new Paths(document, endpoints);
  const proposals = endpoints.map((endpoint) => propose(endpoint, paths));
  const chosen = new Map<string, Proposal>();
  // Shorter paths first, so that they get the shorter names.
  for (const proposal of proposals.toSorted((a, b) => a.depth - b.depth)) {
    const rival = chosen.get(fullName(proposal));
    const settled =
      rival !== undefined && rival.depth < proposal.depth
        ? { ...proposal, name: proposal.name + proposal.qualifier }
        : proposal;
    const clash = chosen.get(fullName(settled));
    if (clash !== undefined) {
      throw new Error(
        `Both ${keyOf(clash.endpoint)} and ${keyOf(settled.endpoint)} would be named \`${fullName(settled)}\`. ` +
          'Rename one of them in scripts/generate/exceptions.ts.',
      );
    }
    if (taken.has(settled.resource) || taken.has(settled.name)) throw unnameable(settled.endpoint);
    chosen.set(fullName(settled), settled);
  }
  return new Map(Array.from(chosen.values(), ({ endpoint, resource, name }) => [endpoint, { resource, name }]));
}

function fullName({ resource, name }: MethodName): string {
  return `${resource}.${name}`;
}

function propose(endpoint: Endpoint, paths: Paths): Proposal {
  const segments = shorten(endpoint.path).split('/').slice(1);
  const literal = /^[a-zA-Z][a-zA-Z\d]*([-_][a-zA-Z\d]+)*$/;
  const isNameable = segments.every((segment, index) =>
    segment === '{}' ? index > 0 && segments[index - 1] !== '{}' : literal.test(segment),
  );
  if (!isNameable) throw unnameable(endpoint);

  const exception = exceptions[keyOf(endpoint)]?.split('.');
  // Segments from `end` on follow the last id or collection, such as `ban` or `metadata`.
  let end = segments.length;
  while (end > 1 && segments[end - 1] !== '{}' && !paths.isCollection(segments.slice(0, end))) end--;
  const owner = segments.slice(0, end);
  const isItem = owner.at(-1) === '{}';
  const resource = owner.findLast((segment) => segment !== '{}') ?? '';
  const parent = owner.findLast((_segment, index) => index < owner.length - 2 && owner[index + 1] === '{}');
  const qualifier = parent === undefined ? '' : `For${pascalCase(singular(parent))}`;
  const words = segments.slice(end).map(pascalCase).join('');
  const rule = words === '' ? nameForMethod(endpoint, paths, owner) : nameForWords(endpoint, paths, segments, words);
  return {
    endpoint,
    resource: exception?.[0] ?? camelCase(resource),
    name: exception?.[1] ?? (isItem || rule.endsWith(qualifier) ? rule : rule + qualifier),
    qualifier,
    depth: exception === undefined ? segments.length : 0,
  };
}

function nameForMethod(endpoint: Endpoint, paths: Paths, owner: readonly string[]): string {
  const isAll = owner.at(-1) !== '{}' && paths.isCollection(owner);
  switch (endpoint.method) {
    case 'GET':
      return paths.answersMany(endpoint) ? 'list' : 'get';
    case 'POST':
      return isAll || owner.at(-1) !== '{}' ? 'create' : 'update';
    case 'PUT':
      return 'set';
    case 'PATCH':
      return isAll ? 'updateAll' : 'update';
    case 'DELETE':
      return isAll && !endpoint.parameters.some(({ in: place, required }) => place === 'query' && required === true)
        ? 'deleteAll'
        : 'delete';
  }
}

function nameForWords(endpoint: Endpoint, paths: Paths, segments: readonly string[], words: string): string {
  const methods = paths.methodsAt(segments);
  const verb = words.slice(0, 1).toLowerCase() + words.slice(1);
  if (endpoint.method !== 'POST' || methods.length > 1) {
    const start = { GET: 'get', POST: 'create', PUT: 'set', PATCH: 'update', DELETE: 'delete' }[endpoint.method];
    return (start === 'get' && paths.answersMany(endpoint) ? 'list' : start) + words;
  }
  return verb === 'search' && !paths.methodsAt(segments.slice(0, -1)).includes('GET') ? 'list' : verb;
}

function unnameable(endpoint: Endpoint): Error {
  return new Error(
    `No naming rule fits ${endpoint.method} ${endpoint.path}. Add a name to scripts/generate/exceptions.ts, or a rule to names.ts.`,
  );
}

class Paths {
  readonly #document: JsonObject;
  readonly #endpoints: ReadonlyMap<string, readonly Endpoint[]>;

  constructor(document: JsonObject, endpoints: readonly Endpoint[]) {
    this.#document = document;
    this.#endpoints = Map.groupBy(endpoints, ({ path }) => shorten(path));
  }

  methodsAt(segments: readonly string[]): readonly string[] {
    return this.#at(segments).map(({ method }) => method);
  }

  answersMany(endpoint: Endpoint): boolean {
    const schema = answerSchema(this.#document, endpoint);
    return schema !== undefined && (isList(this.#document, schema) || isPage(this.#document, schema));
  }

  /** Whether a path is a collection such as `/users`, not a single thing or an action. */
  isCollection(segments: readonly string[]): boolean {
    if (segments.at(-1) === '{}') return false;
    const own = this.#at(segments);
    if (
      this.#hasPath(`${joined(segments)}/{}`) ||
      own.some((endpoint) => endpoint.method === 'GET' && this.answersMany(endpoint))
    )
      return true;
    if (this.#hasPath(`${joined(segments)}/search`)) return true;
    return isPlural(segments.at(-1) ?? '') && !own.some(({ method }) => method === 'GET' || method === 'PATCH');
  }

  #at(segments: readonly string[]): readonly Endpoint[] {
    return this.#endpoints.get(joined(segments)) ?? [];
  }

  #hasPath(start: string): boolean {
    return [...this.#endpoints.keys()].some((path) => path === start || path.startsWith(`${start}/`));
  }
}

function joined(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}
