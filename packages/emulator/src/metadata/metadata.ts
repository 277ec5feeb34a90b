import { EmulatorError } from '../errors.ts';

/** A JSON object with data of the app. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What one owner may store, in bytes of JSON in UTF-8. A user's three bags share it. Other owners have it for each bag. */
const budget = 8192;

const deepestNesting = 32;

/** Returns the error message for a bag, or `undefined` if it is a JSON object that may be stored. */
export function findBagFault(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return isObject(value) ? findFault(value, 1) : 'must be a JSON object';
}

function findFault(value: unknown, depth: number): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'must not contain NaN or Infinity';
  if (!isObject(value) && !Array.isArray(value)) return 'must contain JSON values only';
  if (depth > deepestNesting) return `must not be nested more than ${deepestNesting} levels deep`;
  for (const [key, child] of Object.entries(value)) {
    // Prototype pollution: code that copies a bag with `copy[key] = …` would change a prototype.
    if (key === '__proto__') return 'must not contain the key "__proto__"';
    if (child === undefined && !Array.isArray(value)) continue;
    const fault = findFault(child, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether a value is an object as JSON.parse creates it. Not `instanceof`: in Jest, it comes from another realm. */
function isObject(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Merges a patch into a bag, as JSON Merge Patch does (RFC 7396): objects are merged key by key, `null` removes a key,
 * and any other value, such as an array, replaces the stored one.
 */
export function mergeBag(stored: Metadata, patch: Metadata = {}): Metadata {
  const merged = new Map(Object.entries(stored));
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) merged.delete(key);
    else if (isObject(value)) merged.set(key, mergeBag(objectOf(merged.get(key)), value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function objectOf(value: unknown): Metadata {
  return isObject(value) ? value : {};
}

/**
 * @param what the owner of the bags and the place of the budget, such as `The three bags of a user together`
 * @throws EmulatorError `metadata_too_large`
 */
export function requireBudget(what: string, bags: readonly Metadata[]): void {
  const size = bags.reduce((sum, bag) => sum + sizeOf(bag), 0);
  if (size <= budget) return;
  throw new EmulatorError(
    'metadata_too_large',
    `${what} would have ${size} bytes of JSON. Store at most ${budget} bytes (8 KB).`,
  );
}

function sizeOf(bag: Metadata): number {
  return Object.keys(bag).length === 0 ? 0 : Buffer.byteLength(JSON.stringify(bag));
}
