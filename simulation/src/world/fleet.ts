import fc from 'fast-check';
import type { Link } from './network.ts';
import type { ProcessOptions, VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

/** What happens to processes and their links. Times are in milliseconds since the world began. */
export type Disturbance =
  | {
      readonly kind: 'freeze';
      readonly process: number;
      readonly atMs: number;
      readonly forMs: number;
      readonly stopsSteadyClock: boolean;
    }
  | { readonly kind: 'crash'; readonly process: number; readonly atMs: number; readonly restartAfterMs: number }
  | { readonly kind: 'clock'; readonly process: number; readonly atMs: number; readonly byMs: number }
  | {
      readonly kind: 'link';
      /** `null`: all processes. */
      readonly process: number | null;
      readonly server: number;
      readonly atMs: number;
      readonly forMs: number;
      readonly link: Exclude<Link, 'open'>;
    };

export interface DisturbanceBounds {
  readonly durationMs: number;
  /** Process numbers are drawn up to this one, and taken modulo the size of the fleet. */
  readonly processes: number;
  readonly servers: number;
  /** The wall clock is set by at most this, in each direction. */
  readonly maxClockMs: number;
  readonly longestFreezeMs: number;
}

/** Durations from a millisecond to the longest, short ones as likely as long ones. */
export function spans(longestMs: number): fc.Arbitrary<number> {
  const limits = [50, 1_000, 10_000, 60_000, 600_000].filter((limit) => limit < longestMs);
  return fc.oneof(...[...limits, longestMs].map((limit) => fc.integer({ min: 1, max: limit })));
}

export function disturbances(bounds: DisturbanceBounds): fc.Arbitrary<Disturbance> {
  const atMs = fc.integer({ min: 0, max: bounds.durationMs });
  const process = fc.nat({ max: bounds.processes - 1 });
  const forMs = spans(bounds.durationMs);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('freeze' as const),
        process,
        atMs,
        forMs: spans(bounds.longestFreezeMs),
        stopsSteadyClock: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('crash' as const), process, atMs, restartAfterMs: spans(60_000) }),
    },
    {
      weight: bounds.maxClockMs > 0 ? 1 : 0,
      arbitrary: fc.record({
        kind: fc.constant('clock' as const),
        process,
        atMs,
        byMs: fc.integer({ min: -bounds.maxClockMs, max: bounds.maxClockMs }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('link' as const),
        process: fc.option(process, { freq: 2 }),
        server: fc.nat({ max: bounds.servers - 1 }),
        atMs,
        forMs,
        link: fc.constantFrom('refused' as const, 'lost' as const, 'answers lost' as const),
      }),
    },
  );
}

/** Processes with a number each. One that crashes is replaced by a new one of the same number. */
export class Fleet<State> {
  readonly #world: World;
  readonly #origins: readonly string[];
  readonly #boot: (process: VirtualProcess, number: number) => State;
  readonly #members: { process: VirtualProcess; state: State; readonly options: ProcessOptions }[] = [];

  /** `boot` runs in each new process: it creates what the scenario keeps for it, such as a verifier. */
  constructor(world: World, origins: readonly string[], boot: (process: VirtualProcess, number: number) => State) {
    this.#world = world;
    this.#origins = origins;
    this.#boot = boot;
  }

  get size(): number {
    return this.#members.length;
  }

  start(options: ProcessOptions): void {
    const number = this.#members.length;
    this.#members.push({ ...this.#started(number, options), options });
  }

  /** The process of this number modulo the size, and its state. A crashed process stays until its successor starts. */
  member(number: number): { readonly process: VirtualProcess; readonly state: State } {
    const member = this.#members[number % this.#members.length];
    if (member === undefined) throw new Error('The fleet has no process.');
    return member;
  }

  /** Schedules disturbances. Those of a process that is already disturbed in the same way are ignored by the process. */
  disturb(steps: readonly Disturbance[]): void {
    for (const step of steps) this.#world.schedule.at(step.atMs, () => this.#apply(step));
  }

  #apply(step: Disturbance): void {
    const { schedule, network } = this.#world;
    if (step.kind === 'link') {
      const process = step.process === null ? '*' : this.member(step.process).process.name;
      const origin = this.#origins[step.server % this.#origins.length] ?? '';
      network.setLink(process, origin, step.link);
      schedule.after(step.forMs, () => network.setLink(process, origin, 'open'));
      return;
    }
    const { process } = this.member(step.process);
    if (step.kind === 'clock') process.setWallClock(step.byMs);
    else if (step.kind === 'freeze') {
      if (process.isFrozen) return;
      process.freeze(step);
      schedule.after(step.forMs, () => process.thaw());
    } else if (!process.isDead) {
      process.crash();
      schedule.after(step.restartAfterMs, () => {
        const member = this.#members[step.process % this.#members.length];
        if (member !== undefined)
          Object.assign(member, this.#started(step.process % this.#members.length, member.options));
      });
    }
  }

  #started(number: number, options: ProcessOptions): { process: VirtualProcess; state: State } {
    const process = this.#world.startProcess(`p${number}`, options);
    this.#world.note(process.name, 'starts');
    return { process, state: this.#boot(process, number) };
  }
}
