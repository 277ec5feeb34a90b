import { repository } from './product/bundle.ts';
import { loadProduct, type Part, type Product, type ProductSource } from './product/product.ts';
import type { Server } from './world/network.ts';
import type { VirtualProcess } from './world/virtual-process.ts';
import { World } from './world/world.ts';

/** Longer than any wait of the product, so that a test fails instead of waiting forever. */
const patienceMs = 24 * 3_600_000;

const sources = new Map<string, Promise<ProductSource>>();

/**
 * One process on a virtual clock, for a test that writes down itself what happens when. Its waits take no real time.
 * @example
 * const script = await startScript('core');
 * const issuer = script.serve('https://issuer.test', () => ({ status: 200, body: keySet }));
 * const verifier = script.product.core.createVerifier({ issuer: issuer.origin });
 * await script.pass(4 * 60_000);
 * expect(await script.outcome(() => verifier.verify(token))).toMatchObject({ userId: 'ada' });
 */
export async function startScript(...parts: readonly [Part, ...Part[]]): Promise<Script> {
  const name = parts.join();
  const source = sources.get(name) ?? loadProduct({ parts, root: repository });
  sources.set(name, source);
  return new Script(await source);
}

/** A server that a script has added. */
export interface ScriptedServer {
  readonly origin: string;
  /** What it answers from now on. */
  respond: Server;
  /** When each request arrived, in milliseconds since the script began. */
  readonly arrivedAtMs: readonly number[];
}

/** A promise of the simulated process, which may not be settled yet. */
export interface Begun {
  /** Whether it has ended. */
  readonly isOver: boolean;
  /** Lets time pass until the work ends. Returns its value, or what it threw. */
  outcome(): Promise<unknown>;
}

export class Script {
  readonly world: World;
  readonly process: VirtualProcess;

  constructor(source: ProductSource) {
    this.world = new World(1, source);
    this.world.network.latency = { leastMs: 0, mostMs: 0 };
    this.process = this.world.startProcess('process');
  }

  /** The packages, as the process has loaded them. */
  get product(): Product {
    return this.process.product;
  }

  /** Milliseconds since the script began. */
  get nowMs(): number {
    return this.world.nowMs;
  }

  serve(origin: string, respond: Server): ScriptedServer {
    const arrivedAtMs: number[] = [];
    const server = { origin, respond, arrivedAtMs };
    this.world.network.addServer(origin, (request) => {
      arrivedAtMs.push(this.nowMs);
      return server.respond(request);
    });
    return server;
  }

  /** Lets so much time pass. Whatever is due by then has happened. */
  async pass(ms: number): Promise<void> {
    await this.world.runUntil(this.nowMs + ms);
    this.#throwViolation();
  }

  /** Stops the process for so long, as SIGSTOP, a frozen Lambda or a laptop's sleep do. Then it goes on. */
  async freeze(ms: number, during: () => void = () => {}): Promise<void> {
    this.process.freeze({ stopsSteadyClock: false });
    during();
    await this.pass(ms);
    this.process.thaw();
  }

  /** Begins work in the process, and returns before it ends. Requests that it sends at once have arrived. */
  async begin(work: () => unknown): Promise<Begun> {
    let ended: { readonly value: unknown } | undefined;
    const end = (value: unknown): void => {
      ended = { value };
    };
    this.process.deliver(() => {
      // A function that throws counts as one whose promise rejects.
      new Promise((resolve) => resolve(work())).then(end, end);
    });
    await this.pass(0);
    const isOver = (): boolean => ended !== undefined;
    return {
      get isOver() {
        return isOver();
      },
      outcome: async () => {
        await this.world.schedule.runUntil(this.nowMs + patienceMs, isOver);
        this.#throwViolation();
        if (ended === undefined) throw new Error('The work has not ended within a day.');
        return ended.value;
      },
    };
  }

  /** Lets time pass until the work ends. Returns its value, or what it threw. */
  async outcome(work: () => unknown): Promise<unknown> {
    return (await this.begin(work)).outcome();
  }

  #throwViolation(): void {
    const { violation } = this.world;
    if (violation !== undefined) throw new Error(`Statement ${violation.statement} does not hold: ${violation.text}`);
  }
}
