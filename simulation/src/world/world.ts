import type { ProductSource } from '../product/product.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import { type ProcessOptions, VirtualProcess } from './virtual-process.ts';

/** A broken statement. It is recorded and not thrown, because the product could catch it. */
export interface Violation {
  /** The number of the statement in docs/statements.md. */
  readonly statement: number;
  readonly atMs: number;
  readonly text: string;
}

/** One simulated data center: a clock, a network, processes and what was observed. */
export class World {
  readonly schedule: Schedule = new Schedule();
  readonly network: Network = new Network(this);
  readonly random: Random;
  readonly trace: string[] = [];
  readonly processes: VirtualProcess[] = [];
  violation: Violation | undefined;
  /** If set, only violations of this statement count: for commits that lack what the other statements need. */
  onlyStatement: number | undefined;
  readonly #source: ProductSource;

  constructor(seed: number, source: ProductSource) {
    this.random = new Random(seed);
    this.#source = source;
  }

  /** Virtual milliseconds since the world began. */
  get nowMs(): number {
    return this.schedule.nowMs;
  }

  startProcess(name: string, options: ProcessOptions = {}): VirtualProcess {
    const process = new VirtualProcess(this, name, this.#source, options);
    this.processes.push(process);
    return process;
  }

  /** Adds a line to the trace, which is the same for the same seed. Never pass tokens: signatures differ in each run. */
  note(who: string, what: string): void {
    this.trace.push(`${timeText(this.nowMs)}  ${who.padEnd(10)}  ${what}`);
  }

  /** Reports that a statement does not hold. The first one ends the run. */
  violate(statement: number, text: string): void {
    if (this.violation !== undefined || (this.onlyStatement ?? statement) !== statement) return;
    this.violation = { statement, atMs: this.nowMs, text };
    this.note('VIOLATION', `statement ${statement}: ${text}`);
  }

  async runUntil(endMs: number): Promise<void> {
    await this.schedule.runUntil(endMs, () => this.violation !== undefined);
  }
}

/** For example `1:02:03.456`. */
function timeText(ms: number): string {
  const whole = Math.floor(ms);
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  const [seconds, rest] = [Math.floor(whole / 1000) % 60, whole % 1000];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${hours}:${two(minutes)}:${two(seconds)}.${String(rest).padStart(3, '0')}`;
}
