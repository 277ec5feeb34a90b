import type { Server } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { EmulatorEnvironment, type ServedEnvironment } from './emulator-environment.ts';
import { EmulatorError } from './errors.ts';
import { close } from './server.ts';

export interface EmulatorParts {
  readonly server: Server;
  readonly localOrigin: string;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly first: ServedEnvironment;
  readonly others: readonly ServedEnvironment[];
}

/**
 * A running local Torii. Create it with {@link startEmulator}. Stop it with {@link Emulator.stop}, or declare it with
 * `await using`. The members inherited from {@link EmulatorEnvironment} act on the default environment.
 */
export class Emulator extends EmulatorEnvironment implements AsyncDisposable {
  readonly #parts: EmulatorParts;
  readonly #others: readonly EmulatorEnvironment[];
  #stopping: Promise<void> | undefined;

  /** @internal Apps call `startEmulator()` instead. */
  constructor(parts: EmulatorParts) {
    super(parts.first);
    this.#parts = parts;
    this.#others = parts.others.map((served) => new EmulatorEnvironment(served));
  }

  /** All environments, the default one first. */
  get environments(): readonly EmulatorEnvironment[] {
    return [this, ...this.#others];
  }

  /**
   * Finds an environment by name.
   *
   * @throws EmulatorError `environment_unknown`
   */
  environment(name: string): EmulatorEnvironment {
    const environment = this.environments.find((candidate) => candidate.name === name);
    if (environment !== undefined) return environment;
    const names = this.environments.map((each) => each.name).join(', ');
    throw new EmulatorError('environment_unknown', `No environment has this name. Use one of: ${names}.`);
  }

  /**
   * The address at which the emulator listens, such as `http://127.0.0.1:4100`. All other URLs begin with it too, unless
   * the option `publicOrigin` is set.
   */
  get localOrigin(): string {
    return this.#parts.localOrigin;
  }

  /** The current time of the emulator's clock. */
  now(): Date {
    return this.#parts.clock.now();
  }

  /**
   * Moves the emulator's clock forward for all environments. The machine's clock does not change. Webhook attempts that
   * become due are sent.
   *
   * @throws EmulatorError `option_invalid` if `seconds` is negative or not finite, or the clock would be more than 1,000
   *   years ahead
   */
  advance(seconds: number): void {
    this.#parts.clock.advance(seconds);
  }

  /**
   * Sets the emulator's clock to the machine's time again, for all environments. Users, sessions and tokens that were
   * created while the clock was ahead keep their times, which are then in the future. Access tokens and impersonation tokens
   * from the future are refused. Waiting webhooks are sent at once.
   */
  resetClock(): void {
    this.#parts.clock.reset();
  }

  /** Stops the server and the webhook deliveries, closes open connections and the database. Later calls do nothing. */
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
