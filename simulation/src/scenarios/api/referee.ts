import type * as Api from '@torii/api';
import type { Request, StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Handled } from './api-server.ts';
import { CallWatch } from './call-watch.ts';
import { type Caller, type CallLimits, rulesFor } from './caller.ts';
import { earlierCursor } from './consumer.ts';
import { checkEvent } from './event-checks.ts';
import type { Announced } from './feed.ts';
import { checkLeaks, secretsOf } from './leaks.ts';
import { ListWatch } from './list-watch.ts';
import { passwordOf } from './operations.ts';
import type { CallStep, OperationName } from './plan.ts';
import { checkFailure, checkSuccess } from './settled.ts';
import { checkSpread } from './spread.ts';

/** Knows every call, its requests and what the API did with them. */
export class Referee {
  readonly #world: World;
  readonly #calls: Map<number, CallWatch> = new Map();
  readonly #lists: Map<number, ListWatch> = new Map();
  readonly #all: CallWatch[] = [];
  /** The calls of a process that announce something, by the user. */
  readonly #announcing: Map<VirtualProcess, Map<string, CallWatch>> = new Map();
  /** The calls for which more events may still arrive. */
  readonly #open: Set<CallWatch> = new Set();

  constructor(world: World) {
    this.#world = world;
    world.network.onFetch = (fetched) => this.#fetches(fetched);
  }

  watch(call: number, caller: Caller, operation: OperationName, limits: CallLimits): CallWatch {
    const watch = this.#start(call, caller, operation, limits);
    this.#calls.set(call, watch);
    return watch;
  }

  watchList(call: number, caller: Caller, step: CallStep, limits: CallLimits): ListWatch {
    const { operation } = step;
    const startPage = (): CallWatch => this.#start(call, caller, operation, limits);
    const cursor = step.isResumed ? earlierCursor : null;
    const list = new ListWatch(operation === 'pages' ? 'pages' : 'items', cursor, startPage);
    this.#lists.set(call, list);
    return list;
  }

  /** The API has received a request. */
  handles(request: Request, handled: Handled): void {
    const watch = this.#watchOf(request.headers['x-call']);
    if (watch?.last === undefined) return;
    if (watch.last.handled !== undefined) watch.violate(31, 'One request has arrived twice.');
    watch.last.handled = handled;
    this.#world.note(
      'api',
      `${watch.name} arrives: ${handled.behaviour.kind}${handled.reply ? ', is carried out' : ''}`,
    );
    const carriedOut = watch.attempts.filter((attempt) => attempt.handled?.reply).length;
    if (!watch.rules.isRepeatable && carriedOut > 1) watch.violate(31, 'It is carried out twice.');
  }

  emits(caller: Caller, event: Api.ApiEvent): void {
    // The call may have ended already, if its event was attributed to another call at the same time.
    for (const watch of this.#open) if (watch.isOver && watch.last?.hasEvent !== false) this.#open.delete(watch);
    const watches = [...this.#open].filter(({ process }) => process === caller.process);
    checkEvent(this.#world, watches, event);
    checkLeaks(this.#world, 'An event', event, secretsOf(passwordOf(-1), /token/.test(event.path)));
  }

  succeeds(watch: CallWatch, data: unknown): void {
    checkSuccess(watch, data);
    this.#close(watch);
  }

  /** A client announces the end of a user's tokens. `undefined`: not for a call that is watched. */
  announces(announced: Announced): void {
    const watch = this.#announcing.get(announced.process)?.get(announced.userId);
    if (watch === undefined)
      this.#world.violate(44, `The end of the tokens of ${announced.userId} is announced without a call.`);
    else watch.announcements.announces(announced);
  }

  /** Whether a call about this user may begin: two at once could not be told apart by what they announce. */
  mayAnnounce({ process }: Caller, userId: string): boolean {
    return this.#announcing.get(process)?.has(userId) !== true;
  }

  expectAnnouncements(watch: CallWatch, userId: string): void {
    const calls = this.#announcing.get(watch.process) ?? new Map<string, CallWatch>();
    calls.set(userId, watch);
    this.#announcing.set(watch.process, calls);
  }

  endAnnouncements({ process }: CallWatch, userId: string): void {
    this.#announcing.get(process)?.delete(userId);
    this.checkIdle(process);
  }

  fails(
    call: number,
    operation: OperationName,
    error: unknown,
    signal: AbortSignal | undefined,
    isForeign = false,
  ): void {
    const list = this.#lists.get(call);
    const watch = this.#calls.get(call) ?? list?.current;
    const secrets = secretsOf(passwordOf(call), operation === 'impersonate');
    checkLeaks(this.#world, `Call ${call}`, error, secrets);
    if (watch === undefined) {
      const { reason } = Object(error) as { reason?: string };
      if (reason !== 'aborted' || !signal?.aborted)
        this.#world.violate(31, `Call ${call} fails before its first request, but was not aborted.`);
      return;
    }
    if (list === undefined) checkFailure(watch, error, signal, isForeign);
    else list.fails(error, watch, signal);
    this.#close(watch);
  }

  /** The caller needs no more of it: a loop that has ended, or was left. */
  closes(list: ListWatch): void {
    list.isOver = true;
    if (list.current !== undefined) this.#close(list.current);
  }

  /** A process without calls must have no timers. */
  checkIdle(process: VirtualProcess): void {
    const announces = (this.#announcing.get(process)?.size ?? 0) > 0;
    const isIdle = !announces && this.#all.every((watch) => watch.process !== process || watch.isOver);
    if (isIdle && process.timers > 0)
      this.#world.violate(36, `${process.name} has no calls, but still ${process.timers} timers.`);
  }

  /** Checks that are only possible at the end of a world. */
  checkEnd(): void {
    for (const watch of this.#all) {
      if (watch.process.isDead) continue;
      if (!watch.isOver) watch.violate(31, 'It never ends.');
      const { attempts } = watch;
      if (attempts.some(({ hasEvent }) => !hasEvent)) watch.violate(31, 'A request has no event.');
      if (!watch.mayHaveArrived && attempts.some(({ handled }) => handled !== undefined))
        watch.violate(31, 'It says that no request has arrived, but one has.');
    }
    checkSpread(this.#world, this.#all);
  }

  #start(call: number, { process, plan }: Caller, operation: OperationName, limits: CallLimits): CallWatch {
    const name = `call ${call} (${operation})`;
    const watch = new CallWatch(this.#world, { name, process, rules: rulesFor(operation, plan), limits });
    this.#all.push(watch);
    this.#open.add(watch);
    return watch;
  }

  #close(watch: CallWatch): void {
    watch.isOver = true;
    this.checkIdle(watch.process);
  }

  #fetches(fetched: StartedFetch): void {
    const call = Number(new Headers(fetched.init.headers).get('x-call') ?? Number.NaN);
    const watch = this.#calls.get(call) ?? this.#lists.get(call);
    if (watch === undefined) this.#world.violate(30, `A request without its header is sent to ${fetched.url}.`);
    else watch.sends(fetched);
  }

  #watchOf(header: string | undefined): CallWatch | undefined {
    const call = Number(header ?? Number.NaN);
    return this.#calls.get(call) ?? this.#lists.get(call)?.current;
  }
}
