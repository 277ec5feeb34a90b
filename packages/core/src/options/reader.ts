import { ToriiConfigError } from '../errors.ts';
import { describeValue, recognize } from '../logs/found-value.ts';
import { loggable } from '../logs/loggable.ts';
import { type Hints, hintFor } from './hints.ts';
import { problemOfPastedText } from './pasted-text.ts';

/** A copy of an options object. The copy has no prototype, so `in` and property access see own options only. */
export type Options<Name extends string = string> = { readonly [Key in Name]?: unknown };

type Complete<T, Names extends readonly string[]> =
  Exclude<keyof T, Names[number]> extends never ? unknown : { readonly missing: Exclude<keyof T, Names[number]> };

export interface NumberRule {
  readonly from: number;
  readonly to: number;
  /** The value if the option is absent. */
  readonly absent: number;
}

/**
 * Copies an object of options. Each property is read once, so a getter cannot change a value after it was validated.
 * @param option The name of the object in error messages.
 * @param hints What to write instead of names of other libraries.
 * @param read A copy of `given`, if its properties were read before.
 * @throws ToriiConfigError if an option is unknown, or is inherited or not enumerable, because the copy would lose it
 */
export function readKnownOptions<T extends object, const Names extends readonly (keyof T & string)[]>(
  given: T,
  optionNames: Names & Complete<T, Names>,
  example: string,
  option = 'options',
  hints: Hints = {},
  read: object = given,
): Options<Names[number]> {
  const known: readonly string[] = optionNames;
  const options: Options = Object.assign(Object.create(null), read);
  const names = Object.keys(options);
  const unknown = names.find((name) => !known.includes(name));
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  // For example, Express passes a request to `app.use(requireAuth)`, where the call is missing.
  const isOther = !names.some((name) => known.includes(name)) && recognize(given, known) !== undefined;
  if (!isObject || isOther) throw wrongValue(option, 'an object of options', given, example);
  if (unknown !== undefined) throw unknownName(unknown, known, hints);
  for (const name of known) {
    if (name in given && !(name in options) && !(name in Object.prototype)) {
      throw wrongOption(name, 'is inherited or not enumerable. Pass a plain object');
    }
  }
  return options;
}

/** Throws for a second object of options, which would be ignored: it may hold checks. Not for the index that `map` passes. */
export function assertNoSecond(name: string, unexpected: unknown): void {
  if (typeof unexpected !== 'object' || unexpected === null) return;
  throw wrongOption(name, 'takes one object. Put all options into it');
}

/** Removes the named options if they are `undefined`. Do not name security options: an unset one must be an error. */
export function omitUndefined<Given extends Options>(options: Given, names: readonly (keyof Given & string)[]): Given {
  const entries = Object.entries(options).filter(([name, value]) => value !== undefined || !names.includes(name));
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** Reads an option that is a non-empty string. Returns `undefined` if the option is absent. */
export function readText<Name extends string>(options: Options<Name>, name: Name, example: string): string | undefined {
  if (!(name in options)) return undefined;
  const value = options[name];
  if (isText(value)) return value;
  throw wrongText(name, text, value, example);
}

/** Reads a required option that is a non-empty string or a list of them. */
export function listTexts<Name extends string>(options: Options<Name>, name: Name, example: string): readonly string[] {
  const value = options[name];
  // Spreading turns a hole (`['a', , 'b']`) into `undefined`, refused below. Otherwise, `filter` would skip the hole.
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  const wrong = list.length === 0 ? [value] : list.filter((item) => !isText(item));
  if (wrong.length === 0) return list.map(String);
  throw wrongText(name, `${text}, or a list of them`, wrong[0], example);
}

export function readTexts<Name extends string>(
  options: Options<Name>,
  name: Name,
  example: string,
): ReadonlySet<string> | undefined {
  return name in options ? new Set(listTexts(options, name, `${example}, or leave it out`)) : undefined;
}

/**
 * Throws a ToriiConfigError for a claim name that is most likely a mistake, such as `'scope,plan'` or `'scope '` from an
 * environment variable. A rule for that claim would have no effect.
 */
export function assertClaimNames(option: string, names: Iterable<string>, example: string): void {
  for (const name of names) {
    if (name === '__proto__')
      throw wrongOption(option, 'must not list `__proto__`: a parsed token cannot have this claim');
    if (/[\s,\p{C}]/u.test(name))
      throw wrongOption(option, `must not contain spaces, commas or invisible characters. Write ${example}`);
  }
}

/** Throws a ToriiConfigError for a key, a secret or a token in place of a name. The message does not contain it. */
export function assertNoKey(option: string, given: string, example: string): void {
  if (/^(?:[sp]k|whsec)_|^eyJ/.test(given)) throw wrongOption(option, `contains a key or a token. Write ${example}`);
}

export function readList<Name extends string>(
  options: Options<Name>,
  name: Name,
  kind: string,
  example: string,
): readonly unknown[] {
  if (!(name in options)) return [];
  const value = options[name];
  if (Array.isArray(value)) return [...value];
  throw wrongValue(name, kind, value, example);
}

export function readNumber<Name extends string>(
  options: Options<Name>,
  name: Name,
  { from, to, absent }: NumberRule,
  isWhole = false,
): number {
  const value = name in options ? options[name] : absent;
  const isFit = typeof value === 'number' && value >= from && value <= to && (!isWhole || Number.isInteger(value));
  if (isFit) return value;
  throw wrongValue(name, `a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`, value, `${name}: ${absent}`);
}

export function readWhole<Name extends string>(options: Options<Name>, name: Name, rule: NumberRule): number {
  return readNumber(options, name, rule, true);
}

/** Reads an option that is `true` or `false`. Returns `false` if the option is absent. */
export function readFlag<Name extends string>(options: Options<Name>, name: Name): boolean {
  const value = name in options ? options[name] : false;
  if (typeof value === 'boolean') return value;
  throw wrongValue(name, 'true or false', value);
}

/** Reads an option that is one of `choices`. Returns the first choice if the option is absent. */
export function readChoice<Name extends string, Choice extends string>(
  options: Options<Name>,
  name: Name,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = name in options ? options[name] : choices[0];
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw wrongValue(name, choices.map((each) => `'${each}'`).join(' or '), value);
}

/** Reads an option that is a function. Returns `undefined` if the option is `undefined` or absent. */
export function readFunction<F>(options: Options, name: string): F | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as F;
  throw wrongValue(name, 'a function', value);
}

/** Reads an option that is the name of a header or a scheme (RFC 9110 5.6.2), or of a cookie (RFC 6265 4.1.1). */
export function readHttpName<Name extends string>(
  options: Options<Name>,
  name: Name,
  example: string,
  kind = 'a header or cookie name',
): string | undefined {
  if (!(name in options)) return undefined;
  const value = options[name];
  if (typeof value === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) return value;
  throw wrongValue(name, kind, value, example);
}

/** Throws a ToriiConfigError if `condition` is not met. The message consists of the option name and `problem`. */
export function assertOption(option: string, condition: unknown, problem: string): asserts condition {
  if (!condition) throw wrongOption(option, problem);
}

/** Creates an error for an option. The message consists of the option name and `problem`. */
export function wrongOption(option: string, problem: string): ToriiConfigError {
  return new ToriiConfigError(option, `\`${option}\` ${problem}.`);
}

// The message contains the type of the value, but not the value: a string may be a secret.
export function wrongValue(option: string, expected: string, found: unknown, example?: string): ToriiConfigError {
  const remedy = example === undefined ? '' : `. Write ${example}`;
  return wrongOption(option, `must be ${expected}. Found: ${describeValue(found)}${remedy}`);
}

/** Creates an error for an unknown name. The message suggests the most similar known name. */
export function unknownName(
  name: string,
  known: readonly string[],
  hints: Hints = {},
  noun = 'option',
): ToriiConfigError {
  return new ToriiConfigError(
    name,
    `There is no ${noun} \`${loggable(name)}\`.${hintFor(name, known, hints)} Known ${noun}s: ${known.join(', ')}.`,
    { explained: 'unknown_option' },
  );
}

const text = 'a non-empty string';

function isText(value: unknown): value is string {
  return typeof value === 'string' && problemOfPastedText(value) === undefined;
}

function wrongText(option: string, expected: string, found: unknown, example: string): ToriiConfigError {
  if (typeof found !== 'string' || found.trim() === '') return wrongValue(option, expected, found, example);
  return wrongOption(option, `${problemOfPastedText(found)}. Write ${example}`);
}
