import { wrongOption, wrongValue } from '@torii/core/internal';
import type { Revocations } from './revocations.ts';

// Call the built-in methods: other code may have replaced the methods of a map that is found on `globalThis`.
const get = Map.prototype.get;
const set = Map.prototype.set;
const has = Map.prototype.has;
const place = Symbol.for('torii.revocations');
const own: Map<string, unknown> = new Map();

/**
 * Returns the same revocations in the whole process, also after a hot reload and in several bundles, as in Next. `create` is
 * called the first time, and again after `close`. If its options change in a hot reload, restart the process.
 * @param name If one process has several environments, a different name for each.
 * @example export const revocations = sharedRevocations(() => createRevocations({ issuer, environmentId, feed }));
 */
export function sharedRevocations(create: () => Revocations, name = 'default'): Revocations {
  if (typeof create !== 'function') {
    throw wrongValue('create', 'a function', create, 'sharedRevocations(() => createRevocations({ … }))');
  }
  if (typeof name !== 'string' || name === '') throw wrongValue('name', 'a non-empty string', name);
  const shared = findMap();
  const found: unknown = get.call(shared, name);
  if (isUsable(found)) return found;
  const created = create();
  if (!isUsable(created)) throw wrongOption('create', 'must return what createRevocations returned');
  set.call(shared, name, created);
  return created;
}

function findMap(): Map<string, unknown> {
  try {
    // Ignore getters and inherited properties (prototype pollution).
    const found = Object.getOwnPropertyDescriptor(globalThis, place);
    if (found === undefined) Object.defineProperty(globalThis, place, { value: own });
    else if (isMap(found.value)) return found.value;
  } catch {}
  return own;
}

// Unlike `instanceof`, accepts a Map of another realm, and rejects a proxy.
function isMap(value: unknown): value is Map<string, unknown> {
  try {
    has.call(value as Map<string, unknown>, '');
    return true;
  } catch {
    return false;
  }
}

// Another version of this package may have created it.
function isUsable(value: unknown): value is Revocations {
  try {
    const { check, health } = Object(value) as Partial<Revocations>;
    return typeof check === 'function' && typeof health === 'function' && health().status !== 'closed';
  } catch {
    return false;
  }
}
