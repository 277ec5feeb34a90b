import type { Scenario } from '../../scenario.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { altered } from './alteration.ts';
import { textOf } from './answers.ts';
import type { Step, WebhookPlan, Work } from './plan.ts';
import { plans } from './plans.ts';
import { type EventState, Run } from './run.ts';
import { isAccepted, Sender } from './sender.ts';
import { dataOf, type Story } from './story.ts';

/** Longer than a delayed command of the store, and than a crashed process takes to start again. */
const settleMs = 120_000;
const probeEveryMs = 20;

/** The events of one webhook, their processes, the store of handled events, and an attacker. */
export const webhooks: Scenario<WebhookPlan> = {
  name: 'webhooks',
  statements: [29, 36, 38, 40, 43, 44],
  parts: ['webhooks', 'memoryStore'],
  plans,
  processHoursOf: (plan) => (plan.processes.length * endOf(plan)) / 3_600_000,
  async run(world, plan) {
    await new Scene(world, plan).play();
  },
};

function endOf(plan: WebhookPlan): number {
  return faultsEndOf(plan) + tailOf(plan) + 60_000;
}

function faultsEndOf({ steps, rotation }: WebhookPlan): number {
  const ends = steps.map((step) => {
    if (step.kind === 'store') return step.atMs + ('forMs' in step.fault ? step.fault.forMs : 0);
    if (step.kind === 'flood') return step.atMs + step.count * step.everyMs;
    if (step.kind === 'event') return step.atMs + Math.max(step.story?.feed?.forMs ?? 0, step.loss?.afterMs ?? 0);
    if (step.kind !== 'disturbance') return step.atMs;
    const { disturbance } = step;
    if (disturbance.kind === 'crash') return step.atMs + disturbance.restartAfterMs;
    return step.atMs + ('forMs' in disturbance ? disturbance.forMs : 0);
  });
  return Math.max(0, ...ends, ...(rotation === null ? [] : [1_000_000]));
}

/** How long a lease can hold an event back: by the clock of its process, which may have been wrong. */
function tailOf({ leaseSeconds, steps, processes }: WebhookPlan): number {
  const aheadMs = Math.max(...processes.map((each) => Math.abs(each.aheadMs)));
  const jumpsMs = steps.map((step) =>
    step.kind === 'disturbance' && step.disturbance.kind === 'clock' ? Math.abs(step.disturbance.byMs) : 0,
  );
  return settleMs + leaseSeconds * 1000 + 2 * (aheadMs + jumpsMs.reduce((sum, ms) => sum + ms, 0)) + 60_000;
}

class Scene {
  readonly #world: World;
  readonly #plan: WebhookPlan;
  readonly #run: Run;
  readonly #sender: Sender;
  #isCalm = false;

  constructor(world: World, plan: WebhookPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#run = new Run(world, plan);
    this.#sender = new Sender(this.#run);
  }

  async play(): Promise<void> {
    const { schedule } = this.#world;
    const steps = this.#plan.steps;
    this.#run.store.suffer(steps.flatMap((step) => (step.kind === 'store' ? [step.fault] : [])));
    this.#run.fleet.disturb(steps.flatMap((step) => (step.kind === 'disturbance' ? [step.disturbance] : [])));
    for (const step of steps) schedule.at(step.atMs, () => this.#take(step));
    for (const { atMs } of this.#plan.rotation?.receivers ?? []) schedule.at(atMs, () => this.#changeSecrets());
    const calmMs = faultsEndOf(this.#plan);
    schedule.at(calmMs, () => this.#calm());
    schedule.at(calmMs + tailOf(this.#plan), () => this.#probe());
    await this.#world.runUntil(endOf(this.#plan));
    if (this.#world.violation === undefined) this.#run.checkQuiet();
  }

  #take(step: Step): void {
    switch (step.kind) {
      case 'event': {
        const event = this.#newEvent(step.works, step.beyondMaxBytes, step.story);
        this.#run.feed.begin(step.story?.feed ?? null);
        if (step.loss !== null)
          this.#run.store.suffer([
            { kind: 'loses its last writes', atMs: step.atMs + step.loss.afterMs, count: step.loss.count },
          ]);
        this.#sender.send(event, step.to, step.form, step.losesAnswers);
        const { recorded } = this.#run;
        const message = recorded.at(-1);
        if (message === undefined) return;
        for (const { to, afterMs } of step.copies) {
          this.#world.schedule.after(afterMs, () => this.#sender.arrive(to, message, 'text'));
        }
        return;
      }
      case 'flood':
        for (let n = 0; n < step.count; n++) {
          this.#world.schedule.after(n * step.everyMs, () => {
            this.#sender.send(this.#newEvent([step.work], null), step.to ?? n, 'text', 0);
          });
        }
        return;
      case 'again': {
        const { events } = this.#run;
        const event = events.at(-1 - (step.of % Math.max(1, events.length)));
        if (event === undefined) return;
        if (step.age === null) {
          this.#sender.arrive(step.to, this.#sender.sign(event), 'text', undefined, step.lookups);
          return;
        }
        const { edge, beyond } = step.age;
        const distance = Math.max(0, this.#plan.toleranceSeconds + beyond);
        const seconds = this.#run.secondsOf(step.to) + (edge === 'old' ? -distance : distance);
        this.#run.deliver(step.to, this.#sender.sign(event, seconds), 'text', () => {});
        return;
      }
      case 'replay':
        this.#replay(step);
        return;
      default:
    }
  }

  #replay({ of, to, alteration, edgeMs }: Extract<Step, { readonly kind: 'replay' }>): void {
    const { recorded, fleet } = this.#run;
    const message = recorded.at(-1 - (of % Math.max(1, recorded.length)));
    if (message === undefined) return;
    const act = (): void => {
      this.#world.note('attacker', `sends again to process ${to}: ${alteration}`);
      this.#run.deliver(to, altered(message, alteration, this.#run.secondsOf(to)), 'text', () => {});
    };
    if (edgeMs === null) {
      act();
      return;
    }
    // The first millisecond of the process's clock at which the delivery is too old, and those around it.
    const wallMs = (Number(message.timestamp) + this.#plan.toleranceSeconds + 1) * 1000 + edgeMs;
    this.#world.schedule.after(wallMs - fleet.member(to).process.wallMs, act);
  }

  #newEvent(works: readonly Work[], beyondMaxBytes: number | null, story: Story | null = null): EventState {
    const { events } = this.#run;
    const number = events.length;
    const id = `evt_${String(number).padStart(5, '0')}`;
    const { createdAfterMs = 0 } = story ?? {};
    const createdMs = createdAfterMs === null ? 1_000 : epochMs + this.#world.nowMs + createdAfterMs;
    const usual = {
      type: story?.type ?? 'user.updated',
      id,
      created_at: new Date(createdMs).toISOString(),
      data: story === null ? { n: number } : dataOf(story, number),
    };
    const body = JSON.stringify(usual);
    const missing =
      beyondMaxBytes === null || this.#plan.maxBytes > 10_000 ? 0 : this.#plan.maxBytes + beyondMaxBytes - body.length;
    const event: EventState = {
      event: number,
      id,
      body:
        missing === 0
          ? body
          : JSON.stringify({ ...usual, data: { ...usual.data, x: 'x'.repeat(missing - ',"x":""'.length) } }),
      story,
      createdMs,
      works: this.#isCalm ? [] : works,
      calls: 0,
    };
    events.push(event);
    return event;
  }

  #changeSecrets(): void {
    const { fleet } = this.#run;
    this.#world.note('operator', `sets the secrets of all receivers: ${this.#run.secretsOf('receivers').join(', ')}`);
    for (let number = 0; number < fleet.size; number++)
      fleet.member(number).state.setSecrets(this.#run.secretsOf('receivers'));
  }

  /** All faults are over, and all clocks are corrected. */
  #calm(): void {
    this.#world.note('operator', 'all faults are over');
    // Calls that take a part of the shortest lease would be a fault too.
    this.#world.network.latency = { leastMs: 1, mostMs: 30 };
    const { fleet } = this.#run;
    for (let number = 0; number < fleet.size; number++) {
      const { process } = fleet.member(number);
      process.setWallClock(epochMs + this.#world.nowMs - process.wallMs);
    }
    this.#isCalm = true;
    for (const event of this.#run.events) event.works = [];
  }

  /** Statement 38 and docs/webhooks.md: nothing is lost. Each event that is delivered now is accepted. */
  #probe(): void {
    for (const [index, event] of this.#run.events.entries()) {
      if (Buffer.byteLength(event.body) > this.#plan.maxBytes) continue;
      this.#world.schedule.after(index * probeEveryMs, () => this.#probeOnce(event, index, true));
    }
  }

  #probeOnce(event: EventState, to: number, hasRetry: boolean): void {
    const message = this.#sender.sign(event, this.#run.secondsOf(to));
    this.#run.deliver(to, message, 'text', (result) => {
      if (isAccepted(result)) return;
      // It may have met a late retry of the sender.
      if (hasRetry) this.#world.schedule.after(20_000, () => this.#probeOnce(event, to, false));
      else this.#world.violate(29, `${event.id} is still not accepted: ${textOf(result)}`);
    });
  }
}
