import { RE2Set } from 're2js';
import { MatchBudget } from './match-budget.ts';
import { coversMethod, type Permission } from './permission.ts';
import type { StateBudget } from './state-budget.ts';

/** The memory of the automaton states of one set, in bytes. */
const maxStateBytes = 1 << 20;
/** The most that the first state needs, with as many steps as a role may have. */
const maxBytesOfState = 8_400;
/** The cost of one more set for each character, in steps. */
const costOfSet = 16;

/**
 * Regular expressions that are matched together. RE2 does not backtrack, so the time of a match is linear in the length
 * of the resource (no ReDoS).
 */
export class RegexSet {
  readonly #set: RE2Set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, maxStateBytes);
  /** The permissions of each expression: `a:get` and `a:put` share one. */
  readonly #permissions: Permission[][] = [];
  readonly #indexes: Map<string, number> = new Map();
  readonly #states: StateBudget | undefined;
  #steps: number = costOfSet;

  constructor(states?: StateBudget) {
    this.#states = states;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Returns by how much `add` would increase `steps`. */
  growthBy(source: string, steps: number): number {
    return this.#indexes.has(source) ? 0 : steps;
  }

  add(permission: Permission, source: string, steps: number): void {
    const known = this.#indexes.get(source);
    if (known !== undefined) {
      this.#permissions[known]?.push(permission);
      return;
    }
    this.#indexes.set(source, this.#set.add(source));
    this.#permissions.push([permission]);
    this.#steps += steps;
  }

  compile(): void {
    this.#set.compile();
    // When the memory for states is full, RE2 drops all of them and creates them again, up to twice per match. This makes it
    // match without states instead.
    this.#set.dfa.resetCache = () => null;
  }

  find(resource: string, method: string, budget: MatchBudget = new MatchBudget()): Permission | undefined {
    for (const index of this.#match(resource, budget)) {
      const found = this.#permissions[index]?.find((permission) => coversMethod(permission.method, method));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  // Lets RE2 add only as many states as the budget has left.
  #match(resource: string, budget: MatchBudget): readonly number[] {
    const { dfa } = this.#set;
    if (dfa.memBudget < maxBytesOfState) dfa.clearCache();
    const free = dfa.memBudget;
    const allowed = Math.min(free, budget.newStateBytes);
    dfa.memBudget = allowed;
    // Without a first state, RE2 drops all states to make room for it, and does not notice the limit.
    dfa.failed = dfa.startStates.size === 0 && allowed < maxBytesOfState;
    const matches = this.#set.match(resource);
    const used = allowed - dfa.memBudget;
    dfa.memBudget = free - used;
    budget.noteNewStates(used);
    this.#states?.noteUse(this.#set);
    return matches;
  }
}

export function literalSegments(source: string): readonly string[] {
  if (source.includes('|')) return [];
  const [prefix = ''] = /^(?:[A-Za-z0-9_-]+\/)+/.exec(source) ?? [];
  // In the expression `sales/?`, the slash is optional, so a match need not begin with `sales/`.
  if (/[*+?{]/.test(source.charAt(prefix.length))) return [];
  return prefix === '' ? [] : prefix.slice(0, -1).split('/');
}
