import { loggableCause } from '../logs/cause.ts';
import { randomId, steadyMs, wallMs } from '../platform.ts';
import { raceDeadline } from '../time/deadline.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { ToriiWebhookError } from './errors.ts';

/** A key-value store: a Keyv, or an object with the same three methods. All processes of the app must share it. */
export interface WebhookStore {
  get(key: string): unknown;
  /** `ttlMs`: milliseconds after which the entry may be deleted. */
  set(key: string, value: object, ttlMs?: number): unknown;
  delete(key: string): unknown;
}

export interface Claim {
  /** How many milliseconds may pass before the handler begins: it needs at least half of the lease. */
  leftMs(): number;
  markHandled(): Promise<void>;
  release(): Promise<void>;
}

// An entry contains its expiry time, `until`, because some stores ignore the TTL.
type Entry =
  | { readonly state: 'handled'; readonly until: number }
  | { readonly state: 'claimed'; readonly by: string; readonly until: number };

const prefix = 'torii-webhook:';
// A test entry, to notice a failing store: Keyv hides read errors as `undefined`. If neither an event nor this entry is
// found, this entry is written and must be found then. Event ids contain no dot, so no event uses this key.
const beaconKey = `${prefix}.`;
// Short, because some webhook senders wait only 15 seconds for a response.
const storeTimeoutMs = 3_000;

interface Turn {
  since: Instant;
  readonly leaseMs: number;
}

// The events that this process is handling, for each store. The store alone is not enough: without an atomic "set if
// absent", which Keyv lacks, two simultaneous deliveries could both handle an event.
const claimedHere = new WeakMap<WebhookStore, Map<string, Turn>>();

// Keeps an event from being handled twice. A delivery claims its event in the store, for a limited time: if the process
// crashes, the claim expires, and a later delivery of the event is handled.
export class Repeats {
  readonly #store: WebhookStore;
  readonly #leaseMs: number;
  readonly #keepMs: number;
  readonly #here: Map<string, Turn>;

  constructor(store: WebhookStore, { leaseMs, keepMs }: { readonly leaseMs: number; readonly keepMs: number }) {
    this.#store = store;
    this.#leaseMs = leaseMs;
    this.#keepMs = keepMs;
    this.#here = claimedHere.get(store) ?? new Map();
    claimedHere.set(store, this.#here);
  }

  async claim(id: string): Promise<Claim | 'handled'> {
    // If an earlier delivery is handling the event, throw instead of waiting for it: in Cloudflare Workers, a request cannot
    // await a promise of another request.
    const earlier = this.#here.get(id);
    if (earlier !== undefined && !isOver(earlier)) throw inProgress();
    // A request in a Worker may end without notice. Its turn then stays in the map: drop it when its lease has ended.
    for (const [oldest, turn] of this.#here) {
      if (!isOver(turn)) break;
      this.#here.delete(oldest);
    }
    const turn: Turn = { since: instantNow(), leaseMs: this.#leaseMs };
    this.#here.set(id, turn);
    const leave = (): void => {
      if (this.#here.get(id) === turn) this.#here.delete(id);
    };
    const key = prefix + id;
    try {
      // Keyv hides read errors as `undefined`, so a miss counts only if two reads agree.
      const found = (await this.#read(key)) ?? (await this.#read(key));
      if (found?.state === 'handled') {
        leave();
        return 'handled';
      }
      // If the reads took longer than a claim lasts, another delivery may have claimed the event.
      if (found !== undefined || this.#here.get(id) !== turn) throw inProgress();
    } catch (error) {
      leave();
      throw error;
    }
    return this.#take(key, turn, leave);
  }

  async #take(key: string, turn: Turn, leave: () => void): Promise<Claim> {
    const by = randomId();
    const release = async (): Promise<void> => {
      try {
        const found = await this.#read(key);
        if (found?.state === 'claimed' && found.by === by) await this.#ask(() => this.#store.delete(key));
      } finally {
        leave();
      }
    };
    turn.since = instantNow();
    try {
      await this.#write(key, { state: 'claimed', by, until: wallMs() + this.#leaseMs }, this.#leaseMs);
      if (elapsedMs(turn.since) > this.#leaseMs / 2)
        throw unavailable(new Error('The store took half of `leaseSeconds`.'));
    } catch (error) {
      await release().catch(() => {});
      throw error;
    }
    return {
      leftMs: () => this.#leaseMs / 2 - elapsedMs(turn.since),
      markHandled: () =>
        this.#write(key, { state: 'handled', until: wallMs() + this.#keepMs }, this.#keepMs).finally(leave),
      release,
    };
  }

  async #read(key: string): Promise<Entry | undefined> {
    const look = () => Promise.all([this.#get(key), this.#get(beaconKey)]);
    let [found, beacon] = await look();
    if (found === undefined && beacon === undefined) {
      // No expiry time: the clock of the process that wrote it may be behind, and its presence is all that counts.
      await this.#write(beaconKey, { state: 'handled', until: Number.MAX_SAFE_INTEGER }, this.#keepMs);
      [found, beacon] = await look();
      if (found === undefined && beacon === undefined) throw unavailable(lost());
    }
    return found;
  }

  async #get(key: string): Promise<Entry | undefined> {
    const value: unknown = await this.#ask(() => this.#store.get(key));
    if (value === undefined || value === null) return undefined;
    // Refuse the delivery if the entry has an unknown format: it may mean that the event has been handled.
    if (!isEntry(value)) throw unavailable(new Error('The store returned an entry of an unknown format.'));
    return value.until > wallMs() ? value : undefined;
  }

  // Reads the entry back, because Keyv hides many write errors.
  async #write(key: string, entry: Entry, ttlMs: number): Promise<void> {
    await this.#ask(() => this.#store.set(key, entry, ttlMs));
    const found = await this.#get(key);
    if (found === undefined) throw unavailable(lost());
    if (found.state === 'claimed' && entry.state === 'claimed' && found.by !== entry.by) throw inProgress();
    if (found.state !== entry.state) throw found.state === 'handled' ? inProgress() : unavailable(lost());
  }

  async #ask(work: () => unknown): Promise<unknown> {
    try {
      return await raceDeadline(Promise.resolve().then(work), storeTimeoutMs, () => {
        throw new Error(`The store did not respond within ${storeTimeoutMs / 1000} seconds.`);
      });
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

// Uses only the monotonic clock: if someone sets the wall clock forward, the claim of a delivery must not expire while that
// delivery is still being handled.
function isOver({ since, leaseMs }: Turn): boolean {
  return steadyMs() - since.steadyMs >= leaseMs;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { state, by, until }: Partial<Record<string, unknown>> = { ...value };
  return (state === 'handled' || (state === 'claimed' && typeof by === 'string')) && typeof until === 'number';
}

function inProgress(): ToriiWebhookError {
  const message = 'Another delivery of this event is being handled at the moment. Retry later.';
  return new ToriiWebhookError('in_progress', message);
}

// Keyv hides its errors: often all that is known is that an entry is missing.
function lost(): Error {
  return new Error(
    'The store did not return an entry that was just written. A Keyv reports the reason to its listeners of `error`.',
  );
}

function unavailable(cause: unknown): ToriiWebhookError {
  const message = 'The store of handled events cannot be read or written at the moment. Retry later.';
  return new ToriiWebhookError('store_unavailable', message, { cause: loggableCause(cause) });
}
