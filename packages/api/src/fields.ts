import { isPatch, type Patch } from '@torii/core';
import { demand, demandKnown, demandWhole } from './demand.ts';
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
export function splitInput({ input, query: inQuery = {}, body: inBody, isOpenBody }: Operation): Parts {
  const query = new URLSearchParams();
  if (inBody === 'raw') return { query, body: input };
  demand('input', input === undefined || (input && typeof input === 'object'), 'is not an object');
  const rules: FieldRules = { ...inQuery, ...inBody };
  if (!isOpenBody) demandKnown(input ?? {}, Object.keys(rules));
  const body = new Map<string, unknown>();
  for (const [name, given] of Object.entries(input ?? {})) {
    const value: unknown = isPatch(given) ? given.value : given;
    if (value === undefined) continue;
    demandMeaning(name, value, rules[name]);
    if (Object.hasOwn(inQuery, name)) addToQuery(query, name, value);
    else body.set(name, value);
  }
  return { query, body: inBody && Object.fromEntries(body) };
}

/** A list becomes one parameter for each of its items. */
export function addToQuery(query: URLSearchParams, name: string, value: unknown): void {
  for (const item of [value].flat()) {
    if (item !== null && item !== undefined) query.append(name, String(item));
  }
}

function demandMeaning(name: string, value: unknown, rule: FieldRule | undefined): void {
  if (rule === 'list') demand(name, Array.isArray(value), 'is not a list');
  if (value === null) return;
  if (rule === 'count') demandWhole(name, value, 1, Number.MAX_SAFE_INTEGER);
  const text = String(value);
  const day = text.slice(0, 10);
  // A Date makes 2 March of 30 February, so that what it reads has to be what was written.
  const hasDay = new Date(day).toJSON()?.slice(0, 10) === day;
  const hasTime = /^.{10}T[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) && Date.parse(text) > Number.NEGATIVE_INFINITY;
  if (rule === 'date') demand(name, hasDay && text === day, 'is not a date like 1815-12-10');
  if (rule === 'date_time') demand(name, hasDay && hasTime, 'is not an instant like 2026-05-16T09:30:00Z');
}
