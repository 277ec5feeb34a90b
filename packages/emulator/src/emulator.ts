import type { Server } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import { createApp } from './app.ts';
import { Clock } from './clock.ts';
import { type Environment, loadEnvironment } from './environment.ts';
import { type CutOptions, type FailOptions, type FaultDuration, Faults, type FaultTarget } from './faults.ts';
import { createIdGenerator } from './ids.ts';
import { jwksPath } from './issuer.ts';
import { requireSupportedNode } from './node-version.ts';
import { type EmulatorOptions, type Settings, settingsFrom } from './options.ts';
import { Passwords } from './passwords.ts';
import { provisionalPaths } from './provisional-paths.ts';
import { close, listen, originOf, serve } from './server.ts';
import { Sessions } from './sessions.ts';
import { SigningKeys } from './signing-keys.ts';
import { TokenMint, type TokenOptions } from './token.ts';
import { type RequestCounts, Traffic } from './traffic.ts';
import { type NewUser, newUserFields, parseUser } from './user-input.ts';
import { type User, Users } from './users.ts';

/** What an emulator is made of. */
interface EmulatorParts {
  readonly server: Server;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly faults: Faults;
  readonly traffic: Traffic;
}

/**
 * A running local Torii. Made by {@link startEmulator}, ended by {@link Emulator.stop} or by leaving the scope of an
 * `await using`.
 */
export class Emulator implements AsyncDisposable {
  // Private, so that neither console.log nor JSON.stringify of an emulator shows its secret key.
  readonly #parts: EmulatorParts;
  #stopping: Promise<void> | undefined;

  /** @internal */
  constructor(parts: EmulatorParts) {
    this.#parts = parts;
  }

  /** The issuer URL: what a verifier is configured with, and the `iss` of the tokens. */
  get issuer(): string {
    return this.#parts.environment.issuer;
  }

  /** The base URL of the REST API, whose paths begin with `/api/server/v1`. */
  get apiUrl(): string {
    return this.#parts.environment.issuer;
  }

  /** Where the public keys are. */
  get jwksUrl(): string {
    return this.issuer + jwksPath;
  }

  /** Where an email and a password are posted. Provisional: take it from here instead of writing it out. */
  get signInUrl(): string {
    return this.issuer + provisionalPaths.signIn;
  }

  /** The REST API's secret key, `sk_test_…`. */
  get secretKey(): string {
    return this.#parts.environment.secretKey;
  }

  /** The id of the environment, a UUID v7: the `pid` of the tokens. */
  get environmentId(): string {
    return this.#parts.environment.id;
  }

  /** The ids of the keys in the key set, the newest first. */
  get keyIds(): readonly string[] {
    return this.#parts.environment.keys.published.map(({ kid }) => kid);
  }

  /** How many requests have come so far, by surface. A copy: read it again for later figures. */
  get requests(): RequestCounts {
    return this.#parts.traffic.counts;
  }

  /** The emulator's time. */
  now(): Date {
    return this.#parts.clock.now();
  }

  /** Moves the emulator's time forward; the machine's stays as it is. */
  advance(seconds: number): void {
    this.#parts.clock.advance(seconds);
  }

  /** Mints an access token, without a user or a session behind it. */
  async token(options?: TokenOptions): Promise<string> {
    const { token } = await this.#parts.environment.tokens.issue(options);
    return token;
  }

  /** Adds a signing key to the key set, and signs with it from now on. The earlier keys stay until withdrawn. */
  async rotateKeys(): Promise<{ readonly kid: string; readonly previousKid: string }> {
    const { keys } = this.#parts.environment;
    const previousKid = keys.current.kid;
    const { kid } = await keys.rotate();
    return { kid, previousKid };
  }

  /**
   * Takes keys out of the key set: those named, or else all but the newest. Returns the ids of the withdrawn keys.
   *
   * @throws EmulatorError `key_unknown`, or `option_invalid` for the newest key, which signs
   */
  withdrawKeys(...kids: readonly string[]): readonly string[] {
    const withdrawn = kids.length > 0 ? kids : this.keyIds.slice(1);
    this.#parts.environment.keys.withdraw(withdrawn);
    return withdrawn;
  }

  /**
   * Adds a user, as the API's `POST /users` does, and with a few more fields.
   *
   * @throws EmulatorError `user_invalid`, `email_taken`
   */
  async createUser(user: NewUser = {}): Promise<User> {
    return this.#parts.environment.users.create(parseUser(user, newUserFields));
  }

  /** Makes requests to a surface, or to all of them, fail: until {@link Emulator.recover}, or for a number of times. */
  fail(target: FaultTarget, options?: FailOptions): void {
    this.#parts.faults.fail(target, options);
  }

  /** Makes requests to a surface wait before they are answered. */
  delay(target: FaultTarget, delayMs: number, options?: FaultDuration): void {
    this.#parts.faults.delay(target, delayMs, options);
  }

  /** Cuts the connection of requests to a surface, before they are handled or after. */
  cut(target: FaultTarget, options?: CutOptions): void {
    this.#parts.faults.cut(target, options);
  }

  /** Ends the fault of a surface, or all faults. */
  recover(target?: FaultTarget): void {
    this.#parts.faults.recover(target);
  }

  /** Stops listening, cuts open connections and closes the database. Can be called again. */
  stop(): Promise<void> {
    this.#stopping ??= close(this.#parts.server).then(() => this.#parts.database.close());
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Starts a local Torii on loopback.
 *
 * @throws EmulatorError `node_unsupported`, `option_invalid`, `port_unusable`, `database_unusable`
 * @example
 * const torii = await startEmulator();
 * const token = await torii.token({ userId: 'ada' });
 * await torii.stop();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  requireSupportedNode();
  const settings = settingsFrom(options);
  // Loaded only here: older versions of Node lack node:sqlite, and would fail at the import of this package.
  const { openStore } = await import('./store.ts');
  const database = openStore(settings.database);
  try {
    return await startOn(database, settings);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function startOn(database: DatabaseSync, settings: Settings): Promise<Emulator> {
  const clock = new Clock();
  const createId = createIdGenerator(clock);
  const { id, secretKey } = loadEnvironment(database, clock, createId, settings.secretKey);
  const scope = { database, environmentId: id, clock, createId };
  const keys = await SigningKeys.load(scope);
  const sessions = new Sessions(scope);
  const users = new Users(scope, await Passwords.create(), sessions);

  // The issuer is known once the server listens. From here on nothing is awaited until the app is served, so that no
  // request can come before it.
  const server = await listen(settings.port);
  const issuer = originOf(server);
  const lifetimeSeconds = settings.tokenLifetimeSeconds;
  const tokens = new TokenMint({ issuer, environmentId: id, keys, clock, createId, lifetimeSeconds });
  const environment: Environment = { id, secretKey, issuer, keys, users, sessions, tokens };
  const faults = new Faults();
  const traffic = new Traffic();
  const warn = (error: unknown) => {
    // A request that stop() has cut may still be at work when the database closes; nobody waits for it.
    if (server.listening) process.emitWarning(error instanceof Error ? error : String(error));
  };
  serve(server, createApp(environment, { faults, traffic, onUnexpectedError: warn }));
  return new Emulator({ server, database, clock, environment, faults, traffic });
}
