import { connectionError } from '../../world/network.ts';
import type { Random } from '../../world/random.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { garbage, PolicyDocument } from './documents.ts';
import { limitMsOf, type PoliciesPlan, type Step } from './plan.ts';

export const storeOrigin = 'store';

/** What the store returned. `document` is `undefined` if that was not a document. */
export interface Served {
  readonly value: unknown;
  readonly document: PolicyDocument | undefined;
}

type Fault = Extract<Step, { readonly kind: 'fault' }>;

/** The store that all processes share. */
export class DocumentStore {
  readonly #world: World;
  readonly #plan: PoliciesPlan;
  readonly #random: Random;
  /** The versions that were current at some time, the latest at the end. */
  readonly #histories: PolicyDocument[][];
  readonly #versions: readonly (readonly PolicyDocument[])[];
  #fault: Fault | undefined;
  #frozenUntilMs = 0;

  constructor(world: World, plan: PoliciesPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#random = world.random.fork('store');
    const nameOf = (document: number, version: number): string => `${'AB'[document]}${version}`;
    this.#versions = plan.documents.map((versions, document) =>
      versions.map((version, number) => new PolicyDocument(nameOf(document, number), version)),
    );
    this.#histories = this.#versions.map(([first]) => (first === undefined ? [] : [first]));
  }

  versionsOf(document: number): readonly PolicyDocument[] {
    return this.#versions[document % this.#versions.length] ?? [];
  }

  write(document: number, version: number): void {
    const versions = this.#versions[document] ?? [];
    const written = versions[version % versions.length];
    if (written === undefined) return;
    this.#histories[document]?.push(written);
    this.#world.note('store', `document ${written.name} is written`);
  }

  loseLastWrites(document: number, writes: number): void {
    const history = this.#histories[document];
    if (history === undefined || history.length < 2) return;
    const lost = history.splice(Math.max(1, history.length - writes));
    this.#world.note('store', `loses ${lost.length} writes: ${history.at(-1)?.name} is the truth again`);
  }

  /** If several faults overlap, the one that began last applies. */
  begin(fault: Fault, forMs: number): void {
    this.#fault = fault;
    if (fault.fault === 'freezes') this.#frozenUntilMs = this.#world.nowMs + forMs;
    this.#world.note('store', `${fault.fault} for ${forMs} ms`);
    this.#world.schedule.after(forMs, () => {
      if (this.#fault !== fault) return;
      this.#fault = undefined;
      this.#world.note('store', 'is well again');
    });
  }

  /** Reads a document. May throw at once if the source is a function. `onServed` gets what the answer will bring. */
  read(process: VirtualProcess, document: number, onServed: (served: Served) => void): unknown {
    const fault = this.#faultOfThisRead();
    const serve = (): unknown => {
      const served = this.#serve(document, fault);
      onServed(served);
      return served.value;
    };
    if (fault?.fault === 'throws') throw connectionError('The client is closed', 'ECLIENT');
    if (fault?.fault === 'hangs') return new Promise(() => {});
    const isRemote = fault?.fault === 'is slow' || fault?.fault === 'freezes';
    if (this.#plan.source === 'memory' && !isRemote) return serve();
    return this.#world.network.call(process, storeOrigin, serve, this.#delayMs(fault), () =>
      Math.max(0, this.#frozenUntilMs - this.#world.nowMs),
    );
  }

  #faultOfThisRead(): Fault | undefined {
    const fault = this.#fault;
    if (fault?.fault === 'answers out of order') {
      return { ...fault, fault: 'is slow', detail: this.#random.below(3 * limitMsOf(this.#plan)) };
    }
    if (fault?.fault !== 'is unreliable') return fault;
    const kind = this.#random.pick(['fails', 'throws', 'hangs', 'is slow', 'answers garbage', 'well'] as const);
    const detail = this.#random.below(100_000);
    return kind === 'well' ? undefined : { ...fault, fault: kind, detail };
  }

  // A delay near the time limit, or far above it.
  #delayMs(fault: Fault | undefined): number {
    if (fault?.fault !== 'is slow') return 0;
    const limitMs = limitMsOf(this.#plan);
    const { detail } = fault;
    return detail % 3 === 0 ? Math.max(0, limitMs + (detail % 81) - 60) : detail % (limitMs * 3 + 1);
  }

  #serve(document: number, fault: Fault | undefined): Served {
    if (fault?.fault === 'fails') throw connectionError('ERR the store is loading', 'ELOADING');
    if (fault?.fault === 'refuses') throw connectionError('connect ECONNREFUSED 10.0.0.2:6379', 'ECONNREFUSED');
    if (fault?.fault === 'answers garbage') {
      return { value: garbage[fault.detail % garbage.length]?.(), document: undefined };
    }
    const history = this.#histories[document] ?? [];
    const at = fault?.fault === 'answers an old version' ? Math.max(0, history.length - 2) : history.length - 1;
    const version = history[at];
    const value = version?.value();
    const isWrapped = this.#plan.source === 'store' && this.#random.chance(50);
    return { value: isWrapped ? { value, expires: null } : value, document: version };
  }
}
