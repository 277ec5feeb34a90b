/** The most steps (instructions of RE2) of the regular expressions that one role may try on one path. */
export const maxSteps = 1_000;
/** A path of this length is tried with all regular expressions of a role, even if the role has `maxSteps`. */
const certainLength = 256;
/** Bounds the work. Longer resources get no permission from an expression. */
const maxLength = 1_024;
/** In characters: what it costs to begin and end a match, and to add a state to the automaton. */
const costOfBeginning = 32;
/** The most places of the permission tree that one path may lead to. Stars make it branch. */
export const maxPlaces = 4_000;
/** Adding automaton states costs about thirty times as much as a match without them, but makes later matches fast. */
const maxNewStateBytes = 16_384;

/**
 * Limits the work of one decision, which all roles of the caller share. It counts instead of measuring time, so that
 * the same request always gets the same answer.
 */
export class MatchBudget {
  #work: number = maxSteps * (certainLength + costOfBeginning);
  #places: number = maxPlaces;
  #newStateBytes: number = maxNewStateBytes;
  #isSpent = false;

  /** Whether something was not tried because of this limit. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  get newStateBytes(): number {
    return this.#newStateBytes;
  }

  takeMatch(steps: number, length: number): boolean {
    const work = steps * (length + costOfBeginning);
    if (length > maxLength || work > this.#work) return this.#refuse();
    this.#work -= work;
    return true;
  }

  takePlaces(count: number): boolean {
    if (count > this.#places) return this.#refuse();
    this.#places -= count;
    return true;
  }

  noteNewStates(bytes: number): void {
    this.#newStateBytes = Math.max(0, this.#newStateBytes - bytes);
  }

  #refuse(): false {
    this.#isSpent = true;
    return false;
  }
}
