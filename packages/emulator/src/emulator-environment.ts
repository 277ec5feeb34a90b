import { dashboardPath } from './control/paths.ts';
import { storing } from './database/storage-errors.ts';
import type { Environment } from './environment.ts';
import type { CutOptions, FailOptions, FaultDuration, Faults, FaultTarget } from './faults/faults.ts';
import type { RequestCounts, Traffic } from './faults/traffic.ts';
import { provisionalPaths } from './provisional-paths.ts';
import { publishedPaths } from './published-paths.ts';
import { jwksPath } from './tokens/issuer.ts';
import type { TokenOptions } from './tokens/token.ts';
import { type NewUser, newUserFields, parseUser } from './users/input.ts';
import { parseSeedUsers, type SeedReport, type SeedUser } from './users/seed.ts';
import type { User } from './users/user.ts';
import type { WebhookDelivery } from './webhooks/delivery-log.ts';
import { type Webhook, webhookOf } from './webhooks/endpoints.ts';
import type { WebhookOptions } from './webhooks/options.ts';

export interface ServedEnvironment {
  readonly environment: Environment;
  readonly apiUrl: string;
  readonly faults: Faults;
  readonly traffic: Traffic;
}

/** One environment of a running emulator. It has its own issuer URL, signing keys, users and secret key. */
export class EmulatorEnvironment {
  // A #private field, so that console.log and JSON.stringify do not print the secret key.
  readonly #served: ServedEnvironment;

  /** @internal Apps get environments from `emulator.environment()` instead. */
  constructor(served: ServedEnvironment) {
    this.#served = served;
  }

  /** The name of the environment: `default`, or a name from `startEmulator({ environments })`. */
  get name(): string {
    return this.#served.environment.name;
  }

  /** The issuer URL. Configure your verifier with it. Access tokens carry it as `iss`. */
  get issuer(): string {
    return this.#served.environment.issuer;
  }

  /**
   * The base URL of the REST API, without `/api/server/v1`. All environments of an emulator share it: the secret key
   * selects the environment.
   */
  get apiUrl(): string {
    return this.#served.apiUrl;
  }

  /** The URL of the public key set (JWKS). */
  get jwksUrl(): string {
    return this.issuer + jwksPath;
  }

  /** The URL that signs a user in: `POST` with `{ email, password }` as JSON. The response has an `accessToken`. */
  get loginUrl(): string {
    return this.issuer + publishedPaths.login;
  }

  /**
   * The URL of the sign-in page. Torii has no such page: apps show Torii's components. Its path may change, so read it
   * from this property instead of hard-coding it.
   */
  get signInUrl(): string {
    return this.issuer + provisionalPaths.signIn;
  }

  /** The URL of the dashboard, which shows and changes the state of this environment in a browser. */
  get dashboardUrl(): string {
    return this.issuer + dashboardPath;
  }

  /** The secret key for the REST API, `sk_test_…`. */
  get secretKey(): string {
    return this.#served.environment.secretKey;
  }

  /** The publishable key, `pk_test_…`, which browsers send as `X-API-Key`. It is not secret. */
  get publishableKey(): string {
    return this.#served.environment.publishableKey;
  }

  /** The secret, `whsec_…`, that signs webhooks for which no `secret` was set. */
  get webhookSecret(): string {
    return this.#served.environment.webhooks.secret;
  }

  /** The registered webhooks, oldest first. */
  get webhooks(): readonly Webhook[] {
    return this.#served.environment.webhooks.endpoints.all.map(webhookOf);
  }

  /** The id of the environment, a UUID v7. Access tokens carry it as `pid`. */
  get environmentId(): string {
    return this.#served.environment.id;
  }

  /** The `kid`s in the key set, newest first. */
  get keyIds(): readonly string[] {
    return this.#served.environment.keys.published.map(({ kid }) => kid);
  }

  /**
   * The number of requests so far to each surface, a part of the emulator such as the REST API (`api`). This is a
   * snapshot: read the property again for newer counts.
   */
  get requests(): RequestCounts {
    return this.#served.traffic.counts;
  }

  /**
   * Mints an access token. No user or session needs to exist.
   *
   * @throws EmulatorError `key_unknown` if `signedBy` is not the `kid` of a key that this environment has or had
   */
  async token(options?: TokenOptions): Promise<string> {
    const { token } = await this.#served.environment.tokens.issue(options);
    return token;
  }

  /**
   * Adds a signing key to the key set and signs all later tokens with it. The older keys stay in the key set until you
   * withdraw them.
   *
   * @throws EmulatorError `database_unusable`
   */
  async rotateKeys(): Promise<{ readonly kid: string; readonly previousKid: string }> {
    const { keys } = this.#served.environment;
    const previousKid = keys.current.kid;
    const { kid } = await storing(() => keys.rotate());
    return { kid, previousKid };
  }

  /**
   * Removes the given keys from the key set. Without arguments, removes all keys except the newest.
   *
   * @returns the `kid`s of the removed keys
   * @throws EmulatorError `key_unknown`, or `option_invalid` for the newest key because it is in use
   */
  withdrawKeys(...kids: readonly string[]): readonly string[] {
    const withdrawn = kids.length > 0 ? kids : this.keyIds.slice(1);
    this.#served.environment.keys.withdraw(withdrawn);
    return withdrawn;
  }

  /**
   * Creates a user. Accepts the fields of the API's `POST /users`, and also `locale`, `emailVerified` and `status`.
   *
   * @throws EmulatorError `user_invalid`, `email_taken`, `database_unusable`
   */
  async createUser(user: NewUser = {}): Promise<User> {
    const { users } = this.#served.environment;
    return storing(() => users.create(parseUser(user, newUserFields)));
  }

  /**
   * Creates users before a test or at startup. A user whose email already exists is left unchanged, so you can pass the
   * same seed at every start. If one user is invalid, none is created. Seeding sends no webhooks.
   *
   * @throws EmulatorError `user_invalid`, `database_unusable`
   */
  async seed(users: readonly SeedUser[]): Promise<SeedReport> {
    const parsed = parseSeedUsers(users);
    const created = await storing(() => this.#served.environment.users.createMissing(parsed));
    return { created, existing: parsed.length - created };
  }

  /**
   * Sends events to a URL from now on. If the URL is already registered, the new options replace its old ones, and the
   * webhook is enabled again if a 410 response disabled it.
   *
   * @throws EmulatorError `option_invalid`, `database_unusable`
   */
  async addWebhook(options: WebhookOptions): Promise<Webhook> {
    return storing(() => webhookOf(this.#served.environment.webhooks.add(options)));
  }

  /**
   * Removes a webhook together with its delivery log and its pending deliveries.
   *
   * @throws EmulatorError `webhook_unknown`, `database_unusable`
   */
  async removeWebhook(webhookId: string): Promise<void> {
    await storing(() => this.#served.environment.webhooks.remove(webhookId));
  }

  /**
   * Lists the deliveries of events to webhooks, newest event first. The emulator keeps the last 1,000 events, and older
   * ones that are still waiting to be delivered.
   *
   * @param options `limit` is the maximum number of deliveries, 100 by default
   */
  webhookDeliveries({ limit = 100 }: { readonly limit?: number } = {}): readonly WebhookDelivery[] {
    return this.#served.environment.webhooks.log.list(limit);
  }

  /**
   * Sends an event again, with the same id and body, to every enabled webhook that accepts its type.
   *
   * @throws EmulatorError `event_unknown`, `option_invalid` if no webhook accepts the type, `database_unusable`
   */
  async redeliver(eventId: string): Promise<void> {
    await storing(() => this.#served.environment.webhooks.outbox.redeliver(eventId));
  }

  /**
   * Waits until every event has been delivered or has failed for good. Use it in tests instead of sleeping.
   *
   * @param options `timeoutMs` is the maximum wait in milliseconds, 10,000 by default
   * @throws EmulatorError `webhooks_waiting` after the timeout; the message contains the responses of the receivers
   */
  webhooksSettled({ timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#served.environment.webhooks.settled(timeoutMs);
  }

  /**
   * Answers requests to a surface, such as the REST API (`api`), with an error status until `recover()` is called, or
   * for a number of requests (`times`).
   *
   * @throws EmulatorError `option_invalid`
   */
  fail(target: FaultTarget, options?: FailOptions): void {
    this.#served.faults.fail(target, options);
  }

  /**
   * Delays the responses of a surface, such as the REST API (`api`), by `delayMs` milliseconds.
   *
   * @throws EmulatorError `option_invalid`
   */
  delay(target: FaultTarget, delayMs: number, options?: FaultDuration): void {
    this.#served.faults.delay(target, delayMs, options);
  }

  /**
   * Closes the connection of requests to a surface, such as the REST API (`api`), before or after they are handled.
   *
   * @throws EmulatorError `option_invalid`
   */
  cut(target: FaultTarget, options?: CutOptions): void {
    this.#served.faults.cut(target, options);
  }

  /** Ends the fault of a surface, such as the REST API (`api`). Without an argument, ends all faults. */
  recover(target?: FaultTarget): void {
    this.#served.faults.recover(target);
  }
}
