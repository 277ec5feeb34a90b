import { ToriiWebhookError } from '../errors.ts';
import { raceDeadline } from '../time/deadline.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

/** What remembers ids: a Keyv, or whatever has these three methods. It must be one that all processes of the app share. */
export interface WebhookStore {
  get(key: string): unknown;
  /** The last argument is when the entry may be forgotten, in milliseconds. */
  set(key: string, value: object, ttlMs?: number): unknown;
  delete(key: string): unknown;
}

/** The right to handle an event, until it runs out. */
export interface Claim {
  /** @throws ToriiWebhookError `store_unavailable` where that could not be noted */
  markHandled(): Promise<void>;
  /** Lets the next delivery have it. Where the store fails, that one waits until the claim runs out. */
  release(): Promise<void>;
}

/** An entry of the store. Its end is in it too, for stores that know no time. */
type Entry =
  | { readonly state: 'handled'; readonly until: number }
  | { readonly state: 'claimed'; readonly by: string; readonly until: number };

const prefix = 'torii-webhook:';
/** Ids have no dot. */
const beaconKey = `${prefix}.`;
/** Senders wait 15 seconds or more for an answer. */
const patienceMs = 3_000;

/** Since when somebody in this process has had an event to themselves. */
interface Turn {
  since: Instant;
}

// Of one process, and for each store: exact where two deliveries come at once, which a store without a "set if absent" is not.
const claimedHere = new WeakMap<WebhookStore, Map<string, Turn>>();

/**
 * Which events have been handled or are being handled. An event is claimed for a short time before its handler runs: a
 * process that dies in the middle takes nothing with it but that time.
 */
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

  /**
   * The right to handle an event, or `handled` where that has been done.
   *
   * @throws ToriiWebhookError `in_progress` or `store_unavailable`
   */
  async claim(id: string): Promise<Claim | 'handled'> {
    // Not a promise to wait for: a Worker may not wait for what another request began, nor does that always end.
    const earlier = this.#here.get(id);
    // By the steady clock alone: the other one may be set forward in the middle of a handler.
    if (earlier !== undefined && performance.now() - earlier.since.steadyMs < this.#leaseMs) throw inProgress();
    const turn: Turn = { since: instantNow() };
    this.#here.set(id, turn);
    const leave = (): void => {
      if (this.#here.get(id) === turn) this.#here.delete(id);
    };
    const key = prefix + id;
    try {
      // Nothing is nothing when it is found twice: one answer may be a failure that a Keyv keeps to itself, and the second
      // is read right before the claim is written, when another process may have claimed the event.
      const found = (await this.#read(key)) ?? (await this.#read(key));
      if (found?.state === 'handled') {
        leave();
        return 'handled';
      }
      // A store may be slower than the lease is long: then somebody else has the turn.
      if (found !== undefined || this.#here.get(id) !== turn) throw inProgress();
    } catch (error) {
      leave();
      throw error;
    }
    return this.#take(key, turn, leave);
  }

  async #take(key: string, turn: Turn, leave: () => void): Promise<Claim> {
    const by = crypto.randomUUID();
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
      await this.#write(key, { state: 'claimed', by, until: Date.now() + this.#leaseMs }, this.#leaseMs);
      // What the store has taken is missing to the handler.
      if (elapsedMs(turn.since) > this.#leaseMs / 2) throw unavailable();
    } catch (error) {
      // It may have been written all the same, and would hold the event back until it runs out.
      await release().catch(() => {});
      throw error;
    }
    return {
      markHandled: () =>
        this.#write(key, { state: 'handled', until: Date.now() + this.#keepMs }, this.#keepMs).finally(leave),
      release,
    };
  }

  // Keyv answers `undefined` for what is not there, and for many a failure. The beacon is there, and is read in the same
  // breath: where that is missing too, nothing is known about the rest.
  async #read(key: string): Promise<Entry | undefined> {
    const look = () => Promise.all([this.#get(key), this.#get(beaconKey)]);
    let [found, beacon] = await look();
    if (found === undefined && beacon === undefined) {
      await this.#write(beaconKey, { state: 'handled', until: Date.now() + this.#keepMs }, this.#keepMs);
      [found, beacon] = await look();
      if (found === undefined && beacon === undefined) throw unavailable();
    }
    return found;
  }

  async #get(key: string): Promise<Entry | undefined> {
    const value: unknown = await this.#ask(() => this.#store.get(key));
    if (value === undefined || value === null) return undefined;
    // What is not ours may stand for anything. To go on would be a guess.
    if (!isEntry(value)) throw unavailable();
    return value.until > Date.now() ? value : undefined;
  }

  /** Writes, and makes sure that it is there: a Keyv keeps many a failure to itself. */
  async #write(key: string, entry: Entry, ttlMs: number): Promise<void> {
    await this.#ask(() => this.#store.set(key, entry, ttlMs));
    const found = await this.#get(key);
    if (found === undefined) throw unavailable();
    if (found.state === 'claimed' && entry.state === 'claimed' && found.by !== entry.by) throw inProgress();
    if (found.state !== entry.state) throw found.state === 'handled' ? inProgress() : unavailable();
  }

  async #ask(work: () => unknown): Promise<unknown> {
    try {
      return await raceDeadline(Promise.resolve().then(work), patienceMs, () => {
        throw unavailable();
      });
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { state, by, until }: Partial<Record<string, unknown>> = { ...value };
  return (state === 'handled' || (state === 'claimed' && typeof by === 'string')) && typeof until === 'number';
}

function inProgress(): ToriiWebhookError {
  const message =
    'Another delivery of this event is being handled. Whether that goes well is not known yet: come again.';
  return new ToriiWebhookError('in_progress', message);
}

function unavailable(cause?: unknown): ToriiWebhookError {
  const message = 'Whether this event has been handled cannot be looked up or noted at the moment.';
  return new ToriiWebhookError('store_unavailable', message, { cause });
}
