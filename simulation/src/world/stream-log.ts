/** An entry of a stream, with the time that it was there. */
export interface StreamEntry {
  readonly ms: number;
  readonly seq: number;
  readonly fields: readonly string[];
  /** In virtual milliseconds. */
  readonly addedAtMs: number;
  /** When the entry was removed. Infinity if it still exists. */
  removedAtMs: number;
}

interface Mark {
  readonly atMs: number;
  readonly last: StreamId;
  readonly added: number;
}

export interface StreamId {
  readonly ms: number;
  readonly seq: number;
}

const zero: StreamId = { ms: 0, seq: 0 };

export function compareIds(a: StreamId, b: StreamId): number {
  return a.ms - b.ms || a.seq - b.seq;
}

export function idText({ ms, seq }: StreamId): string {
  return `${ms}-${seq}`;
}

/** One stream with its whole past, so that an older state can come back. */
export class StreamLog {
  /** What is there now, in the order of their ids. */
  entries: StreamEntry[] = [];
  /** Everything that was ever there. An entry that comes back is there twice. */
  readonly past: StreamEntry[] = [];
  #marks: Mark[] = [];

  get last(): StreamId {
    return this.#marks.at(-1)?.last ?? zero;
  }

  /** How many entries were ever added, as XINFO STREAM counts them. */
  get added(): number {
    return this.#marks.at(-1)?.added ?? 0;
  }

  add(id: StreamId, fields: readonly string[], nowMs: number): StreamEntry {
    const entry = { ...id, fields, addedAtMs: nowMs, removedAtMs: Number.POSITIVE_INFINITY };
    this.entries.push(entry);
    this.past.push(entry);
    this.#marks.push({ atMs: nowMs, last: id, added: this.added + 1 });
    return entry;
  }

  /** Removes the entries below an id. Returns how many they were. */
  trim(least: StreamId, nowMs: number): number {
    const from = this.entries.findIndex((entry) => compareIds(entry, least) >= 0);
    const gone = this.entries.splice(0, from === -1 ? this.entries.length : from);
    for (const entry of gone) entry.removedAtMs = nowMs;
    return gone.length;
  }

  /** Removes some entries. */
  remove(isGone: (entry: StreamEntry) => boolean, nowMs: number): void {
    const gone = this.entries.filter(isGone);
    if (gone.length === 0) return;
    for (const entry of gone) entry.removedAtMs = nowMs;
    this.entries = this.entries.filter((entry) => !gone.includes(entry));
  }

  /** Deletes the stream, as DEL and FLUSHALL do. Its counters start again. */
  clear(nowMs: number): void {
    for (const entry of this.entries) entry.removedAtMs = nowMs;
    this.entries = [];
    this.#marks.push({ atMs: nowMs, last: zero, added: 0 });
  }

  /** Takes over what another log held at a time. */
  mirror(other: StreamLog, atMs: number): void {
    this.entries = other.past.filter((entry) => entry.addedAtMs <= atMs && entry.removedAtMs > atMs);
    const mark = other.#marks.findLast((each) => each.atMs <= atMs);
    this.#marks = mark === undefined ? [] : [mark];
  }

  /** A log with the same entries, and its own future. */
  copy(): StreamLog {
    const copy = new StreamLog();
    copy.entries = this.entries.map((entry) => ({ ...entry }));
    copy.past.push(...copy.entries);
    copy.#marks = this.#marks.slice(-1);
    return copy;
  }

  /** Goes back to what was there at a time. */
  restore(atMs: number, nowMs: number): void {
    const was = this.past.filter((entry) => entry.addedAtMs <= atMs && entry.removedAtMs > atMs);
    for (const entry of this.entries) if (!was.includes(entry)) entry.removedAtMs = nowMs;
    this.entries = was.map((entry) => {
      if (entry.removedAtMs === Number.POSITIVE_INFINITY) return entry;
      const again = { ...entry, addedAtMs: nowMs, removedAtMs: Number.POSITIVE_INFINITY };
      this.past.push(again);
      return again;
    });
    const mark = this.#marks.findLast((each) => each.atMs <= atMs);
    this.#marks.push({ atMs: nowMs, last: mark?.last ?? zero, added: mark?.added ?? 0 });
  }
}
