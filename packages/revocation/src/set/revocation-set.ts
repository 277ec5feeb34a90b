import type { Auth } from '@torii/core';
import type { Entry } from '../entries/entry.ts';
import { Ends } from './ends.ts';
import { HeldEntry } from './held-entry.ts';
import { Members } from './members.ts';
import { RecentEntries } from './recent-entries.ts';

export interface Compaction {
  /** How many entries became one cut-off. */
  readonly entries: number;
  readonly before: number;
}

/** The revocations of an environment. A later cut-off for the same subject wins, so the order of `add` does not matter. */
export class RevocationSet {
  /** Changes with each entry that revokes more tokens than before. */
  version = 0;
  readonly #maxEntries: number;
  readonly #users: Map<string, HeldEntry> = new Map();
  readonly #impersonators: Map<string, HeldEntry> = new Map();
  readonly #tokens: Map<string, HeldEntry> = new Map();
  readonly #members: Members = new Members();
  #environment: HeldEntry | undefined;
  /** Replaces the entries that did not fit. Kept apart from `#environment`, because it is not for other processes. */
  #compacted: HeldEntry | undefined;
  /** The later cut-off of `#environment` and `#compacted`. */
  #everyoneBefore = Number.NEGATIVE_INFINITY;
  readonly #ends: Ends = new Ends();
  readonly #recent: RecentEntries = new RecentEntries();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    const others = this.#environment === undefined ? 0 : 1;
    return this.#users.size + this.#impersonators.size + this.#tokens.size + this.#members.size + others;
  }

  /** The cut-off of all entries that did not fit. */
  get compacted(): Entry | undefined {
    return this.#compacted;
  }

  /** Whether a token is revoked. `digest`: that of its text. */
  revokes(auth: Auth, digest: string): boolean {
    const issuedAt = auth.issuedAt ?? Number.NEGATIVE_INFINITY;
    if (issuedAt < this.#everyoneBefore + 1 || this.#tokens.has(digest)) return true;
    if (isCut(issuedAt, this.#users.get(auth.userId))) return true;
    const actorId = auth.actor === null ? null : auth.actor.userId;
    if (actorId !== null) {
      if (isCut(issuedAt, this.#users.get(actorId)) || isCut(issuedAt, this.#impersonators.get(actorId))) return true;
    }
    if (this.#members.size === 0 || auth.organization === null) return false;
    return isCut(issuedAt, this.#members.find(auth.userId, auth.organization.id));
  }

  /** Whether a token is revoked that was not revoked at an earlier version. */
  revokesSince(version: number, auth: Auth, digest: string): boolean {
    return this.#recent.revoke(auth, digest, version, this.version) ?? this.revokes(auth, digest);
  }

  /** Returns the entry as it is held now, or `undefined` if the cut-off of a compaction covers it. */
  add(entry: Entry, endsAt: number): HeldEntry | undefined {
    if (this.#compacted !== undefined && entry.before <= this.#compacted.before) return undefined;
    const held = this.find(entry);
    if (held === undefined) return this.#insert(entry, endsAt);
    if (entry.before > held.before) {
      held.before = entry.before;
      held.generation = 0;
      this.#noteChange(held);
    }
    held.endsAt = Math.max(held.endsAt, endsAt);
    return held;
  }

  find({ kind, id, organizationId }: Entry): HeldEntry | undefined {
    if (id === null) return this.#environment;
    if (kind === 'member') return this.#members.find(id, organizationId ?? '');
    return this.#mapFor(kind).get(id);
  }

  *entries(): IterableIterator<HeldEntry> {
    if (this.#environment !== undefined) yield this.#environment;
    yield* this.#users.values();
    yield* this.#members.values();
    yield* this.#impersonators.values();
    yield* this.#tokens.values();
  }

  /** Forgets entries that have ended, a limited number per call. `isNeeded`: whether a token of that time may be accepted. */
  expire(nowSeconds: number, isNeeded: (before: number) => boolean): void {
    const hasEnded = ({ endsAt, before }: HeldEntry): boolean => endsAt <= nowSeconds && !isNeeded(before);
    for (const entry of this.#ends.due(nowSeconds)) {
      if (this.find(entry) !== entry) continue;
      if (hasEnded(entry)) this.#delete(entry);
      else this.#ends.add(entry, nowSeconds);
    }
    if (this.#compacted !== undefined && hasEnded(this.#compacted)) {
      this.#compacted = undefined;
      this.#noteChange();
    }
  }

  /** If there are too many entries, replaces the older half by one cut-off for all tokens of the environment. */
  compact(): Compaction | undefined {
    const { size } = this;
    if (size <= this.#maxEntries) return undefined;
    const moments = new Float64Array(size);
    let latestEnd = 0;
    let index = 0;
    for (const entry of this.entries()) {
      moments[index++] = entry.before;
      latestEnd = Math.max(latestEnd, entry.endsAt);
    }
    const before = moments.sort()[Math.floor((size - 1) / 2)] ?? 0;
    for (const entry of this.entries()) if (entry.before <= before) this.#delete(entry);
    this.#compacted = new HeldEntry({ kind: 'environment', id: null, organizationId: undefined, before }, latestEnd);
    this.#noteChange();
    return { entries: size - this.size, before };
  }

  #insert(entry: Entry, endsAt: number): HeldEntry {
    const held = this.#place(entry, endsAt);
    this.#ends.add(held, endsAt);
    this.#noteChange(held);
    return held;
  }

  #place(entry: Entry, endsAt: number): HeldEntry {
    const { kind, id, organizationId } = entry;
    if (kind === 'member' && id !== null) return this.#members.insert(id, organizationId ?? '', entry, endsAt);
    const held = new HeldEntry(entry, endsAt);
    if (kind === 'member' || id === null) this.#environment = held;
    else this.#mapFor(kind).set(id, held);
    return held;
  }

  #delete(entry: HeldEntry): void {
    const { kind, id, organizationId } = entry;
    if (id === null) {
      this.#environment = undefined;
      this.#noteChange();
    } else if (kind !== 'member') this.#mapFor(kind).delete(id);
    else this.#members.delete(id, organizationId ?? '');
  }

  #mapFor(kind: Exclude<Entry['kind'], 'member'>): Map<string, HeldEntry> {
    if (kind === 'token') return this.#tokens;
    return kind === 'impersonator' ? this.#impersonators : this.#users;
  }

  #noteChange(entry?: HeldEntry): void {
    this.version += 1;
    this.#recent.note(this.version, entry);
    const [own, compacted] = [this.#environment?.before, this.#compacted?.before];
    this.#everyoneBefore = Math.max(own ?? Number.NEGATIVE_INFINITY, compacted ?? Number.NEGATIVE_INFINITY);
  }
}

// Cut-offs have whole seconds, so a token of the same second is revoked too.
function isCut(issuedAt: number, entry: HeldEntry | undefined): boolean {
  return entry !== undefined && issuedAt < entry.before + 1;
}
