import type { StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Attempt, keptMs, outcomeOf, settlingMs, timeLimitMs, wasFrozen } from './attempts.ts';
import { endpointOf, type Issuer, sessionName } from './issuer.ts';
import { Pauses } from './pauses.ts';
import type { Reply } from './reply.ts';

/** What one process has asked the issuer for, endpoint by endpoint. */
export class Record {
  readonly attempts: Attempt[] = [];
  readonly templates: Attempt[] = [];
  readonly pauses: Pauses;

  constructor(world: World) {
    this.pauses = new Pauses(world);
  }

  /** The attempts that can still matter. */
  get running(): readonly Attempt[] {
    return this.attempts.filter(({ isRunning }) => isRunning);
  }
}

interface BookOptions {
  readonly hasRevocations: boolean;
  readonly templateLimitMs: number;
  /** Called with each request for a renewal as it begins. */
  readonly onRenewal: (attempt: Attempt) => void;
  readonly onTemplate: (attempt: Attempt, record: Record) => void;
}

/** All requests of all processes to the issuer, and rules for when they may begin and must end. */
export class Book {
  /** Whether so many sessions have been refused that results may be forgotten. */
  isCrowded = false;
  readonly #world: World;
  readonly #issuer: Issuer;
  readonly #options: BookOptions;
  readonly #records: Map<VirtualProcess, Record> = new Map();
  readonly #keyFetches: Map<VirtualProcess, number> = new Map();
  readonly #open: Map<number, Attempt> = new Map();

  constructor(world: World, issuer: Issuer, options: BookOptions) {
    this.#world = world;
    this.#issuer = issuer;
    this.#options = options;
    world.network.onFetch = (started) => this.#onFetch(started);
    issuer.onReply = (number, reply) => this.#onReply(number, reply);
  }

  of(process: VirtualProcess): Record {
    const record = this.#records.get(process) ?? new Record(this.#world);
    this.#records.set(process, record);
    return record;
  }

  /** The keys have become unavailable: tokens that have just come may not be verified yet. */
  onKeysTrouble(): void {
    for (const { attempts, pauses } of this.#records.values()) {
      for (const attempt of attempts) {
        if (attempt.endedAtMs === undefined || attempt.endedAtMs < this.#world.nowMs - settlingMs) continue;
        if (attempt.reply?.token === undefined || attempt.outcome === 'outage') continue;
        attempt.outcome = 'unclear';
        pauses.onEnd(attempt, true);
      }
    }
  }

  /** The tokens of a user are revoked: a token that has just come may be refused as it is verified. */
  onRevocation(user: string): void {
    for (const { attempts } of this.#records.values()) {
      for (const attempt of attempts) {
        if (attempt.endedAtMs === undefined || attempt.endedAtMs < this.#world.nowMs - settlingMs) continue;
        if (attempt.reply?.token?.user === user && attempt.outcome === 'token') attempt.outcome = 'unclear';
      }
    }
  }

  #onFetch(started: StartedFetch): void {
    const { process, url, init, signal, number } = started;
    const endpoint = endpointOf(url);
    if (endpoint === 'keys') this.#onKeysFetch(started);
    if (endpoint === 'keys' || endpoint === undefined) return;
    const headers = new Headers(init.headers);
    const record = this.of(process);
    const isRenewal = endpoint === 'renewal';
    const key = isRenewal
      ? (headers.get('cookie') ?? '').replace(`${sessionName}=`, '')
      : `${url.split('=')[1]} ${headers.get('authorization')?.slice('Bearer '.length)}`;
    const attempt = new Attempt(this.#world, started, key, record.pauses.failures);
    this.#world.note(process.name, `asks for ${isRenewal ? `a renewal of session ${key}` : 'the token of a template'}`);
    if (init.redirect !== 'manual') this.#world.violate(3, `${process.name} follows redirects of the issuer`);
    if (isRenewal) {
      record.pauses.check(attempt, record.running);
      this.#checkRepeat(attempt, record);
      this.#options.onRenewal(attempt);
      record.attempts.push(attempt);
    } else {
      this.#options.onTemplate(attempt, record);
      record.templates.push(attempt);
    }
    this.#open.set(number, attempt);
    const end = (isAbort: boolean): void => this.#end(attempt, isAbort);
    signal?.addEventListener('abort', () => end(true), { once: true });
    const settled = (): void => {
      // The body of such an answer does not end.
      if (attempt.reply?.verdict !== 'nothing' || signal?.aborted === true) end(signal?.aborted === true);
    };
    started.answer.then(settled, settled);
    this.#watchEnd(attempt, isRenewal ? timeLimitMs : this.#options.templateLimitMs);
  }

  #onKeysFetch({ process, answer }: StartedFetch): void {
    const count = (by: number): void => void this.#keyFetches.set(process, (this.#keyFetches.get(process) ?? 0) + by);
    count(1);
    const end = (): void => count(-1);
    answer.then(end, end);
  }

  isFetchingKeys(process: VirtualProcess): boolean {
    return (this.#keyFetches.get(process) ?? 0) > 0;
  }

  #onReply(number: number, reply: Reply): void {
    const attempt = this.#open.get(number);
    if (attempt !== undefined) attempt.reply = reply;
  }

  #end(attempt: Attempt, isAbort: boolean): void {
    if (attempt.endedAtMs !== undefined || attempt.process.isDead) return;
    const { process, reply } = attempt;
    attempt.endedAtMs = this.#world.nowMs;
    attempt.isAborted = isAbort;
    this.#open.delete(attempt.number);
    const isRevoked = this.#options.hasRevocations && reply?.token !== undefined && this.#issuer.isRevoked(reply.token);
    // No reply: the connection failed before the request arrived.
    const record = this.of(process);
    const isRenewal = record.attempts.includes(attempt);
    if (isAbort || reply === undefined || reply.verdict === 'nothing') attempt.outcome = 'outage';
    else if (isRenewal) attempt.outcome = outcomeOf(this.#world, this.#issuer, process, reply, isRevoked);
    else attempt.outcome = reply.verdict;
    // The time limit may pass while the body is read or the token verified.
    if (isRenewal && !isAbort && this.#world.nowMs - attempt.begunAtMs > timeLimitMs - settlingMs)
      attempt.outcome = 'unclear';
    this.#world.note(process.name, `${attempt.key.split(' ')[0]}: ${attempt.outcome}${isAbort ? ', aborted' : ''}`);
    const endedAtMs = this.#world.nowMs;
    this.#world.schedule.after(settlingMs, () => {
      attempt.isSettled = !attempt.isCut && !process.isDead && !wasFrozen(process, endedAtMs, this.#world.nowMs);
    });
    if (!isRenewal) return;
    const isOutage = attempt.outcome === 'outage';
    const isOther = ({ endedAtMs, outcome }: Attempt): boolean =>
      endedAtMs !== undefined &&
      this.#world.nowMs - endedAtMs < settlingMs &&
      (outcome === 'unclear' || (outcome === 'outage') !== isOutage);
    record.pauses.onEnd(attempt, !record.attempts.some((other) => other !== attempt && isOther(other)));
  }

  /** Statements 4 and 38: each request to the issuer ends within its time limit. */
  #watchEnd(attempt: Attempt, limitMs: number): void {
    const { process } = attempt;
    const { pausedMs } = process;
    const check = (): void => {
      if (process.isDead || attempt.isCut || attempt.endedAtMs !== undefined) return;
      const frozenMs = process.pausedMs - pausedMs;
      const restMs = attempt.begunAtMs + frozenMs + limitMs + 50 - this.#world.nowMs;
      if (process.isFrozen || this.#world.nowMs - process.thawedAtMs < 50) this.#world.schedule.after(60, check);
      else if (restMs > 0) this.#world.schedule.after(restMs, check);
      else this.#world.violate(4, `${process.name} has a request to the issuer open for longer than ${limitMs} ms`);
    };
    this.#world.schedule.after(limitMs + 50, check);
  }

  /** A result is kept for ten seconds if it concerns one session, or if Torii sent cookies with it. */
  #checkRepeat({ key, process }: Attempt, { attempts }: Record): void {
    if (this.isCrowded) return;
    const last = attempts.findLast((attempt) => attempt.key === key);
    if (last?.reply === undefined || last.ageMs >= keptMs || !last.isSettledBefore(this.#world.nowMs)) return;
    const { outcome, reply } = last;
    const isKept = outcome === 'refused' || outcome === 'ended' || (outcome === 'token' && reply.hasLines);
    if (!isKept) return;
    const ageMs = Math.round(last.ageMs);
    this.#world.violate(
      4,
      `${process.name} asks again for session ${key}, whose result is ${ageMs} ms old: ${outcome}`,
    );
  }
}
