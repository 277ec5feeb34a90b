import { type GivenOptions, isSame, type RememberedOptions } from './given-options.ts';

const maxRemembered = 8;

/** What was made for the options of earlier calls. The options that were used last come first. */
export class OptionMemory<Made> {
  readonly #onForgotten: (made: Made) => void;
  readonly #remembered: RememberedOptions<Made>[] = [];

  constructor(onForgotten: (made: Made) => void) {
    this.#onForgotten = onForgotten;
  }

  find(copy: GivenOptions, names: readonly string[]): RememberedOptions<Made> | undefined {
    const remembered = this.#remembered;
    for (let i = 0; i < remembered.length; i++) {
      const known = remembered[i] as RememberedOptions<Made>;
      if (!isSame(copy, names, known)) continue;
      if (i > 0) remembered.unshift(...remembered.splice(i, 1));
      return known;
    }
    return undefined;
  }

  add(known: RememberedOptions<Made>): void {
    this.#remembered.unshift(known);
    for (const forgotten of this.#remembered.splice(maxRemembered)) this.#onForgotten(forgotten.made);
  }
}
