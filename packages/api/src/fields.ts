import { isPatch, type Patch, ToriiConfigError } from '@torii/core';
import { assertOption, readWhole, unknownName } from '@torii/core/internal';
import { isPlainObject, jsonOf } from './json.ts';
import { assertBudget, bagOf } from './metadata.ts';
import type { MetadataPatch } from './metadata-types.ts';
import type { FieldRule, FieldRules, Operation } from './operation.ts';

type Given<V> = V extends readonly (infer Item)[] ? readonly Item[] : V;
type IfOptional<T, K extends keyof T> = object extends Pick<T, K> ? undefined : never;

/**
 * Parameters of a query string. A parameter that is `null` is not sent. You can therefore pass any page's `nextCursor`
 * as `cursor`, even if it is `null`.
 */
export type Query<T> = {
  readonly [K in keyof NonNullable<T>]: Given<NonNullable<T>[K]> | IfOptional<NonNullable<T>, K> | null;
};

/**
 * Fields of a request body. A field that is `undefined` is not sent; a field that is `null` is sent as `null`. `Bags` has the
 * types of metadata. It may always be left out.
 */
export type Body<T, Bags = object> = [keyof Bags] extends [never]
  ? Fields<NonNullable<T>>
  : // Not `Omit`, which forgets the known fields of a type that has any others.
    Fields<{ [K in keyof NonNullable<T> as K extends keyof Bags ? never : K]: NonNullable<T>[K] }> &
      BagFields<Pick<NonNullable<T>, keyof Bags & keyof NonNullable<T>>, Bags>;

type Fields<T> = { readonly [K in keyof T]: Given<T[K]> | IfOptional<T, K> };

type BagFields<T, Bags> = { readonly [K in keyof T]?: Bags[K & keyof Bags] | undefined };

/**
 * Fields of an update. A value or `Patch.set(value)` sets a field, `null` clears it, `undefined` changes nothing. `Bags` has
 * the types of metadata, which is merged.
 */
export type Changes<T, Bags = object> = {
  readonly [K in keyof NonNullable<T>]?: K extends keyof Bags
    ? MetadataPatch<Bags[K]> | undefined
    : Given<NonNullable<T>[K]> | Patch<Given<Exclude<NonNullable<T>[K], undefined>>> | undefined;
};

export interface Parts {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export function splitInput(operation: Operation): Parts {
  const { input, query: inQuery = {}, body: inBody, defaults = {}, isOpenBody, sharesBudget = false } = operation;
  const query = new URLSearchParams();
  if (inBody === 'raw') return { query, body: input === undefined ? input : jsonOf('body', input) };
  assertOption('params', input === undefined || isPlainObject(input), 'must be a plain object');
  const rules: FieldRules = { ...inQuery, ...inBody };
  const known = Object.keys(rules);
  const unknown = Object.keys(input ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined && !isOpenBody) throw unknownName(unknown, known, {}, 'field');
  const body = new Map<string, unknown>(Object.entries(defaults));
  const bags = new Map<string, unknown>();
  for (const [name, given] of Object.entries(input ?? {})) {
    const found: unknown = isPatch(given) ? given.value : given;
    if (found === undefined) continue;
    if (rules[name] === 'bag') {
      bags.set(name, bagOf(name, given));
      continue;
    }
    const value = jsonOf(name, found);
    assertMeaning(name, value, rules[name]);
    if (Object.hasOwn(inQuery, name)) addToQuery(query, name, value);
    else body.set(name, value);
  }
  assertBudget(bags, sharesBudget);
  return { query, body: inBody && Object.fromEntries([...body, ...bags]) };
}

/** @param explained The name to link to in the documentation, if the user of the client chose `name`. */
export function addToQuery(query: URLSearchParams, name: string, value: unknown, explained: string = name): void {
  if (value === null || value === undefined) return;
  const items: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  const isSendable = items.length > 0 && items.every(isQueryValue);
  if (!isSendable) {
    const kinds = 'a text, a finite number, true or false, or a list of these that is not empty';
    throw new ToriiConfigError(name, `\`${name}\` must be ${kinds}.`, { explained });
  }
  for (const item of items) query.append(name, String(item));
}

function isQueryValue(value: unknown): boolean {
  // `URLSearchParams` replaces a lone surrogate, half of a character, by another character.
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  return typeof value === 'boolean' || Number.isFinite(value);
}

function assertMeaning(name: string, value: unknown, rule: FieldRule | undefined): void {
  const maxItems = typeof rule === 'object' ? rule.maxItems : Number.POSITIVE_INFINITY;
  if (rule === 'list' || typeof rule === 'object') assertOption(name, Array.isArray(value), 'must be an array');
  if (Array.isArray(value))
    assertOption(name, value.length <= maxItems, `must not have more than ${maxItems} items. Found: ${value.length}`);
  if (value === null) return;
  if (rule === 'count') readWhole({ [name]: value }, name, { from: 1, to: Number.MAX_SAFE_INTEGER, absent: 1 });
  if (rule !== 'date' && rule !== 'date_time') return;
  // Not `String(value)`, which throws for an object with a field named `toString`.
  const text = typeof value === 'string' ? value : '';
  const day = text.slice(0, 10);
  // Refuse dates that do not exist by comparing with the parsed date: JavaScript parses `2026-02-30` as 2 March.
  const hasDay = new Date(day).toJSON()?.slice(0, 10) === day;
  const hasTime = /^.{10}T[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) && Date.parse(text) > Number.NEGATIVE_INFINITY;
  if (rule === 'date') assertOption(name, hasDay && text === day, 'must be a date such as 1815-12-10');
  if (rule === 'date_time')
    assertOption(name, hasDay && hasTime, 'must be a date and time with a time zone, such as 2026-05-16T09:30:00Z');
}
