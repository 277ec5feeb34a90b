import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { StoreServer } from './servers.ts';

export interface FleetSetup {
  readonly store: 'redis' | 'nats';
  readonly port: number;
  readonly feeds: number;
  readonly issuer: string;
  readonly environmentId: string;
  readonly jwk: JWK;
  readonly signingKey?: string;
}

export type FleetRequest =
  | { readonly type: 'watch'; readonly tokens: readonly string[] }
  | { readonly type: 'expectOutage' };

/** Moments are of the machine's monotonic clock, in milliseconds. */
export type FleetReport =
  /** Reported when all feeds have read the current revocations. */
  | { readonly type: 'ready'; readonly milliseconds: number; readonly entries: number }
  | { readonly type: 'watching' }
  /** Reported when all servers of the process refuse the token. */
  | { readonly type: 'refused'; readonly index: number; readonly atMs: number }
  /** `current`: when each feed had caught up. `attempts`: when connections were opened. */
  | { readonly type: 'recovered'; readonly current: readonly number[]; readonly attempts: readonly number[] };

type ReportOf<Type extends FleetReport['type']> = Extract<FleetReport, { type: Type }>;

/** A process with some servers of the fleet. Ends with its `dispose`. */
export class FleetProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (report: never) => void>();
  readonly #early = new Map<string, FleetReport>();
  #fail = (_error: Error): void => {};
  readonly #failed: Promise<never>;

  constructor(setup: FleetSetup) {
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    this.#child = fork(join(import.meta.dirname, 'fleet-process.ts'), [JSON.stringify(setup)], {
      execArgv: ['--conditions=@torii/source'],
    });
    this.#child.on('message', (report: FleetReport) => this.#receive(report));
    this.#child.once('exit', (code) => this.#fail(new Error(`A process of the fleet exited with ${code}.`)));
  }

  send(request: FleetRequest): void {
    this.#child.send(request);
  }

  /** Resolves with the next report of a type. */
  next<const Type extends FleetReport['type']>(type: Type, index?: number): Promise<ReportOf<Type>> {
    const name = nameOf(type, index);
    const early = this.#early.get(name);
    this.#early.delete(name);
    if (early !== undefined) return Promise.resolve(early as ReportOf<Type>);
    const next = new Promise<ReportOf<Type>>((resolve) => {
      this.#waiting.set(name, resolve);
    });
    return Promise.race([next, this.#failed]);
  }

  #receive(report: FleetReport): void {
    const name = nameOf(report.type, 'index' in report ? report.index : undefined);
    const resolve = this.#waiting.get(name);
    this.#waiting.delete(name);
    if (resolve === undefined) this.#early.set(name, report);
    else resolve(report as never);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Starts several processes with the same number of feeds, and waits until all are current. */
export async function startFleet(
  store: StoreServer,
  processes: number,
  setup: Omit<FleetSetup, 'store' | 'port'>,
): Promise<readonly FleetProcess[]> {
  const given = { store: store.name, port: store.port, ...setup };
  const fleet = Array.from({ length: processes }, () => new FleetProcess(given));
  await Promise.all(fleet.map((each) => each.next('ready')));
  return fleet;
}

export async function endFleet(fleet: readonly FleetProcess[]): Promise<void> {
  await Promise.all(fleet.map((each) => each[Symbol.asyncDispose]()));
}

function nameOf(type: FleetReport['type'], index: number | undefined): string {
  return index === undefined ? type : `${type} ${index}`;
}
