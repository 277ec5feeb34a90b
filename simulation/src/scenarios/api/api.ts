import type * as Api from '@torii/api';
import type { Scenario } from '../../scenario.ts';
import { Fleet } from '../../world/fleet.ts';
import { WatchedSignal } from '../../world/watched-signal.ts';
import type { World } from '../../world/world.ts';
import { ApiServer, apiOrigin } from './api-server.ts';
import type { CallWatch } from './call-watch.ts';
import { type Caller, limitsOf, rulesFor, startCaller } from './caller.ts';
import { consume } from './consumer.ts';
import { Feed } from './feed.ts';
import { begin, type Options, rules, userIdOf } from './operations.ts';
import { type ApiPlan, type CallStep, incidentMs, type ProcessPlan, plainCall } from './plan.ts';
import { apiPlans } from './plans.ts';
import { Referee } from './referee.ts';

const crowdMs = 120_000;

/** Servers that call Torii's REST API, which fails in every way that the network and a server can. */
export const api: Scenario<ApiPlan> = {
  name: 'api',
  statements: [16, 30, 31, 34, 35, 36, 37, 38, 44],
  parts: ['core', 'api'],
  plans: apiPlans,
  processHoursOf(plan) {
    const processes = plan.crowd?.processes ?? plan.processes.length;
    return (processes * (plan.crowd ? crowdMs : lengthOf(plan))) / 3_600_000;
  },
  async run(world, plan) {
    const [leastMs = 1, mostMs = 30] = plan.latencyMs;
    world.network.latency = { leastMs, mostMs };
    const run = new Run(world, withCrowd(plan));
    await run.toEnd();
  },
};

const plainProcess: ProcessPlan = {
  aheadMs: 0,
  driftPpm: 0,
  timeoutMs: null,
  maxRetries: null,
  usesOwnFetch: false,
  hasGateway: false,
  revocations: 'none',
  announceSessions: true,
  listener: 'returns',
};

/** A crowd is a plan with many processes that call at once, while the API answers with 503. */
function withCrowd(plan: ApiPlan): ApiPlan {
  const { crowd } = plan;
  if (crowd === null) return plan;
  const seconds = crowd.retryAfterSeconds;
  const retryAfter = seconds === null ? null : ({ kind: 'seconds', seconds } as const);
  const error = {
    kind: 'error',
    status: 503,
    works: false,
    retryAfter,
    body: 'problem',
    afterMs: 0,
    end: 'whole',
  } as const;
  const numbers = Array.from({ length: crowd.processes }, (_each, index) => index);
  return {
    ...plan,
    processes: numbers.map(() => plainProcess),
    incidents: [
      {
        gapMs: 0,
        faults: [{ fromMs: 0, forMs: 200, steps: [error] }],
        calls: numbers.map((process) => ({ ...plainCall, process })),
        disturbances: [],
        feed: [],
      },
    ],
  };
}

function lengthOf({ incidents }: ApiPlan): number {
  return incidents.reduce((sum, { gapMs }) => sum + gapMs + incidentMs, incidentMs);
}

/** One world of this scenario. */
class Run {
  readonly #world: World;
  readonly #plan: ApiPlan;
  readonly #server: ApiServer;
  readonly #referee: Referee;
  readonly #fleet: Fleet<Caller>;
  readonly #feed: Feed;
  #calls = 0;

  constructor(world: World, plan: ApiPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#server = new ApiServer(world, plan);
    this.#referee = new Referee(world);
    this.#feed = new Feed(world);
    this.#feed.onAnnounced = (announced) => this.#referee.announces(announced);
    this.#server.onHandled = (request, handled) => this.#referee.handles(request, handled);
    this.#fleet = new Fleet<Caller>(world, [apiOrigin], (process, number) => {
      const onEvent = (event: Api.ApiEvent): void => this.#referee.emits(caller, event);
      const caller = startCaller(world, process, plan.processes[number] ?? plainProcess, this.#feed, onEvent);
      return caller;
    });
    for (const { aheadMs, driftPpm } of plan.processes) this.#fleet.start({ aheadMs, driftPpm });
  }

  async toEnd(): Promise<void> {
    const world = this.#world;
    let startMs = 0;
    for (const { gapMs, faults, calls, disturbances, feed } of this.#plan.incidents) {
      startMs += gapMs;
      for (const fault of faults) this.#server.addFault(fault, startMs);
      for (const fault of feed) this.#feed.addFault(fault, startMs);
      this.#fleet.disturb(disturbances.map((step) => ({ ...step, atMs: startMs + step.atMs })));
      for (const step of calls) this.#schedule(step, startMs);
      startMs += incidentMs;
    }
    await world.runUntil(startMs);
    // A call ends within its limit, which is an hour at most. A loop over a list takes one limit for each page.
    await world.runUntil(startMs + 40 * 3_600_000);
    this.#atTheEnd();
    await world.runUntil(world.nowMs + 60_000);
    if (world.violation === undefined) this.#referee.checkEnd();
  }

  /** The API is healthy, and every process can call it. */
  #atTheEnd(): void {
    this.#server.faults.length = 0;
    for (const process of this.#plan.processes.keys()) {
      this.#begin({ ...plainCall, process, operation: 'list' }, undefined);
    }
  }

  #schedule(step: CallStep, startMs: number): void {
    let shared: WatchedSignal | undefined;
    for (let i = 0; i < step.count; i++) {
      this.#world.schedule.at(startMs + step.atMs + i * step.everyMs, () => {
        const { process } = this.#fleet.member(step.process);
        process.deliver(() => {
          const isAborted = step.abortAfterMs !== null;
          if (!step.hasSignal && !isAborted) {
            this.#begin(step, undefined);
            return;
          }
          const signal = (step.sharesSignal ? shared : undefined) ?? new WatchedSignal(this.#world);
          if (signal !== shared && isAborted) this.#planAbort(step, signal);
          shared = signal;
          this.#begin(step, signal);
        });
      });
    }
  }

  #planAbort({ abortAfterMs, process: number }: CallStep, signal: WatchedSignal): void {
    const { process } = this.#fleet.member(number);
    const abort = (): void => {
      this.#world.note(process.name, 'aborts');
      signal.abort(new Error('The caller has left.'));
    };
    if (abortAfterMs === -1) abort();
    else this.#world.schedule.after(abortAfterMs ?? 0, () => process.deliver(abort));
  }

  #begin(given: CallStep, signal: WatchedSignal | undefined): void {
    const caller = this.#fleet.member(given.process).state;
    if (caller.process.isDead) return;
    const announces = rulesFor(given.operation, caller.plan).announces !== 'never';
    const step = announces ? this.#withFreeUser(given, caller) : given;
    if (step === undefined) return;
    const call = ++this.#calls;
    const { operation } = step;
    const limits = limitsOf(step, caller.plan);
    const options: Options = {
      headers: { 'x-call': String(call) },
      timeoutMs: step.timeoutMs ?? undefined,
      maxRetries: step.maxRetries ?? undefined,
      signal: signal?.signal,
    };
    if (rules[operation].isList) {
      const list = this.#referee.watchList(call, caller, step, limits);
      signal?.use(() => {
        list.abortedAtMs = this.#world.nowMs;
        if (list.current !== undefined) list.current.abortedAtMs = this.#world.nowMs;
      });
      consume(this.#world, caller, step, options, {
        list,
        fails: (error) => this.#referee.fails(call, operation, error, signal?.signal),
        closes: () => {
          this.#referee.closes(list);
          signal?.release();
        },
      });
      return;
    }
    if (operation === 'wrong id') {
      begin(caller.client, step, call, options).then(
        () => this.#world.violate(30, `Call ${call} with a wrong id succeeds.`),
        (error: unknown) => {
          const { name } = Object(error) as { name?: string };
          if (name !== 'ToriiConfigError') this.#world.violate(30, `Call ${call} with a wrong id fails with ${name}.`);
        },
      );
      return;
    }
    const watch = this.#referee.watch(call, caller, operation, limits);
    if (signal?.signal.aborted) watch.abortedAtMs = this.#world.nowMs;
    signal?.use(() => {
      watch.abortedAtMs = this.#world.nowMs;
    });
    const userId = userIdOf(step.target);
    const isForeign = caller.plan.revocations === 'foreign';
    if (announces) this.#referee.expectAnnouncements(watch, userId);
    begin(caller.client, step, call, options).then(
      (data) => {
        this.#referee.succeeds(watch, data);
        signal?.release();
        if (announces) this.#referee.endAnnouncements(watch, userId);
      },
      (error: unknown) => {
        this.#referee.fails(call, operation, error, signal?.signal, isForeign);
        signal?.release();
        if (announces) this.#announceAgain(watch, step, error, isForeign);
      },
    );
  }

  /** The same call about a user that no other call of the process announces something about. */
  #withFreeUser(step: CallStep, caller: Caller): CallStep | undefined {
    for (let more = 0; more < 40; more++) {
      const target = (step.target + more) % 39;
      if (this.#referee.mayAnnounce(caller, userIdOf(target))) return { ...step, target };
    }
    return undefined;
  }

  /** What could not be announced is announced by its error. */
  #announceAgain(watch: CallWatch, { target, announcesAfterMs }: CallStep, error: unknown, isForeign: boolean): void {
    const userId = userIdOf(target);
    const announce: unknown = Reflect.get(Object(error), 'announce');
    if (typeof announce !== 'function' || announcesAfterMs === null) {
      this.#referee.endAnnouncements(watch, userId);
      return;
    }
    this.#world.schedule.after(announcesAfterMs, () =>
      watch.process.deliver(() => {
        const begunAtMs = this.#world.nowMs;
        const ends = (isDone: boolean): void => {
          watch.announcements.checkAgain(begunAtMs, isDone, isForeign);
          this.#referee.endAnnouncements(watch, userId);
        };
        Promise.resolve(announce()).then(
          () => ends(true),
          () => ends(false),
        );
      }),
    );
  }
}
