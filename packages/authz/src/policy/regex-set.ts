import { isError } from '@torii/core/adapter';
import { RE2Set } from 're2js';
import { coversMethod, type Permission } from './permission.ts';
import { programSizeOf } from './regex-size.ts';
import type { StateBudget } from './state-budget.ts';

/**
 * The size of RE2's cache of automaton states of one set, in bytes. If it is too small, matching gets slower, but its
 * time stays linear.
 */
const maxStateBytes = 1 << 20;

/**
 * Regular expressions that are matched together. RE2 does not backtrack, so the time of a match is linear in the length
 * of the resource (no ReDoS).
 */
export class RegexSet {
  readonly #set: RE2Set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, maxStateBytes);
  readonly #permissions: Permission[] = [];
  readonly #states: StateBudget | undefined;
  #size = 0;

  constructor(states?: StateBudget) {
    this.#states = states;
  }

  get size(): number {
    return this.#size;
  }

  add(permission: Permission, source: string): string | undefined {
    try {
      this.#set.add(source);
    } catch (error) {
      return `the regular expression is not valid: ${isError(error) ? error.message : 'it cannot be parsed'}`;
    }
    this.#permissions.push(permission);
    this.#size += programSizeOf(source);
    return undefined;
  }

  compile(): void {
    this.#set.compile();
  }

  find(resource: string, method: string): Permission | undefined {
    const matches = this.#set.match(resource);
    this.#states?.noteUse(this.#set);
    for (const index of matches) {
      const permission = this.#permissions[index];
      if (permission !== undefined && coversMethod(permission.method, method)) return permission;
    }
    return undefined;
  }
}

export function literalSegments(source: string): readonly string[] {
  if (source.includes('|')) return [];
  const [prefix = ''] = /^(?:[A-Za-z0-9_-]+\/)+/.exec(source) ?? [];
  // In the expression `sales/?`, the slash is optional, so a match need not begin with `sales/`.
  if (/[*+?{]/.test(source.charAt(prefix.length))) return [];
  return prefix === '' ? [] : prefix.slice(0, -1).split('/');
}
