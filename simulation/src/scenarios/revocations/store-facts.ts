import type { StreamEntry } from '../../world/stream-log.ts';
import type { StreamStore } from '../../world/stream-store.ts';
import { epochMs } from '../../world/virtual-process.ts';
import { isTimeless, type RevocationsPlan } from './plan.ts';
import { type CutOff, cutOffIn } from './subjects.ts';
import type { Token } from './tokens.ts';

/** Something that is revoked, and until when it must be remembered, in virtual milliseconds. */
export interface Fact extends CutOff {
  readonly untilMs: number;
}

/** `untilMs` is 0 if servers may ignore it: it is too far ahead, or from an attacker. */
interface Held extends Fact {
  readonly entry: StreamEntry;
}

/** `harmless`: must revoke no token. `possible`: may revoke those that it names, now or later. */
export type AttackEffect = 'harmless' | 'possible';

/** How far the clocks of processes are off. */
const maxClockMs = 601_000;
const copiesMs = 300_000;
const maxCopies = 80;

/** What the store holds and has held. */
export class StoreFacts {
  /** Called for each text that the product, or an operator, has written. */
  onAdded: (fact: Fact, text: string, entry: StreamEntry) => void = () => {};
  /** Called for a text that is written again and again. */
  onFlood: (text: string) => void = () => {};
  /** Called for a cut-off in the store that nothing explains. */
  onUnexplained: (cutOff: CutOff) => void = () => {};
  readonly #store: StreamStore;
  readonly #plan: RevocationsPlan;
  readonly #held: Map<string, Held[]> = new Map();
  /** Each entry that was ever written, by subject. */
  readonly #added: Map<string, readonly { readonly before: number; readonly entry: StreamEntry }[]> = new Map();
  /** The latest cut-off that was ever asked for, by subject. */
  readonly #possible: Map<string, number> = new Map();
  /** What an old master has accepted that goes on beside the new one. */
  readonly #apart: Map<string, Held[]> = new Map();
  readonly #attacks: Map<string, AttackEffect> = new Map();
  readonly #seen: Map<string, number> = new Map();
  readonly #genuine: string[] = [];
  /** Where each of them was written. */
  readonly #subjects: Map<string, string> = new Map();
  /** When each text was written lately. */
  readonly #copies: Map<string, readonly number[]> = new Map();

  constructor(store: StreamStore, plan: RevocationsPlan) {
    [this.#store, this.#plan] = [store, plan];
  }

  /** The texts that the product has written, in their order. */
  get genuine(): readonly string[] {
    return this.#genuine;
  }

  /** The subjects in a bucket of NATS at which texts were written by servers. */
  subjectsInStore(): readonly string[] {
    return [...this.#subjects.values()];
  }

  /** Where a server has written this text. */
  subjectOf(text: string): string | undefined {
    return this.#subjects.get(text);
  }

  freeSubject(isFree: (subject: string) => boolean): string | undefined {
    return [...this.#subjects.values()].findLast(isFree);
  }

  /** Says what a text of an attacker does, before it is written. */
  expectAttack(text: string, effect: AttackEffect): void {
    this.#attacks.set(text, effect);
  }

  /** How many texts were written so far. */
  get count(): number {
    return [...this.#seen.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Watches an old master that goes on beside the new one. What is written there counts as accepted, and for nothing else. */
  watchApart(old: StreamStore): void {
    const lengths = new Map([...old.streams].map(([key, { past }]) => [key, past.length]));
    old.onChange = () => {
      for (const [key, { past }] of old.streams) {
        for (const entry of past.slice(lengths.get(key) ?? 0)) this.#takeApart(entry);
        lengths.set(key, past.length);
      }
    };
  }

  /** Looks at what was written since the last look. */
  look(): void {
    for (const [key, { past }] of this.#store.streams) {
      for (const entry of past.slice(this.#seen.get(key) ?? 0)) this.#take(entry);
      this.#seen.set(key, past.length);
    }
  }

  /** Since when the store has held an entry that counts, without a gap until a time, for what was issued in this second. */
  heldFromMs(subject: string, iat: number, atMs: number): number {
    const fits = (this.#held.get(subject) ?? []).filter(
      (held) => held.before >= iat && held.untilMs > atMs && !this.#wasTooFarAhead(held),
    );
    let fromMs = Number.POSITIVE_INFINITY;
    for (let edgeMs = atMs; ; edgeMs = fromMs) {
      const covers = fits.filter(({ entry }) => entry.addedAtMs <= edgeMs && entry.removedAtMs >= edgeMs);
      const earliest = Math.min(...covers.map(({ entry }) => entry.addedAtMs));
      if (!(earliest < fromMs)) return fromMs;
      fromMs = earliest;
    }
  }

  holds(subject: string, before: number): boolean {
    const { nowMs } = this.#store;
    return (this.#held.get(subject) ?? []).some((held) => held.before >= before && held.entry.removedAtMs > nowMs);
  }

  /** Whether it was written since a time, or later. An old master that goes on counts too. */
  wasAdded(subject: string, before: number, sinceMs: number): boolean {
    const apart = this.#apart.get(subject) ?? [];
    // In a bucket of NATS, a text that is there is not written again.
    const fromMs = ({ addedAtMs, removedAtMs }: StreamEntry): number =>
      this.#plan.feed.kind === 'nats' ? removedAtMs : addedAtMs;
    const added = [...(this.#added.get(subject) ?? []), ...apart];
    return added.some((each) => each.before >= before && fromMs(each.entry) >= sinceMs);
  }

  /** How many replicas have got it. */
  countReplicas(subject: string, before: number): number {
    const { nowMs, lagsMs } = this.#store;
    const held = (this.#held.get(subject) ?? []).filter((each) => each.before >= before);
    return lagsMs.filter((lagMs) => held.some(({ entry }) => entry.addedAtMs + lagMs <= nowMs)).length;
  }

  /** What the store holds now. */
  *current(): Iterable<Held & { readonly addedAtMs: number }> {
    const { nowMs } = this.#store;
    for (const list of this.#held.values()) {
      for (const held of list) {
        if (held.untilMs > 0 && !this.#wasTooFarAhead(held) && held.entry.removedAtMs > nowMs)
          yield { ...held, addedAtMs: held.entry.addedAtMs };
      }
    }
  }

  /** The facts about a token that count for this long, at least. */
  untilMs(token: Token, atMs: number): number {
    const facts = token.subjects.flatMap((subject) => this.#held.get(subject) ?? []);
    return Math.max(
      0,
      ...facts
        .filter((fact) => fact.before >= token.claims.iat && fact.entry.addedAtMs <= atMs)
        .map((fact) => fact.untilMs),
    );
  }

  allow({ subject, before }: CutOff): void {
    this.#possible.set(subject, Math.max(this.#possible.get(subject) ?? 0, before));
  }

  /** Servers ignore it. A process with a wrong clock writes it if it does not know the clock of the store yet. */
  isTooFarAhead({ before }: CutOff, atMs: number = this.#store.nowMs): boolean {
    const lowestMs = isTimeless(this.#plan) ? epochMs + this.#store.nowMs - maxClockMs : this.#store.lowestMs;
    return before * 1000 > lowestMs + 890_000 - (this.#store.nowMs - atMs);
  }

  /** A server that has ignored it reads it again when it connects again. The clock of the store may have been set back meanwhile. */
  #wasTooFarAhead(held: Held): boolean {
    return this.isTooFarAhead(held, held.entry.addedAtMs);
  }

  /** The number of subjects whose latest cut-off is this one. */
  countAt(before: number): number {
    return [...this.#possible.values()].filter((each) => each === before).length;
  }

  /** Whether there was ever a reason to refuse it. */
  mayRefuse(token: Token): boolean {
    return token.subjects.some((subject) => (this.#possible.get(subject) ?? 0) >= token.claims.iat);
  }

  /** An entry counts from its arrival, and from its cut-off if that is ahead by the clock of the store. */
  factOf(cutOff: CutOff, addedAtMs: number): Fact {
    const keptMs = (this.#plan.maxTokenSeconds + 600) * 1000;
    const slackMs = 2_000 + keptMs / 1000;
    const wallMs = isTimeless(this.#plan) ? epochMs + this.#store.nowMs + maxClockMs : this.#store.wallMs;
    const aheadMs = Math.max(0, cutOff.before * 1000 - wallMs);
    const byCutOffMs = cutOff.before * 1000 - epochMs;
    return { ...cutOff, untilMs: Math.min(byCutOffMs, addedAtMs + aheadMs) + keptMs - slackMs };
  }

  /** Processes write an entry again if the store may lack it, ever more rarely. */
  #noteCopy(text: string, atMs: number): void {
    const times = (this.#copies.get(text) ?? []).filter((each) => each > atMs - copiesMs);
    this.#copies.set(text, [...times, atMs]);
    if (times.length >= maxCopies) this.onFlood(text);
  }

  #takeApart(entry: StreamEntry): void {
    for (const text of entry.fields) {
      const cutOff = cutOffIn(text);
      if (cutOff === undefined) continue;
      if ((this.#possible.get(cutOff.subject) ?? 0) < cutOff.before) this.onUnexplained(cutOff);
      if (!this.#genuine.includes(text)) this.#genuine.push(text);
      this.#apart.set(cutOff.subject, [...(this.#apart.get(cutOff.subject) ?? []), { ...cutOff, untilMs: 0, entry }]);
    }
  }

  #hold(held: Held): void {
    this.#held.set(held.subject, [...(this.#held.get(held.subject) ?? []), held]);
  }

  #take(entry: StreamEntry): void {
    for (const text of entry.fields) {
      const effect = this.#attacks.get(text);
      const cutOff = cutOffIn(text);
      if (effect === 'harmless' || cutOff === undefined) continue;
      if (effect === 'possible') {
        this.allow(cutOff);
        this.#hold({ ...cutOff, untilMs: 0, entry });
        continue;
      }
      if ((this.#possible.get(cutOff.subject) ?? 0) < cutOff.before) this.onUnexplained(cutOff);
      const added = this.#added.get(cutOff.subject) ?? [];
      this.#added.set(cutOff.subject, [...added, { before: cutOff.before, entry }]);
      const isIgnored = this.isTooFarAhead(cutOff);
      const fact = isIgnored ? { ...cutOff, untilMs: 0 } : this.factOf(cutOff, entry.addedAtMs);
      this.#hold({ ...fact, entry });
      if (isIgnored) continue;
      if (!this.#genuine.includes(text)) {
        this.#genuine.push(text);
        this.#subjects.set(text, entry.fields[1] ?? '');
      }
      this.#noteCopy(text, entry.addedAtMs);
      this.onAdded(fact, text, entry);
    }
  }
}
