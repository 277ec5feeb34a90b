import { dashboardPath } from './control/paths.ts';
import { storing } from './database/storage-errors.ts';
import type { Environment } from './environment.ts';
import type { CutOptions, FailOptions, FaultDuration, Faults, FaultTarget } from './faults/faults.ts';
import type { RequestCounts, Traffic } from './faults/traffic.ts';
import { provisionalPaths } from './provisional-paths.ts';
import { jwksPath } from './tokens/issuer.ts';
import type { TokenOptions } from './tokens/token.ts';
import { type NewUser, newUserFields, parseUser } from './users/input.ts';
import { parseSeedUsers, type SeedReport, type SeedUser } from './users/seed.ts';
import type { User } from './users/user.ts';
import type { WebhookDelivery } from './webhooks/delivery-log.ts';
import { type Webhook, webhookOf } from './webhooks/endpoints.ts';
import type { WebhookOptions } from './webhooks/options.ts';

/** What an environment is made of, and what happens to its requests. */
export interface ServedEnvironment {
  readonly environment: Environment;
  /** The base URL of the REST API. */
  readonly apiUrl: string;
  readonly faults: Faults;
  readonly traffic: Traffic;
}

/** One environment of a running emulator: an issuer with its own keys, users and secret key. */
export class EmulatorEnvironment {
  // Private, so that neither console.log nor JSON.stringify shows its secret key.
  readonly #served: ServedEnvironment;

  /** @internal */
  constructor(served: ServedEnvironment) {
    this.#served = served;
  }

  /** What the environment is called: `default`, or as `startEmulator({ environments })` named it. */
  get name(): string {
    return this.#served.environment.name;
  }

  /** The issuer URL: what a verifier is configured with, and the `iss` of the tokens. */
  get issuer(): string {
    return this.#served.environment.issuer;
  }

  /**
   * The base URL of the REST API, whose paths begin with `/api/server/v1`. The same for all environments of an emulator:
   * the secret key says which one is meant.
   */
  get apiUrl(): string {
    return this.#served.apiUrl;
  }

  /** Where the public keys are. */
  get jwksUrl(): string {
    return this.issuer + jwksPath;
  }

  /**
   * The sign-in page, and where an email and a password are posted as JSON. Provisional: take it from here instead of
   * writing it out.
   */
  get signInUrl(): string {
    return this.issuer + provisionalPaths.signIn;
  }

  /** Where people see what goes on, and change it by a click. */
  get dashboardUrl(): string {
    return this.issuer + dashboardPath;
  }

  /** The REST API's secret key, `sk_test_…`. */
  get secretKey(): string {
    return this.#served.environment.secretKey;
  }

  /** What signs webhooks that have no secret of their own, `whsec_…`. */
  get webhookSecret(): string {
    return this.#served.environment.webhooks.secret;
  }

  /** The addresses that are told of events. */
  get webhooks(): readonly Webhook[] {
    return this.#served.environment.webhooks.endpoints.all.map(webhookOf);
  }

  /** The id of the environment, a UUID v7: the `pid` of the tokens. */
  get environmentId(): string {
    return this.#served.environment.id;
  }

  /** The ids of the keys in the key set, the newest first. */
  get keyIds(): readonly string[] {
    return this.#served.environment.keys.published.map(({ kid }) => kid);
  }

  /** How many requests have come so far, by surface. A copy: read it again for later figures. */
  get requests(): RequestCounts {
    return this.#served.traffic.counts;
  }

  /** Mints an access token, without a user or a session behind it. */
  async token(options?: TokenOptions): Promise<string> {
    const { token } = await this.#served.environment.tokens.issue(options);
    return token;
  }

  /** Adds a signing key to the key set, and signs with it from now on. The earlier keys stay until withdrawn. */
  async rotateKeys(): Promise<{ readonly kid: string; readonly previousKid: string }> {
    const { keys } = this.#served.environment;
    const previousKid = keys.current.kid;
    const { kid } = await storing(() => keys.rotate());
    return { kid, previousKid };
  }

  /**
   * Takes keys out of the key set: those named, or else all but the newest. Returns the ids of the withdrawn keys.
   *
   * @throws EmulatorError `key_unknown`, or `option_invalid` for the newest key, which signs
   */
  withdrawKeys(...kids: readonly string[]): readonly string[] {
    const withdrawn = kids.length > 0 ? kids : this.keyIds.slice(1);
    this.#served.environment.keys.withdraw(withdrawn);
    return withdrawn;
  }

  /**
   * Adds a user, as the API's `POST /users` does, and with a few more fields.
   *
   * @throws EmulatorError `user_invalid`, `email_taken`, `database_unusable`
   */
  async createUser(user: NewUser = {}): Promise<User> {
    const { users } = this.#served.environment;
    return storing(() => users.create(parseUser(user, newUserFields)));
  }

  /**
   * Adds users to begin with, all or none of them. Whose email is there already stays as they are, so that the same seed
   * can be given at every start.
   *
   * @throws EmulatorError `user_invalid`, `database_unusable`
   */
  async seed(users: readonly SeedUser[]): Promise<SeedReport> {
    const parsed = parseSeedUsers(users);
    const created = await storing(() => this.#served.environment.users.createMissing(parsed));
    return { created, existing: parsed.length - created };
  }

  /**
   * Has an address be told of events from now on. One that is there already takes on the new options, and is told of events
   * again if it answered 410.
   *
   * @throws EmulatorError `option_invalid`, `database_unusable`
   */
  async addWebhook(options: WebhookOptions): Promise<Webhook> {
    return storing(() => webhookOf(this.#served.environment.webhooks.add(options)));
  }

  /**
   * Forgets an address, with all that was sent there or waits to be.
   *
   * @throws EmulatorError `webhook_unknown`, `database_unusable`
   */
  async removeWebhook(webhookId: string): Promise<void> {
    await storing(() => this.#served.environment.webhooks.remove(webhookId));
  }

  /** Events and what became of them, the newest first. The last 1,000 events are remembered. */
  webhookDeliveries({ limit = 100 }: { readonly limit?: number } = {}): readonly WebhookDelivery[] {
    return this.#served.environment.webhooks.log.list(limit);
  }

  /**
   * Sends an event once more, with the same id and body, to all who are told of its type now.
   *
   * @throws EmulatorError `event_unknown`, `option_invalid` where nobody is told of it, `database_unusable`
   */
  async redeliver(eventId: string): Promise<void> {
    await storing(() => this.#served.environment.webhooks.outbox.redeliver(eventId));
  }

  /**
   * Waits until every event is delivered or given up: for tests, instead of sleeping.
   *
   * @param options `timeoutMs`, 10,000 by default
   * @throws EmulatorError `webhooks_waiting` after that time, saying what was answered instead
   */
  webhooksSettled({ timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#served.environment.webhooks.settled(timeoutMs);
  }

  /** Makes requests to a surface, or to all of them, fail: until `recover()`, or for a number of times. */
  fail(target: FaultTarget, options?: FailOptions): void {
    this.#served.faults.fail(target, options);
  }

  /** Makes requests to a surface wait before they are answered. */
  delay(target: FaultTarget, delayMs: number, options?: FaultDuration): void {
    this.#served.faults.delay(target, delayMs, options);
  }

  /** Cuts the connection of requests to a surface, before they are handled or after. */
  cut(target: FaultTarget, options?: CutOptions): void {
    this.#served.faults.cut(target, options);
  }

  /** Ends the fault of a surface, or all faults. */
  recover(target?: FaultTarget): void {
    this.#served.faults.recover(target);
  }
}
