import type { Random } from './random.ts';
import type { StoreFault } from './store-fault.ts';

export type LastingFault = Extract<StoreFault, { readonly forMs: number }>;

interface Active {
  readonly fault: LastingFault;
  readonly random: Random;
  /** How many calls it still affects. */
  left: number;
}

/** The faults that a store has at the moment. */
export class LastingFaults {
  readonly #active: Active[] = [];

  /** Returns a function that ends the fault. */
  begin(fault: LastingFault, random: Random): () => void {
    const active = { fault, random, left: 'most' in fault ? fault.most : Number.POSITIVE_INFINITY };
    this.#active.push(active);
    return () => void this.#active.splice(this.#active.indexOf(active), 1);
  }

  /** The faults that a call meets. Each has used up one of its calls. */
  meeting(operation: 'get' | 'set' | 'delete'): LastingFault[] {
    const met: LastingFault[] = [];
    for (const active of this.#active) {
      const { fault, random } = active;
      if ('meets' in fault) {
        if (fault.meets !== 'all' && (fault.meets === 'reads') !== (operation === 'get')) continue;
        if (active.left <= 0 || !random.chance(fault.percent)) continue;
        active.left -= 1;
      }
      met.push(fault);
    }
    return met;
  }
}
