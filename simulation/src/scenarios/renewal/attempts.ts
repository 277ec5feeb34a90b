import type { StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Issuer } from './issuer.ts';
import type { Reply, Verdict } from './reply.ts';

/** What the documentation of `renewInProxy` promises, in milliseconds. */
export const timeLimitMs = 3_000;
export const maxRunning = 50;
export const keptMs = 10_000;
export const mostPauseMs = 10_000;
export const mostRetryAfterMs = 60_000;
export const toleranceMs = 30_000;
/** After the answer has come, the token is verified, perhaps with keys that have to be fetched. */
export const settlingMs = 150;

export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantOf({ wallMs, steadyMs }: VirtualProcess): Instant {
  return { wallMs, steadyMs };
}

/** As long as the process can know: by the clock that shows more. */
export function elapsedMs(process: VirtualProcess, since: Instant): number {
  return Math.max(process.wallMs - since.wallMs, process.steadyMs - since.steadyMs);
}

/** Whether the process was frozen at any time of a span of true time. */
export function wasFrozen({ freezes }: VirtualProcess, fromMs: number, toMs: number): boolean {
  return freezes.some((freeze) => freeze.fromMs <= toMs && freeze.untilMs >= fromMs);
}

/** How long the process was frozen between two times. */
export function frozenMs({ freezes }: VirtualProcess, fromMs: number, toMs: number): number {
  let ms = 0;
  for (const freeze of freezes) ms += Math.max(0, Math.min(toMs, freeze.untilMs) - Math.max(fromMs, freeze.fromMs));
  return ms;
}

/** `unclear`: the documentation allows more than one result, or the scenario cannot tell. */
export type Outcome = Exclude<Verdict, 'nothing'> | 'unclear';

/** One request of a process to the issuer, for one session or for one token of a template. */
export class Attempt {
  readonly number: number;
  readonly process: VirtualProcess;
  /** The session cookie, or the template and the user's token. */
  readonly key: string;
  readonly begunAtMs: number;
  readonly begun: Instant;
  readonly cuts: number;
  readonly signal: AbortSignal | undefined;
  /** How many failures the process knew of when it began. */
  readonly failuresBefore: number;
  reply: Reply | undefined;
  endedAtMs: number | undefined;
  outcome: Outcome | undefined;
  isAborted = false;
  /** Whether the process could finish its work with the answer. */
  isSettled = false;

  constructor(world: World, { number, process, signal }: StartedFetch, key: string, failuresBefore: number) {
    this.number = number;
    this.process = process;
    this.key = key;
    this.signal = signal;
    this.begunAtMs = world.nowMs;
    this.begun = instantOf(process);
    this.cuts = process.cuts;
    this.failuresBefore = failuresBefore;
  }

  get ageMs(): number {
    return elapsedMs(this.process, this.begun);
  }

  /** Whether an edge runtime has ended the request that it belongs to. */
  get isCut(): boolean {
    return this.process.cuts !== this.cuts;
  }

  /** Whether it takes one of the places of the process. */
  get isRunning(): boolean {
    return this.endedAtMs === undefined && this.ageMs < timeLimitMs;
  }

  /** Whether the process may count it as running: its end is not known, or the request that it belongs to ended before. */
  get mayBeRunning(): boolean {
    return !this.isSettled && this.ageMs < timeLimitMs;
  }

  /** Whether it has ended before a time, without any doubt about the outcome. */
  isSettledBefore(atMs: number): boolean {
    if (this.endedAtMs === undefined || this.outcome === 'unclear') return false;
    return this.isSettled && this.endedAtMs + settlingMs <= atMs;
  }
}

/** What an answer means for this process, by its clock and its keys. */
export function outcomeOf(
  world: World,
  issuer: Issuer,
  process: VirtualProcess,
  reply: Reply,
  isRevoked: boolean,
): Outcome {
  const { verdict, token } = reply;
  if (verdict === 'nothing') return 'outage';
  if (token === undefined) return verdict;
  // The token has to be verified.
  if (issuer.keysTroubledUntilMs >= world.nowMs) return 'unclear';
  if (verdict === 'refused' || isRevoked) return 'refused';
  const lateMs = process.wallMs - (token.exp * 1000 + toleranceMs);
  const earlyMs = token.iat * 1000 - (process.wallMs + toleranceMs);
  if (Math.abs(lateMs) < 2_000 || Math.abs(earlyMs) < 2_000) return 'unclear';
  return lateMs > 0 || earlyMs > 0 ? 'refused' : 'token';
}
