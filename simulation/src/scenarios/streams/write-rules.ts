import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import type { WriteJudge } from './connections.ts';
import type { Gateway } from './gateway.ts';
import { type KeyName, keyOf, nameOfAnyPem, nameOfKeyId, nameOfPem } from './keys.ts';
import { type Entry, entriesBetween, noteBucket, noteOf, type Store } from './store.ts';

/** docs/decisions/streams.md, "The note": ignored if it is a day older than its drain, or from more than a minute ahead. */
const staleAfterSeconds = 86_400;
const maxAheadSeconds = 60;
/** How far a decision may be older than its write, in seconds: latencies and whole seconds. */
const edgeSeconds = 2;

/** What a rotation, a cancel or a publication may write, and when. */
export class WriteRules implements WriteJudge {
  onNote: () => void = () => {};
  onFlip: () => void = () => {};
  /** When the last cancel has resolved. A rotation that begins later drains again. */
  lastCancelAtMs: number = Number.NEGATIVE_INFINITY;
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #maxTtlSeconds: number;

  constructor(world: World, store: Store, gateway: Gateway, maxTtlSeconds: number) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#maxTtlSeconds = maxTtlSeconds;
  }

  wrote(call: Call, bucket: string, before: Entry | undefined, sentAtMs: number): void {
    const { kind } = call.purpose;
    if (kind === 'plan') this.#wrong(28, call, 'has written to the store: a plan changes nothing');
    if (call.abortedAtMs !== undefined && sentAtMs > call.abortedAtMs && bucket !== noteBucket) {
      this.#wrong(34, call, 'has written to the slot after its signal was aborted');
    }
    if (bucket === noteBucket) this.#wroteNote(call, before);
    else this.#wroteSlot(call, before);
  }

  #wroteSlot(call: Call, before: Entry | undefined): void {
    const { kind, from, to, isLeaked } = call.purpose;
    const value = this.#store.slot?.value ?? '';
    const [held, written] = [nameOfAnyPem(before?.value), nameOfPem(value)];
    const isEmpty = (before?.value ?? '').trim() === '';
    this.#world.note(call.process.name, `${call.name}: the slot holds ${written ?? 'something else'}`);
    call.hasWrittenSlot = true;
    this.#gateway.isLeaked = isLeaked;
    this.#gateway.isFlip = kind === 'run' || kind === 'advance';
    if (written === null) {
      this.#wrong(28, call, 'has written something other than a public key to the slot');
      return;
    }
    // The guide: after the loss of a bucket, a process may overwrite an entry that it has not seen.
    if (this.#store.lostAtMs >= call.startedAtMs) return;
    if (kind === 'publish') {
      if (written !== to) this.#wrong(28, call, `has published ${written}`);
      if (!isEmpty && held !== to && (from === null || held !== from)) {
        this.#wrong(28, call, `has replaced ${held ?? 'something other than a key'} without being told to`);
      }
      if (nameOfPem(before?.value) === to) this.#wrong(28, call, 'has written the key that was already published');
      return;
    }
    if (kind === 'cancel') {
      if (written !== from || held !== from) this.#wrong(28, call, `has replaced ${held} by ${written}`);
      return;
    }
    if (written !== to || held !== from) {
      this.#wrong(28, call, `has replaced ${held} by ${written}`);
      return;
    }
    if (this.#isCanceled(call) && !this.#isBegunAgain(call)) {
      this.#wrong(28, call, 'has changed the key although it was canceled');
    }
    if (!isLeaked) {
      this.#checkDrain(call);
      this.#checkServed(call, 'flipped');
    }
    const { note } = this.#store;
    // The note may have been written after the call has read it.
    const isKnown = note !== undefined && noteOf(note) !== null && note.writtenAtMs <= (call.noteReadAtMs ?? 0);
    call.noteToClear = isKnown ? note.revision : undefined;
    this.onFlip();
  }

  /** "The flip clears the note", before anything else: a process that ends in between leaves it to a later rotation. */
  asks(call: Call): void {
    const { noteToClear } = call;
    call.noteToClear = undefined;
    const { note } = this.#store;
    const hasFailed = call.asks.some((ask) => ask.to === 'store' && ask.failure !== undefined);
    if (noteToClear !== undefined && note?.revision === noteToClear && noteOf(note) !== null && !hasFailed)
      this.#wrong(28, call, 'has flipped, and goes on with its note still there');
  }

  /** The flip comes only after the drain, by the clock of the machine that flips. */
  #checkDrain(call: Call): void {
    const notes = entriesBetween(this.#store.notes, call.startedAtMs, this.#world.nowMs);
    const own = notes.filter((entry) => this.#isOwn(call, entry));
    const kept = own.filter(({ writtenAtMs }) => writtenAtMs >= this.lastCancelAtMs);
    if (own.length === 0) {
      this.#wrong(34, call, 'has flipped without a note');
      return;
    }
    if (kept.length === 0) {
      this.#wrong(34, call, 'has flipped by a note that was canceled');
      return;
    }
    // The note may have been written again since the call has read it.
    const start = Math.min(...kept.map((entry) => this.drainStartOf(entry)));
    const drainSeconds = this.#maxTtlSeconds + 2;
    const latest = (epochMs + this.#world.nowMs + call.mostAheadMs) / 1000;
    if (latest < start + drainSeconds) {
      this.#wrong(34, call, `has flipped ${(start + drainSeconds - latest).toFixed(3)} s too early`);
    }
    const youngest = Math.max(...kept.map((entry) => this.drainStartOf(entry)));
    const earliest = (epochMs + call.startedAtMs + call.leastAheadMs) / 1000;
    if (earliest > youngest + drainSeconds + staleAfterSeconds + edgeSeconds) {
      this.#wrong(34, call, 'has flipped by a note that is a day older than its drain');
    }
  }

  /** A rotation does nothing while the gateway does not use the key in the slot. */
  #checkServed(call: Call, what: string): void {
    const { lastServed, purpose } = call;
    if (lastServed !== purpose.from)
      this.#wrong(28, call, `has ${what}, but the gateway has answered ${lastServed ?? 'nothing'}`);
  }

  /** In seconds since 1970: when the drain of this note began. */
  drainStartOf(entry: Entry): number {
    return this.#store.hasClock ? entry.createdAtMs / 1000 : (noteOf(entry)?.drainStartedAt ?? 0);
  }

  #wroteNote(call: Call, before: Entry | undefined): void {
    const { kind, from, to, isLeaked } = call.purpose;
    const [old, note] = [noteOf(before), noteOf(this.#store.note)];
    const what = note === null ? 'is cleared' : `says ${nameOfKeyId(note.from)}>${nameOfKeyId(note.to)}`;
    this.#world.note(call.process.name, `${call.name}: the note ${what}`);
    if (kind === 'publish') {
      this.#wrong(28, call, 'has written the note');
      return;
    }
    if (note === null && kind === 'cancel') call.clearedAtMs = this.#world.nowMs;
    if (this.#store.lostAtMs >= call.startedAtMs) return;
    const isOwn = from !== null && old?.from === keyOf(from).keyId && old.to === keyOf(to).keyId;
    if (note === null) {
      if (kind === 'cancel' ? old !== null && !isOwn : !this.#hasFlipped(call)) {
        this.#wrong(28, call, 'has cleared the note of a rotation that is not over');
      }
      if (kind !== 'cancel' && !isLeaked && old !== null && old.from !== keyOf(from ?? 'a').keyId) {
        this.#wrong(28, call, 'has cleared the note of the next rotation');
      }
      return;
    }
    if (kind === 'cancel') {
      this.#wrong(28, call, 'has begun a rotation');
      return;
    }
    const isWhole = from !== null && note.from === keyOf(from).keyId && note.to === keyOf(to).keyId;
    if (!isWhole) {
      this.#wrong(28, call, 'has written a note of another rotation');
      return;
    }
    if (isLeaked) this.#wrong(28, call, 'has begun a drain although the key has leaked');
    if (this.#isCanceled(call)) this.#wrong(28, call, 'has begun again although it was canceled');
    this.#checkServed(call, 'begun');
    const held = entriesBetween(this.#store.slots, call.startedAtMs, this.#world.nowMs);
    if (!held.some(({ value }) => nameOfAnyPem(value) === from)) {
      this.#wrong(28, call, 'has begun although the slot does not hold the old key');
    }
    if (old !== null && before !== undefined && old.from === note.from && this.#isLive(call, before)) {
      this.#wrong(34, call, 'has begun the drain again');
    }
    const begun = note.drainStartedAt;
    const [least, most] = [call.startedAtMs + call.leastAheadMs, this.#world.nowMs + call.mostAheadMs];
    if (begun < Math.floor((epochMs + least) / 1000) || begun > (epochMs + most) / 1000) {
      this.#wrong(34, call, 'has written a wrong start of the drain');
    }
    this.onNote();
  }

  /** Whether a note counts, for certain, by the clock of the process. */
  #isLive(call: Call, entry: Entry): boolean {
    const start = this.drainStartOf(entry);
    const [oldest, youngest] = [
      (epochMs + this.#world.nowMs + call.mostAheadMs) / 1000 - start,
      (epochMs + call.startedAtMs + call.leastAheadMs) / 1000 - start,
    ];
    // The note may have come while the call was under way, so its age is at least what the age at the start says.
    const isPast =
      Math.max(youngest, -maxAheadSeconds + edgeSeconds) === youngest || entry.writtenAtMs >= call.startedAtMs;
    const isNear = (epochMs + this.#world.nowMs + call.leastAheadMs) / 1000 - start >= -maxAheadSeconds + edgeSeconds;
    return isPast && isNear && oldest <= this.#maxTtlSeconds + 2 + staleAfterSeconds - edgeSeconds;
  }

  #isOwn(call: Call, entry: Entry): boolean {
    const note = noteOf(entry);
    const { from, to } = call.purpose;
    return from !== null && note?.from === keyOf(from).keyId && note.to === keyOf(to).keyId;
  }

  /** Whether the slot has held the new key since the call began, or the call is the one that wrote it. */
  #hasFlipped(call: Call): boolean {
    const held = entriesBetween(this.#store.slots, call.startedAtMs, this.#world.nowMs);
    return held.some(({ value }) => nameOfAnyPem(value) === call.purpose.to);
  }

  /** The guide: after the loss of a bucket, revisions count anew. A cancel cannot be told from what was lost then. */
  #isCanceled(call: Call): boolean {
    return call.canceledAtMs !== undefined && this.#store.lostAtMs < call.startedAtMs;
  }

  /** A canceled run may join a rotation of the same keys that another process has begun after the cancel. */
  #isBegunAgain(call: Call): boolean {
    const since = call.noteClearedAtMs ?? 0;
    return this.#store.notes.some((entry) => entry.writtenAtMs >= since && this.#isOwn(call, entry));
  }

  #wrong(statement: number, call: Call, text: string): void {
    this.#world.violate(statement, `${call.process.name} ${call.name} ${text}.`);
  }

  heldBetween(fromMs: number, toMs: number): ReadonlySet<KeyName | 'nothing' | 'other'> {
    const entries = entriesBetween(this.#store.slots, fromMs, toMs);
    const names = entries.map(({ value }) =>
      (value ?? '').trim() === '' ? 'nothing' : (nameOfAnyPem(value) ?? 'other'),
    );
    const isNew = this.#store.slots.length === 0 || (this.#store.slots[0]?.writtenAtMs ?? 0) >= fromMs;
    return new Set(isNew ? [...names, 'nothing' as const] : names);
  }
}
