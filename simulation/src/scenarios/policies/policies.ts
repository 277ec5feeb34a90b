import type { Scenario } from '../../scenario.ts';
import { Fleet } from '../../world/fleet.ts';
import type { World } from '../../world/world.ts';
import { App } from './app.ts';
import { DocumentStore, storeOrigin } from './document-store.ts';
import { type Incident, limitMsOf, msOf, type PoliciesPlan, plans, plansOfPauses, type Step } from './plan.ts';
import { Traffic } from './traffic.ts';

export const policies: Scenario<PoliciesPlan> = {
  name: 'policies',
  statements: [4, 23, 24, 25, 26, 27, 34, 36, 38],
  parts: ['core', 'authz'],
  plans,
  processHoursOf: (plan) => (timesOf(plan).endMs / 3_600_000) * plan.processes.length,
  run: (world, plan) => new Run(world, plan).toItsEnd(),
};

/** For the commit before pauses were handled: reports nothing but requests that are refused because of a pause. */
export const legacyPolicies: Scenario<PoliciesPlan> = {
  ...policies,
  name: 'policies of old',
  statements: [34],
  plans: plansOfPauses,
  run(world, plan) {
    world.onlyStatement = 34;
    return policies.run(world, plan);
  },
};

interface TimedIncident {
  readonly incident: Incident;
  readonly number: number;
  readonly atMs: number;
  /** When the steps of a plan begin. The processes have read their documents before that. */
  readonly stepsFromMs: number;
  readonly endMs: number;
}

function timesOf(plan: PoliciesPlan): { readonly incidents: readonly TimedIncident[]; readonly endMs: number } {
  const incidents: TimedIncident[] = [];
  let endMs = 5;
  for (const [number, incident] of plan.incidents.entries()) {
    const atMs = endMs + incident.afterMs;
    const stepsFromMs = atMs + Math.min(plan.refreshMs * 1.2, 20_000) + 100;
    const ends = incident.steps.map(({ at, step }) => msOf(at, plan) + ('for' in step ? msOf(step.for, plan) : 0));
    const tailMs = Math.min(2 * plan.refreshMs, 30_000) + 2 * limitMsOf(plan) + 3_000;
    endMs = stepsFromMs + Math.max(...ends) + tailMs;
    incidents.push({ incident, number, atMs, stepsFromMs, endMs });
  }
  return { incidents, endMs };
}

class Run {
  readonly #world: World;
  readonly #plan: PoliciesPlan;
  readonly #store: DocumentStore;
  readonly #fleet: Fleet<App>;
  readonly #traffic: Traffic;

  constructor(world: World, plan: PoliciesPlan) {
    [this.#world, this.#plan] = [world, plan];
    this.#store = new DocumentStore(world, plan);
    this.#fleet = new Fleet<App>(world, [storeOrigin], (process) => new App(world, process, this.#store, plan));
    for (const options of plan.processes) this.#fleet.start(options);
    this.#traffic = new Traffic(world, this.#store, this.#fleet, plan.impersonation);
  }

  async toItsEnd(): Promise<void> {
    const { incidents, endMs } = timesOf(this.#plan);
    for (const { incident, number, atMs, stepsFromMs, endMs: untilMs } of incidents) {
      const times: number[] = [];
      for (const [position, { at, step }] of incident.steps.entries()) {
        const stepMs = stepsFromMs + msOf(at, this.#plan);
        this.#world.schedule.at(stepMs, () => this.#take(step, `incident ${number} step ${position}`));
        times.push(stepMs, stepMs + ('for' in step ? msOf(step.for, this.#plan) : 0));
      }
      const nearMs = 2 * limitMsOf(this.#plan) + 1_500;
      this.#traffic.send(`incident ${number}`, incident.requests, { atMs, untilMs, times, nearMs });
    }
    await this.#world.runUntil(endMs);
    await this.#settle(endMs);
  }

  #take(step: Step, name: string): void {
    const { nowMs: atMs } = this.#world;
    const [store, fleet, traffic] = [this.#store, this.#fleet, this.#traffic];
    const forMs = 'for' in step ? msOf(step.for, this.#plan) : 0;
    switch (step.kind) {
      case 'write':
        store.write(this.#documentOf(step.document), step.version);
        break;
      case 'lose':
        store.loseLastWrites(this.#documentOf(step.document), step.writes);
        break;
      case 'fault':
        store.begin(step, forMs);
        break;
      case 'refresh': {
        const { process, state } = fleet.member(step.process);
        if (step.version !== null) store.write(this.#documentOf(step.document), step.version);
        process.deliver(() => state.refresh(step.document));
        break;
      }
      case 'crowd':
        traffic.crowd(name, step);
        break;
      case 'flood':
        traffic.flood(name, step);
        break;
      case 'edge':
        this.#askAtEdge(name, step, step.every);
        break;
      case 'freeze': {
        const random = this.#world.random.fork(name);
        let nextMs = atMs;
        for (let time = 0; time < step.times; time++) {
          fleet.disturb([{ ...step, atMs: nextMs, forMs }]);
          nextMs += forMs + random.between(1, random.pick([30, 900]));
        }
        break;
      }
      case 'link':
        fleet.disturb([{ ...step, server: 0, atMs, forMs }]);
        break;
      case 'clock':
        fleet.disturb([{ ...step, atMs, byMs: (step.isBack ? -1 : 1) * msOf(step.by, this.#plan) }]);
        break;
      case 'crash': {
        const { state } = fleet.member(step.process);
        fleet.disturb([{ ...step, atMs, restartAfterMs: forMs }]);
        this.#world.schedule.at(atMs, () => state.forget());
        break;
      }
      case 'cut': {
        const { process, state } = fleet.member(step.process);
        state.forget();
        process.endRequests();
        break;
      }
    }
  }

  // Requests at an exact age of the document, or of the read before.
  #askAtEdge(name: string, step: Extract<Step, { readonly kind: 'edge' }>, left: number): void {
    if (left === 0) return;
    const { schedule, nowMs } = this.#world;
    const { state } = this.#fleet.member(step.process);
    const ledger = state.guard(step.document)?.ledger;
    const isOfDocument = step.at.of === 'renewal' || step.at.of === 'expiry';
    const read = isOfDocument ? ledger?.newest : ledger?.reads.at(-1);
    const dueMs = (read?.begunMs ?? nowMs) + msOf(step.at, this.#plan);
    if (dueMs < nowMs || dueMs > nowMs + 120_000) return;
    schedule.at(dueMs, () => {
      this.#traffic.ask(`${name} ${left}`, step.process, step.document);
      schedule.after(40, () => this.#askAtEdge(name, step, left - 1));
    });
  }

  // Every process goes on, and every request is answered.
  async #settle(endMs: number): Promise<void> {
    const members = this.#plan.processes.map((_options, number) => this.#fleet.member(number));
    for (const { process } of members) process.thaw();
    await this.#world.runUntil(endMs + 4 * (limitMsOf(this.#plan) + 1_000));
    for (const { process, state } of members) {
      if (process.isDead) continue;
      for (const { judge, ledger } of state.guarded) {
        if (judge.waitingCount > 0)
          this.#world.violate(26, `${process.name}: ${ledger.name} leaves requests without an answer`);
      }
      if (process.timers > 0) this.#world.violate(36, `${process.name} leaves ${process.timers} timers behind`);
    }
    for (const { name, largestCollection } of this.#world.processes) {
      if (largestCollection <= this.#traffic.mostEntries) continue;
      this.#world.violate(36, `${name} keeps ${largestCollection} entries in one collection`);
    }
  }

  #documentOf(document: number): number {
    return document % this.#plan.documents.length;
  }
}
