import type { VirtualProcess } from '../../world/virtual-process.ts';
import { WatchedSignal } from '../../world/watched-signal.ts';
import type { World } from '../../world/world.ts';
import type { KeyName } from './keys.ts';

export type CallKind = 'run' | 'advance' | 'plan' | 'cancel' | 'publish';

/** What a call of the product is for. `from` of a publication is the key that it may replace. */
export interface Purpose {
  readonly kind: CallKind;
  readonly from: KeyName | null;
  readonly to: KeyName;
  readonly isLeaked: boolean;
}

/** One request of a call to the store or to the gateway. */
export interface Ask {
  readonly to: 'store' | 'gateway';
  readonly sentAtMs: number;
  /** When the answer or the failure reached the process. */
  endedAtMs: number | undefined;
  failure: string | undefined;
  /** The key that the gateway has answered with. */
  served: KeyName | null | undefined;
  /** Whether the body came slowly, so that the process may have given it up. */
  isSlow: boolean;
}

/** One call of the product by an operator or a node, and what was seen of it. */
export class Call {
  readonly id: number;
  readonly purpose: Purpose;
  readonly process: VirtualProcess;
  readonly startedAtMs: number;
  readonly asks: Ask[] = [];
  settledAtMs: number | undefined;
  /** When the first read of the note, or of the slot, was done at the store. */
  firstReadAtMs: number | undefined;
  /** When a canceling call has cleared the note. */
  clearedAtMs: number | undefined;
  /** Since when it must not write, because a cancel has resolved. */
  canceledAtMs: number | undefined;
  /** When that cancel cleared the note. */
  noteClearedAtMs: number | undefined;
  abortedAtMs: number | undefined;
  #mostAheadMs: number;
  #leastAheadMs: number;
  lastServed: KeyName | null | undefined;
  lastStep: string | undefined;
  lastRetryAtMs: number | undefined;
  /** The number of requests before the last retry. */
  retriedAsks = 0;
  /** When it began to retry, if it has not gone on since. */
  retriesSinceMs: number | undefined;
  /** The minute of retries begins here, or later: after the last sleep. */
  retryWindowMs: number;
  hasWrittenSlot = false;
  /** When it has last read the note. */
  noteReadAtMs: number | undefined;
  /** The revision of the note that it has to clear, because it has flipped. */
  noteToClear: number | undefined;
  /** Events that tell of a published key. */
  publications = 0;
  readonly signal: WatchedSignal;

  constructor(id: number, purpose: Purpose, process: VirtualProcess, world: World) {
    const { nowMs } = world;
    this.signal = new WatchedSignal(world);
    this.id = id;
    this.purpose = purpose;
    this.process = process;
    this.startedAtMs = nowMs;
    this.retryWindowMs = nowMs;
    this.#mostAheadMs = process.offsetMs;
    this.#leastAheadMs = process.offsetMs;
  }

  /** What must work for the call to succeed, by the names in health.ts. */
  get scopes(): readonly string[] {
    const { name } = this.process;
    return [name, 'store', 'gateway', `${name} store`, `${name} gateway`, 'meddled'];
  }

  get isActive(): boolean {
    return this.settledAtMs === undefined && !this.process.isDead;
  }

  get name(): string {
    const { kind, from, to, isLeaked } = this.purpose;
    return `${kind} #${this.id} ${from ?? ''}>${to}${isLeaked ? ' leaked' : ''}`;
  }

  /**
   * Statement 34: whether the last question for the gateway's key is from before a pause, although there was time for another
   * one. The gateway is asked for five seconds, counted from the first question after the last request to the store.
   */
  get hasGivenUpInPause(): boolean {
    const asks = this.asks.slice(this.asks.findLastIndex((ask) => ask.to === 'store') + 1);
    const [first, last] = [asks[0], asks.at(-1)];
    if (first === undefined || last === undefined || last.failure === 'untrusted') return false;
    return last.sentAtMs < this.process.thawedAtMs && last.sentAtMs - first.sentAtMs < 4_700;
  }

  /** Whether a request since the last retry got no answer, or one that says nothing. */
  get hasFailedAsk(): boolean {
    return this.asks
      .slice(this.retriedAsks)
      .some(
        ({ to, endedAtMs, failure, served, isSlow }) =>
          isSlow || endedAtMs === undefined || failure !== undefined || (to === 'gateway' && served === undefined),
      );
  }

  /** How far the clock of the process was ahead at most since the call began. It may drift. */
  get mostAheadMs(): number {
    return Math.max(this.#mostAheadMs, this.process.offsetMs);
  }

  get leastAheadMs(): number {
    return Math.min(this.#leastAheadMs, this.process.offsetMs);
  }

  /** The clock is about to be set, or was set. */
  noteClock(): void {
    this.#mostAheadMs = this.mostAheadMs;
    this.#leastAheadMs = this.leastAheadMs;
  }

  ask(to: Ask['to'], nowMs: number): Ask {
    const ask: Ask = {
      to,
      sentAtMs: nowMs,
      endedAtMs: undefined,
      failure: undefined,
      served: undefined,
      isSlow: false,
    };
    this.asks.push(ask);
    return ask;
  }
}
