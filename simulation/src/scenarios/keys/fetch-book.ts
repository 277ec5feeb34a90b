import type { StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { KeyNames } from './key-pairs.ts';

export interface Reading {
  readonly atMs: number;
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function readingOf(world: World, process: VirtualProcess): Reading {
  return { atMs: world.nowMs, wallMs: process.wallMs, steadyMs: process.steadyMs };
}

/**
 * The age of something by the clocks of a process. The larger of the two counts, and it is unknown (infinite) if both were
 * set back: see docs/decisions/key-sets.md and time.md.
 */
export function ageMs(process: VirtualProcess, since: Reading): number {
  const age = Math.max(process.wallMs - since.wallMs, process.steadyMs - since.steadyMs);
  return age < -1_000 ? Number.POSITIVE_INFINITY : age;
}

/** Receives what happens to the fetches of one process for one issuer. */
export interface FetchKeeper {
  readonly process: VirtualProcess;
  readonly maxTimeoutMs: number;
  onBegun(fetch: Fetch): void;
  onEnded(fetch: Fetch): void;
  /** The body of a good response was not read completely. */
  onCut(fetch: Fetch): void;
  /** More of the body was read after the time limit of a fetch. */
  onReadLate(fetch: Fetch): void;
}

/** One fetch of a key set, as it was seen on the network. */
export class Fetch {
  readonly number: number;
  readonly begun: Reading;
  readonly clockChanges: number;
  readonly view: FetchKeeper;
  ended: Reading | undefined;
  /** The keys, if the answer was good and has been read to its end. */
  keys: KeyNames | undefined;
  wasAborted = false;
  /** The verifier must allow the fetch at least this long. */
  limitMs = 0;
  /** Counts what happens to the keys of one process, so that events of one millisecond have an order. */
  begunTurn = 0;
  endedTurn = Number.POSITIVE_INFINITY;
  readonly aheadMs: number;
  isLate = false;
  isAnnounced = false;
  /** Whether status and headers already show that the response cannot be used. */
  endsWithHead = false;
  readonly #world: World;

  constructor(
    world: World,
    view: FetchKeeper,
    { number, process, answer }: StartedFetch,
    signal: AbortSignal | undefined,
  ) {
    this.#world = world;
    this.view = view;
    this.number = number;
    this.begun = readingOf(world, process);
    this.clockChanges = process.clockChanges;
    this.aheadMs = process.aheadMs;
    signal?.addEventListener('abort', () => {
      this.wasAborted = this.ended === undefined;
      this.#end(undefined);
    });
    answer.then(
      () => {
        if (this.endsWithHead) this.#end(undefined);
      },
      () => this.#end(undefined),
    );
  }

  get hasFailed(): boolean {
    return this.ended !== undefined && this.keys === undefined;
  }

  /** The pieces of a body. The process has read it all when it asks for another piece after the last. */
  pieces(
    texts: Iterable<string>,
    gapMs: number,
    keys: KeyNames | undefined,
    endsWithHead = false,
  ): Iterable<{ readonly afterMs: number; readonly text: string }> {
    this.endsWithHead = endsWithHead;
    return this.#read(texts, gapMs, keys);
  }

  *#read(
    texts: Iterable<string>,
    gapMs: number,
    keys: KeyNames | undefined,
  ): Generator<{ readonly afterMs: number; readonly text: string }> {
    let isWhole = false;
    // A `fetch` that ignores its signal may return after the time limit: its response is used, if it comes to an end.
    const isInTime = !this.wasAborted;
    try {
      for (const text of texts) {
        if (isInTime && this.wasAborted) this.view.onReadLate(this);
        yield { afterMs: gapMs, text };
      }
      isWhole = true;
      this.#end(keys);
    } finally {
      if (!isWhole && keys !== undefined && this.ended === undefined) this.view.onCut(this);
      this.#end(undefined);
    }
  }

  #end(keys: KeyNames | undefined): void {
    if (this.ended !== undefined) {
      // A `fetch` that ignores its signal can return after the time limit. Its response is used unless there is a newer one.
      if (keys === undefined || !this.wasAborted || this.keys !== undefined) return;
      this.isAnnounced = false;
      this.isLate = true;
    }
    this.ended = readingOf(this.#world, this.view.process);
    this.keys = keys;
    this.view.onEnded(this);
  }
}

/** All fetches of a world. */
export class FetchBook {
  readonly #world: World;
  readonly #fetches: Map<number, Fetch> = new Map();
  /** Of the fetch that is about to start, if its function does not pass it on. */
  #ownSignal: AbortSignal | undefined;
  readonly #viewOf: (process: VirtualProcess, url: string) => FetchKeeper | undefined;

  constructor(world: World, viewOf: (process: VirtualProcess, url: string) => FetchKeeper | undefined) {
    this.#world = world;
    this.#viewOf = viewOf;
    world.network.onFetch = (started) => this.#onFetch(started);
  }

  at(number: number): Fetch {
    const fetch = this.#fetches.get(number);
    if (fetch === undefined) throw new Error(`There is no fetch ${number}.`);
    return fetch;
  }

  /** A `fetch` that never stops, as some wrappers and mocks. */
  deafFetch(process: VirtualProcess): typeof globalThis.fetch {
    const send = this.#world.network.fetchOf(process);
    return (input, init) => {
      this.#ownSignal = init?.signal ?? undefined;
      try {
        return send(input, { ...init, signal: null });
      } finally {
        this.#ownSignal = undefined;
      }
    };
  }

  #onFetch(started: StartedFetch): void {
    const view = this.#viewOf(started.process, started.url);
    if (view === undefined) {
      this.#world.violate(3, `${started.process.name} fetched ${started.url}`);
      return;
    }
    const fetch = new Fetch(this.#world, view, started, started.signal ?? this.#ownSignal);
    this.#fetches.set(fetch.number, fetch);
    view.onBegun(fetch);
  }
}
