import { assertOption, loggable, wrongOption } from '@torii/core/internal';
import { isPlainObject, jsonOf } from './json.ts';

/** The largest size of metadata in bytes of JSON: of a user's bags together, or of each bag of anything else. */
const budget = 8192;

const mostMembers = 100_000;

/** Copies a bag of metadata. Errors name the member, such as `publicMetadata.plan`. */
export function bagOf(name: string, given: unknown): unknown {
  // A Patch is not a plain object either: it would say "replace", but the API merges.
  assertOption(name, isPlainObject(given), 'must be a plain object. To remove a key, set the key to null');
  let members = 0;
  return jsonOf(name, given, (path, key) => {
    // Sixty objects that each contain the next one twice have 2 ** 60 members.
    members++;
    assertOption(name, members <= mostMembers, `has more than ${mostMembers} members`);
    return memberOf(path, key);
  });
}

// `__proto__` is refused although JSON can express it: programs that merge objects carelessly would change a prototype.
function memberOf(path: string, key: string): string {
  const member = `${path}.${loggable(key)}`.slice(0, 200);
  if (key === '__proto__') throw wrongOption(member, 'is not allowed as the name of a key');
  return member;
}

/**
 * Refuses metadata that is certainly too large. A patch is merged into what is stored, so the result has at least what the
 * patch sets.
 */
export function assertBudget(bags: ReadonlyMap<string, unknown>, isShared: boolean): void {
  const sizes = Array.from(bags, ([name, bag]) => [name, sizeOf(bag)] as const).sort(([, a], [, b]) => b - a);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const [largest] = sizes;
  if (largest === undefined) return;
  const [name, size] = largest;
  const found = isShared ? total : size;
  const scope = isShared ? 'the metadata of a user' : 'it';
  assertOption(name, found <= budget, `is too large: ${scope} may have ${budget} bytes as JSON. Found: ${found}`);
}

function sizeOf(bag: unknown): number {
  const text = JSON.stringify(withoutNulls(bag) ?? {});
  // An empty bag counts as 0 bytes, because Torii may store it as a missing value.
  return text === '{}' ? 0 : new TextEncoder().encode(text).length;
}

// What is certainly stored: no key that is null, and no object that has only such keys.
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const members = Object.entries(value);
  const kept = members.map(([key, member]) => [key, withoutNulls(member)] as const).filter(([, m]) => m !== undefined);
  return kept.length === 0 && members.length > 0 ? undefined : Object.fromEntries(kept);
}
