// A small grammar of permission documents whose meaning is computed here, without the product's code.

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'CONNECT' | 'TRACE';

interface Entry {
  readonly written: unknown;
  /** `undefined`: the entry is malformed. */
  readonly covers?: (resource: string, method: Method) => boolean;
}

/** The permissions that a document can list. A plan names them by their numbers. */
export const entries: readonly Entry[] = [
  permission('a:get', (resource) => resource === 'a', 'GET'),
  permission('a:post', (resource) => resource === 'a', 'POST'),
  permission('a/b:get', (resource) => resource === 'a/b', 'GET'),
  permission('a/b:*', (resource) => resource === 'a/b', '*'),
  permission('b:put', (resource) => resource === 'b', 'PUT'),
  permission('a/*:get', (resource) => resource.startsWith('a/'), 'GET'),
  permission('/*:get', (resource) => resource !== '', 'GET'),
  permission('*/b:delete', (resource) => /^[^/]+\/b$/.test(resource), 'DELETE'),
  permission('%r{n/\\d+}:get', (resource) => /^n\/\d+$/.test(resource), 'GET'),
  permission('/:get', (resource) => resource === '', 'GET'),
  permission('n/*:post', (resource) => resource.startsWith('n/'), 'POST'),
  permission('/*:*', (resource) => resource !== '', '*'),
  permission('%r{ a/b|b }:patch', (resource) => resource === 'a/b' || resource === 'b', 'PATCH'),
  permission('A:get', (resource) => resource === 'A', 'GET'),
  { written: 'a' },
  { written: 3 },
  { written: '' },
  { written: 'a*b:get' },
  { written: '%r{(}:get' },
  { written: 'a/../b:get' },
];

function permission(written: string, isResource: (resource: string) => boolean, method: Method | '*'): Entry {
  const isMethod = (asked: Method): boolean =>
    method === '*'
      ? asked !== 'CONNECT' && asked !== 'TRACE'
      : asked === method || (method === 'GET' && asked === 'HEAD');
  return { written, covers: (resource, asked) => isMethod(asked) && isResource(resource) };
}

/** `__proto__` and its like are no roles: they grant nothing. */
export const roleNames: readonly string[] = ['r0', 'r1', 'r2', '1', 'r1,r2', '__proto__', 'constructor'];
const forbiddenRoles: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/** A version of a document, as a plan has it. */
export interface DocumentPlan {
  readonly lastUpdate: number | null;
  /** `null` instead of a list of entries: the document has a text there, so the role is malformed. */
  readonly roles: readonly (readonly [role: number, entries: readonly number[] | null])[];
  readonly form: 'object' | 'text' | 'text with a byte order mark';
  /** How many malformed permissions are added, all to one extra role. */
  readonly junk: number;
}

export class PolicyDocument {
  readonly name: string;
  /** Two documents with the same text are the same version. */
  readonly text: string;
  readonly lastUpdate: string | undefined;
  readonly permissionCount: number;
  readonly malformedCount: number;
  readonly #form: DocumentPlan['form'];
  readonly #granted: ReadonlyMap<string, readonly Entry[]>;

  constructor(name: string, { lastUpdate, roles, form, junk }: DocumentPlan) {
    this.name = name;
    this.#form = form;
    this.lastUpdate = lastUpdate === null ? undefined : String(lastUpdate);
    const lists = new Map(roles.map(([role, list]) => [roleNames[role % roleNames.length] ?? '', list]));
    const written = [...lists].map(([role, list]) => [role, list?.map(writtenEntry) ?? 'all'] as const);
    const permissions = Object.fromEntries(junk === 0 ? written : [...written, ['junk', Array(junk).fill('a')]]);
    const document = lastUpdate === null ? { permissions } : { last_update: lastUpdate, permissions };
    this.text =
      form === 'text with a byte order mark'
        ? `\uFEFF${JSON.stringify(document, undefined, 1)}`
        : JSON.stringify(document);
    const granted = new Map<string, readonly Entry[]>();
    let [valid, malformed] = [0, junk];
    for (const [role, list] of lists) {
      if (forbiddenRoles.has(role) || list === null) {
        malformed += 1;
        continue;
      }
      const all = list.map((number) => entries[number % entries.length] as Entry);
      const good = all.filter((entry) => entry.covers !== undefined);
      valid += good.length;
      malformed += all.length - good.length;
      granted.set(role, good);
    }
    [this.#granted, this.permissionCount, this.malformedCount] = [granted, valid, malformed];
  }

  /** As the store hands it out: each time a new object. */
  value(): unknown {
    return this.#form === 'object' ? JSON.parse(this.text) : this.text;
  }

  grants(roles: readonly string[], resource: string, method: Method): boolean {
    return roles.some((role) => this.#granted.get(role)?.some((entry) => entry.covers?.(resource, method) ?? false));
  }
}

function writtenEntry(number: number): unknown {
  return entries[number % entries.length]?.written;
}

/** What is not a document. Each must be answered with 503, never as an empty document. */
export const garbage: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => '',
  () => '{"permissions":{"r0":["/*:*"',
  () => '[]',
  () => '{}',
  () => '{"permissions":null}',
  () => '{"permissions":["/*:*"]}',
  () => ({}),
  () => [],
  () => 17,
  () => ({ permissions: null }),
  () => ({ permissions: ['/*:*'] }),
  () => new Map([['permissions', { r0: ['/*:*'] }]]),
  () => '<html>502 Bad Gateway</html>',
  () => ({ value: null }),
  () => '\uFEFF',
];
