/** Whole numbers from a seed. Only 32-bit integer arithmetic, so that every machine gives the same ones. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to `bound - 1`. */
  below(bound: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * bound);
  }

  /** From `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** From 0 (included) to 1 (excluded). */
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** `true` in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(10_000) < percent * 100;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /**
   * An independent sequence for one purpose. If a step of a plan is removed, the sequences of the other steps stay the same,
   * which makes failures shrink well.
   */
  fork(purpose: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
    return new Random(mix(hash));
  }

  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix(this.#state) >>> 0;
  }
}

// The finalizer of MurmurHash3: each bit of the input changes about half of the bits of the result.
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
