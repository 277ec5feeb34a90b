import { Patch, ToriiConfigError } from '@torii/core';
import type { FieldRule, FieldRules, Operation } from './operation.ts';

type Given<V> = V extends readonly (infer Item)[] ? readonly Item[] : V;
type IfOptional<T, K extends keyof T> = object extends Pick<T, K> ? undefined : never;

/** Fields of a query. Null leaves one out, so that a page's `nextCursor` can be handed on as it is. */
export type Query<T> = {
  readonly [K in keyof NonNullable<T>]: Given<NonNullable<T>[K]> | IfOptional<NonNullable<T>, K> | null;
};

/** Fields of a body. Undefined leaves one out. */
export type Body<T> = {
  readonly [K in keyof NonNullable<T>]: Given<NonNullable<T>[K]> | IfOptional<NonNullable<T>, K>;
};

/** Fields of an update: a value or a `Patch` sets one, null clears it where it can be cleared, undefined leaves it alone. */
export type Changes<T> = {
  readonly [K in keyof NonNullable<T>]?:
    | Given<NonNullable<T>[K]>
    | Patch<Given<Exclude<NonNullable<T>[K], undefined>>>
    | undefined;
};

/** What is sent for an input. */
export interface Parts {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/**
 * Sends each field of an input where it belongs.
 *
 * @throws ToriiConfigError naming a field that there is not, or whose value cannot be meant
 */
export function splitInput({ input, query: queryRules = {}, body: bodyRules, isOpenBody }: Operation): Parts {
  const query = new URLSearchParams();
  if (bodyRules === 'raw') return { query, body: input };
  if (input !== undefined && !isPlainObject(input)) {
    throw new ToriiConfigError('input', 'Give the fields as an object, such as { name: "Ada" }.');
  }
  const body = new Map<string, unknown>();
  for (const [name, value] of Object.entries(Patch.body(input ?? {}))) {
    if (Object.hasOwn(queryRules, name)) addToQuery(query, name, check(name, value, queryRules[name]));
    else if (bodyRules && Object.hasOwn(bodyRules, name)) body.set(name, check(name, value, bodyRules[name]));
    else if (bodyRules && isOpenBody) body.set(name, value);
    else throw unknownField(name, { ...queryRules, ...bodyRules });
  }
  return { query, body: bodyRules && Object.fromEntries(body) };
}

/** A list becomes one parameter for each of its items. */
export function addToQuery(query: URLSearchParams, name: string, value: unknown): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item !== null && item !== undefined) query.append(name, String(item));
  }
}

function unknownField(name: string, rules: FieldRules): ToriiConfigError {
  const known = Object.keys(rules).join(', ');
  return new ToriiConfigError(name, `There is no field \`${name}\`. Known fields: ${known}.`);
}

function check(name: string, value: unknown, rule: FieldRule | undefined): unknown {
  const problem = problemOf(value, rule);
  if (problem !== undefined) throw new ToriiConfigError(name, `\`${name}\` is ${problem}.`);
  return value;
}

function problemOf(value: unknown, rule: FieldRule | undefined): string | undefined {
  if (rule === 'list') return Array.isArray(value) ? undefined : 'not a list';
  if (value === null || rule === undefined || rule === 'any') return undefined;
  if (rule === 'count') return isCount(value) ? undefined : 'not a whole number from 1 on';
  if (rule === 'date') return isDate(value) ? undefined : "not a date like '1815-12-10'";
  return isInstant(value) ? undefined : "not an instant like '2026-05-16T09:30:00Z'";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isDate(value: unknown): boolean {
  // Date.parse makes 2 March of 30 February, and a year of six digits has a sign.
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString().startsWith(value)
  );
}

// RFC 3339 5.6, seconds included.
function isInstant(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const time = /^T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  return isDate(value.slice(0, 10)) && time.test(value.slice(10)) && !Number.isNaN(Date.parse(value));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
