import type { Server } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { EmulatorEnvironment, type ServedEnvironment } from './emulator-environment.ts';
import { EmulatorError } from './errors.ts';
import { close } from './server.ts';

/** What an emulator is made of. */
export interface EmulatorParts {
  readonly server: Server;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** The default environment. */
  readonly first: ServedEnvironment;
  readonly others: readonly ServedEnvironment[];
}

/**
 * A running local Torii. Made by {@link startEmulator}, ended by {@link Emulator.stop} or by leaving the scope of an
 * `await using`. It is its own default environment: what it says of an issuer, keys, users and faults is said of that one.
 */
export class Emulator extends EmulatorEnvironment implements AsyncDisposable {
  readonly #parts: EmulatorParts;
  readonly #others: readonly EmulatorEnvironment[];
  #stopping: Promise<void> | undefined;

  /** @internal */
  constructor(parts: EmulatorParts) {
    super(parts.first);
    this.#parts = parts;
    this.#others = parts.others.map((served) => new EmulatorEnvironment(served));
  }

  /** Every environment, the default one first. */
  get environments(): readonly EmulatorEnvironment[] {
    return [this, ...this.#others];
  }

  /**
   * An environment by its name.
   *
   * @throws EmulatorError `environment_unknown`
   */
  environment(name: string): EmulatorEnvironment {
    const environment = this.environments.find((candidate) => candidate.name === name);
    if (environment !== undefined) return environment;
    const names = this.environments.map((each) => each.name).join(', ');
    throw new EmulatorError('environment_unknown', `There is no such environment. There are: ${names}.`);
  }

  /** The emulator's time. */
  now(): Date {
    return this.#parts.clock.now();
  }

  /**
   * Moves the emulator's time forward, for all environments; the machine's stays as it is. Webhooks whose next attempt is due
   * by then are sent.
   */
  advance(seconds: number): void {
    this.#parts.clock.advance(seconds);
  }

  /** Stops listening and sending, cuts open connections and closes the database. Can be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const { server, database, first, others } = this.#parts;
    await Promise.all([close(server), ...[first, ...others].map(({ environment }) => environment.webhooks.stop())]);
    database.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
