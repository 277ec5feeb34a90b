import { isPlainObject } from '../logs/found-value.ts';

// The options of one call, read once, and compared with those of earlier calls. A value must never be read twice: a getter
// could give one value to the comparison and another one to the reader.

/** A copy of the options of a call. Its lists are copies too. Options that the reader would ignore are left out. */
export type GivenOptions = Readonly<Record<string, unknown>>;

const listOptions = [
  'issuer',
  'audience',
  'requireClaims',
  'refuseClaims',
  'environmentId',
  'origins',
  'publicPaths',
  'checks',
];

/** Reads own enumerable properties, as the reader does. Throws if a getter throws. */
export function readOnce(given: object): readonly [GivenOptions, names: readonly string[]] {
  const copy: Record<string, unknown> = { ...given };
  const names = Object.keys(copy);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = copy[name];
    // Spreading reads a list as the reader does: with its iterator, and a hole as `undefined`.
    if (typeof value === 'object' && Array.isArray(value) && listOptions.includes(name)) copy[name] = [...value];
    else if (name === 'issuer' && isWholeWhenCopied(value)) copy[name] = Object.freeze({ ...value });
  }
  return [copy, names];
}

// Whether a copy of `issuer: { approve }` shows the reader all that the object has. If not, the reader gets the object itself.
function isWholeWhenCopied(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlainObject(value)) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(({ enumerable }) => enumerable);
}

/** Says which options an object has, also inherited ones and those that are not enumerable: one bit for each. */
export type PresentOptions = (given: object) => number;

/** Options that were read and found valid, with the verifier or cache that was made for them. */
export interface RememberedOptions<Made> {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  readonly present: number;
  readonly made: Made;
}

/** Whether two calls have the same options with the same values. Their order does not matter. */
export function isSame(given: GivenOptions, names: readonly string[], known: RememberedOptions<unknown>): boolean {
  if (names.length !== known.names.length) return false;
  for (let i = 0; i < names.length; i++) {
    const name = known.names[i] as string;
    if (name !== names[i] && !Object.hasOwn(given, name)) return false;
    const [value, before] = [given[name], known.values[i]];
    if (!isSameValue(value, before) && !(name === 'issuer' && isSameApproval(value, before))) return false;
  }
  return true;
}

// Lists are copies, so they are compared by their items. Functions and other objects are compared by identity.
function isSameValue(given: unknown, known: unknown): boolean {
  if (Object.is(given, known)) return true;
  if (!Array.isArray(given) || !Array.isArray(known) || given.length !== known.length) return false;
  for (let i = 0; i < known.length; i++) if (!Object.is(given[i], known[i])) return false;
  return true;
}

// Safe to compare: `readOnce` has copied both objects.
function isSameApproval(given: unknown, known: unknown): boolean {
  if (!isWholeWhenCopied(given) || !isWholeWhenCopied(known)) return false;
  const [values, before] = [given as GivenOptions, known as GivenOptions];
  const names = Object.keys(values);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => Object.hasOwn(before, name) && Object.is(values[name], before[name]))
  );
}

/** A function or an object that is the value of an option, or an item of its list. */
export interface Reference {
  readonly option: string;
  readonly value: object;
}

/**
 * The functions and objects among the values, or `undefined` if the options must not be remembered: if one is `undefined` or
 * holds keys, or if an object could change without notice.
 */
export function referencesIn(copy: GivenOptions, names: readonly string[]): readonly Reference[] | undefined {
  const references: Reference[] = [];
  for (const option of names) {
    if (option === 'keys' || option === 'initialKeys') return undefined;
    const given = copy[option];
    const isList = Array.isArray(given) && listOptions.includes(option);
    const isApproval = option === 'issuer' && isWholeWhenCopied(given);
    for (const value of isApproval ? Object.values(given) : isList ? given : [given]) {
      if (/string|number|boolean/.test(typeof value)) continue;
      const isCallback = typeof value === 'function' && option !== 'revocations';
      if (!isCallback && !isFixed(value)) return undefined;
      references.push({ option, value });
    }
  }
  return references;
}

// Whether the properties of an object, or of a function, can never change: it is frozen and has no getters. Not an array.
function isFixed(value: unknown): value is object {
  if (Object(value) !== value || Array.isArray(value) || !Object.isFrozen(value)) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every((each) => Object.hasOwn(each, 'value'));
}
