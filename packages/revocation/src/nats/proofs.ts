import { startTimer, stopTimer, type Timer } from '@torii/core/internal';
import type { FeedInstant, FeedReader } from '../feed.ts';

/** The last sequence in an answer of NATS. When the reading has reached it, the feed is proven to be current. */
interface Proof {
  readonly askedAt: FeedInstant;
  readonly sequence: number;
}

/** Proofs whose sequence the reading has not reached yet. Notices if the reading makes no progress. */
export class PendingProofs {
  readonly #reader: Pick<FeedReader, 'proven'>;
  readonly #timeoutMs: number;
  readonly #stuck: () => void;
  #pending: Proof[] = [];
  #reached = 0;
  #isSnapshot = true;
  #hasMoved = false;
  #timer: Timer | undefined;
  isOver = false;

  constructor(reader: Pick<FeedReader, 'proven'>, timeoutMs: number, stuck: () => void) {
    this.#reader = reader;
    this.#timeoutMs = timeoutMs;
    this.#stuck = stuck;
    this.#watch();
  }

  /** All entries up to this sequence number were passed on. */
  get reached(): number {
    return this.#reached;
  }

  add(proof: Proof): void {
    this.#pending.push(proof);
    this.#settle();
  }

  /** Called when the snapshot was read completely. */
  begin(): void {
    this.#isSnapshot = false;
  }

  reach(sequence: number): void {
    this.#reached = sequence;
    this.#hasMoved = true;
    this.#settle();
  }

  end(): void {
    this.isOver = true;
    if (this.#timer !== undefined) stopTimer(this.#timer);
  }

  #settle(): void {
    if (this.#isSnapshot) return;
    const proven = this.#pending.filter(({ sequence }) => sequence <= this.#reached);
    this.#pending = this.#pending.filter(({ sequence }) => sequence > this.#reached);
    for (const { askedAt } of proven) this.#reader.proven(askedAt);
    if (this.#pending.length > 0) this.#watch();
  }

  #watch(): void {
    if (this.isOver || this.#timer !== undefined) return;
    this.#hasMoved = false;
    this.#timer = startTimer(() => {
      this.#timer = undefined;
      if (!this.#isSnapshot && this.#pending.length === 0) return;
      if (this.#hasMoved) this.#watch();
      else this.#stuck();
    }, this.#timeoutMs);
  }
}
