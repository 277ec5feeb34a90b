import type { Auth, Verifier } from '@torii/core';
import type {
  FeedEntry,
  FeedReader,
  RevocationEvent,
  RevocationFeed,
  RevocationRecord,
  Revocations,
} from '@torii/revocation';
import type { StreamStore } from '../../world/stream-store.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Calm } from './calm.ts';
import { openFeed, type StoreAccess } from './feeds.ts';
import type { RevocationsPlan } from './plan.ts';
import type { Fact } from './store-facts.ts';
import { environmentId, issuer, keys } from './tokens.ts';

/** How a request ended. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly auth: Auth }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly text: string };

export interface Reading {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/** When a question was asked. */
export interface Asking extends Reading {
  /** How often a clock of the process had been changed by then. */
  readonly clockChanges: number;
}

const signingKeys = ['first signing key of the simulation', 'second signing key of the simulation'] as const;

/** Which server of the store a process finds when it connects. */
export interface Server {
  store: StreamStore;
  readonly isReplica: boolean;
  /** Until when it was an old master that goes on beside the new one. Infinity if it still is. */
  apartUntilMs: number;
}

interface NodePlace {
  readonly plan: RevocationsPlan;
  readonly server: Server;
  readonly access: StoreAccess;
  readonly calm: Calm;
  readonly linkCalm: Calm;
}

/** A server with a verifier, in one process, and what is known of it. */
export class Node {
  readonly process: VirtualProcess;
  readonly plan: RevocationsPlan;
  readonly startedAtMs: number;
  /** Disturbances of the process, its link and the store. */
  readonly calm: Calm;
  /** Disturbances of its link and the store. */
  readonly linkCalm: Calm;
  /** The server of the store that it is connected to. */
  readonly server: Server;
  readonly revocations: Revocations;
  readonly verifier: Verifier;
  /** What it must know, by subject. */
  readonly learned: Map<string, Fact & { readonly learnedAtMs: number }> = new Map();
  /** The digests of the tokens that it has refused as revoked. */
  readonly refused: Set<string> = new Set();
  /** The latest cut-off of a compaction that it has reported, in Unix seconds. */
  compactedBefore = 0;
  /** The state that its events report. */
  isStale = false;
  resetAtMs: number = Number.NEGATIVE_INFINITY;
  /** When it was last sure to be up to date. */
  currentAt: (Reading & { readonly atMs: number; readonly clockChanges: number }) | undefined;
  silenceMs = 0;
  /** When it last asked the store for something, or tried to connect. Not known with NATS, whose client connects by itself. */
  askedAtMs: number = Number.NEGATIVE_INFINITY;
  /** When its wall clock was last set back. -1 if never. */
  setBackAtMs = -1;
  /** When its wall clock was last set. */
  setAtMs: number = Number.NEGATIVE_INFINITY;
  /** When NATS stopped delivering to it. Only a process that runs can notice that, so pauses do not count. */
  #stalledAt = { atMs: Number.NEGATIVE_INFINITY, pausedMs: 0 };
  isClosed = false;
  /** Whether `ready` has ended. */
  isReady = false;
  /** Since when no answer of the store can have come. Infinity if answers come. */
  deafFromMs: number = Number.POSITIVE_INFINITY;
  /** How many revocations are being announced. */
  announcing = 0;
  #provenAt: Reading | undefined;
  /** The last question that was answered before each change of a clock. */
  readonly #answers: Map<number, Reading> = new Map();
  /** How many requests wait for their answer. */
  waiting = 0;
  events: RevocationEvent[] = [];
  onEvent: (event: RevocationEvent) => void = () => {};
  onLearned: (fact: Fact) => void = () => {};
  /** Called some time after the end. */
  judgeClosed: () => void = () => {};
  /** Called before it is closed. */
  onClosing: () => void = () => {};
  readonly #world: World;

  constructor(world: World, process: VirtualProcess, number: number, place: NodePlace) {
    const { plan, server, access, calm, linkCalm } = place;
    [this.#world, this.process, this.plan, this.calm, this.linkCalm] = [world, process, plan, calm, linkCalm];
    this.server = server;
    this.startedAtMs = world.nowMs;
    const { core, revocation } = process.product;
    const feed = openFeed(this, access);
    const order = plan.signing === 'rotating' && number % 2 === 1 ? [...signingKeys].reverse() : [...signingKeys];
    this.revocations = revocation.createRevocations({
      issuer,
      environmentId,
      feed: this.#watched(feed),
      maxTokenSeconds: plan.maxTokenSeconds,
      maxStaleSeconds: plan.maxStaleSeconds,
      whenStale: plan.whenStale,
      beforeFirstSnapshot: plan.beforeFirstSnapshot,
      waitMs: plan.waitMs,
      maxEntries: plan.maxEntries,
      announceTimeoutMs: plan.announceTimeoutMs,
      ...(plan.signing !== 'off' && { signingKeys: order }),
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
    const end = (): void => {
      this.isReady = true;
    };
    this.revocations.ready().then(end, end);
    this.verifier = core.createVerifier({
      issuer,
      keys: keys as never,
      revocations: this.revocations,
      clockTolerance: plan.clockTolerance,
      cachedTokens: plan.cachedTokens,
    });
  }

  noteStall(): void {
    this.#stalledAt = { atMs: this.#world.nowMs, pausedMs: this.process.pausedMs };
  }

  /** For how long the process has run since NATS stopped delivering to it. */
  get ranStalledMs(): number {
    const { atMs, pausedMs } = this.#stalledAt;
    return this.#world.nowMs - atMs - (this.process.pausedMs - pausedMs);
  }

  learn(fact: Fact): void {
    const known = this.learned.get(fact.subject);
    if (known !== undefined && known.before >= fact.before) return;
    this.learned.set(fact.subject, { ...fact, learnedAtMs: this.#world.nowMs });
    this.onLearned(fact);
  }

  /** What the product says it holds. `undefined` if that fails. */
  list(): readonly RevocationRecord[] | undefined {
    try {
      return [...this.revocations.list()];
    } catch {
      return undefined;
    }
  }

  async answer(token: string): Promise<Outcome> {
    try {
      const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } };
      const { auth, denial } = await this.verifier.check(request);
      if (denial !== undefined) {
        const { error } = denial.body as unknown as { readonly error: { readonly reason: string } };
        return { kind: 'refused', status: denial.status, reason: error.reason };
      }
      return auth === null ? { kind: 'failed', text: 'no Auth and no refusal' } : { kind: 'accepted', auth };
    } catch (error) {
      return { kind: 'failed', text: String(error) };
    }
  }

  /** The least that the silence can be, in milliseconds. */
  get silentMs(): number {
    if (this.#answers.size > 0) return Math.min(...[...this.#answers.values()].map((at) => this.#elapsedMs(at)));
    return this.#provenAt === undefined ? 0 : this.#elapsedMs(this.#provenAt);
  }

  /** The store has answered a question that the process asked then. */
  noteAnswer(askedAt: Asking): void {
    const { clockChanges } = askedAt;
    const known = this.#answers.get(clockChanges);
    if (known === undefined || known.steadyMs < askedAt.steadyMs) this.#answers.set(clockChanges, askedAt);
  }

  get reading(): Asking {
    const { wallMs, steadyMs, clockChanges } = this.process;
    return { wallMs, steadyMs, clockChanges };
  }

  #noteProof(askedAt: Reading): void {
    if (this.#provenAt === undefined || this.#elapsedMs(askedAt) <= this.silentMs) this.#provenAt = askedAt;
  }

  #elapsedMs({ wallMs, steadyMs }: Reading): number {
    return Math.max(this.process.wallMs - wallMs, this.process.steadyMs - steadyMs);
  }

  #watched(feed: RevocationFeed): RevocationFeed {
    return {
      name: feed.name,
      open: (reader: FeedReader) => {
        this.silenceMs = reader.silenceMs;
        return feed.open(watchProofs(reader, (askedAt) => this.#noteProof(askedAt)));
      },
    };
  }
}

/** Is called with each answer of the store that proves the node is up to date, before the product gets it. */
function watchProofs(reader: FeedReader, onProof: (askedAt: Reading) => void): FeedReader {
  return new Proxy(reader, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: readonly unknown[]): unknown => {
        if (name === 'proven') onProof(given[0] as Reading);
        return Reflect.apply(value, target, given);
      };
    },
  });
}

/** An entry of another environment of the same issuer, signed with the same keys. */
export function foreignText(world: World): string | undefined {
  const { revocation } = world.startProcess('foreign').product;
  let text: string | undefined;
  const write = async ([entry]: readonly FeedEntry[]): Promise<void> => {
    text = entry?.text;
  };
  const feed: RevocationFeed = { name: 'foreign', open: () => ({ write, ask() {}, close: async () => {} }) };
  const foreign = revocation.createRevocations({
    issuer,
    environmentId: 'env_test',
    signingKeys: [...signingKeys],
    feed,
  });
  void foreign.revokeUser('user_0');
  void foreign.close();
  return text;
}
