import { dashboardPath } from './control/paths.ts';
import { storing } from './database/storage-errors.ts';
import type { Environment } from './environment.ts';
import type { CutOptions, FailOptions, FaultDuration, Faults, FaultTarget } from './faults/faults.ts';
import type { RequestCounts, Traffic } from './faults/traffic.ts';
import type { ImpersonationState } from './impersonation/impersonations.ts';
import { type Acceptance, parseAcceptance } from './invitations/input.ts';
import type { Mail } from './invitations/mailbox.ts';
import {
  type NewMember,
  type NewOrganization,
  type NewRole,
  parseMember,
  parseOrganization,
  parseRole,
} from './organizations/input.ts';
import type { Organization, OrganizationMember, OrganizationRole } from './organizations/organization.ts';
import { provisionalNames, provisionalPaths } from './provisional-paths.ts';
import { publishedPaths } from './published-paths.ts';
import { mintRequested } from './requested-token.ts';
import { parseSeed, type Seed, type SeedReport } from './seed.ts';
import { jwksPath } from './tokens/issuer.ts';
import type { TokenOptions } from './tokens/options.ts';
import { type NewUser, newUserFields, parseUser } from './users/input.ts';
import type { SeedUser } from './users/seed.ts';
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
   * Mints an access token. No user or session needs to exist, unless you name an existing user with the option `user`.
   *
   * @throws EmulatorError `option_invalid`, `user_unknown` if `user` does not exist, `key_unknown` if `signedBy` is not
   * the `kid` of a key that this environment has or had
   */
  async token(options: TokenOptions = {}): Promise<string> {
    const { token } = await mintRequested(this.#served.environment, options);
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
   * @throws EmulatorError `user_invalid`, `email_taken`, `metadata_too_large`, `database_unusable`
   */
  async createUser(user: NewUser = {}): Promise<User> {
    const { users } = this.#served.environment;
    return storing(() => users.create(parseUser(user, newUserFields)));
  }

  /**
   * Creates users, roles and organizations before a test or at startup. A user whose email already exists and an
   * organization whose slug already exists are left unchanged, so you can pass the same seed at every start. If one
   * entry is invalid, none is created. Seeding sends no webhooks.
   *
   * @param seed an array of users, or an object with `users`, `roles` and `organizations`
   * @throws EmulatorError `user_invalid`, `organization_invalid`, `user_unknown` for a member whose email no user has,
   *   `role_unknown`, `metadata_too_large`, `database_unusable`
   */
  async seed(seed: readonly SeedUser[] | Seed): Promise<SeedReport> {
    const parsed = parseSeed(seed);
    return storing(() => this.#served.environment.seeds.apply(parsed));
  }

  /**
   * Creates an organization, with its first members if there are some. Torii's API only reads organizations.
   *
   * @throws EmulatorError `organization_invalid`, `slug_taken`, `user_unknown`, `role_unknown`, `metadata_too_large`,
   *   `database_unusable`
   */
  async createOrganization(organization: NewOrganization): Promise<Organization> {
    const parsed = parseOrganization(organization);
    return storing(() => this.#served.environment.organizations.create(parsed));
  }

  /**
   * Adds a user to an organization.
   *
   * @throws EmulatorError `organization_invalid`, `organization_unknown`, `user_unknown`, `role_unknown`,
   *   `member_exists`, `metadata_too_large`, `database_unusable`
   */
  async addMember(organizationId: string, member: NewMember): Promise<OrganizationMember> {
    const parsed = parseMember(member);
    return storing(() => this.#served.environment.organizations.addMember(idOf(organizationId), parsed));
  }

  /**
   * Changes the role of a member. Access tokens that were issued before keep the old one until they expire.
   *
   * @throws EmulatorError `organization_unknown`, `member_unknown`, `role_unknown`, `database_unusable`
   */
  async setRole(organizationId: string, userId: string, role: string): Promise<OrganizationMember> {
    return storing(() => this.#served.environment.organizations.setRole(idOf(organizationId), idOf(userId), role));
  }

  /**
   * Removes a user from an organization.
   *
   * @throws EmulatorError `organization_unknown`, `member_unknown`, `database_unusable`
   */
  async removeMember(organizationId: string, userId: string): Promise<void> {
    await storing(() => this.#served.environment.organizations.removeMember(idOf(organizationId), idOf(userId)));
  }

  /** The roles that members of organizations can have. At first: `org:administrator` and `org:member`. */
  get roles(): readonly OrganizationRole[] {
    return this.#served.environment.organizations.roles;
  }

  /**
   * Adds a role that members of organizations can have. If the key exists already, changes the name of the role.
   *
   * @throws EmulatorError `organization_invalid`, `database_unusable`
   */
  async createRole(role: NewRole): Promise<OrganizationRole> {
    const parsed = parseRole(role);
    return storing(() => this.#served.environment.organizations.createRole(parsed));
  }

  /**
   * The last 1,000 mails that Torii would have sent, newest first: the invitations. The emulator sends no mail. A link
   * is as secret as in a real mail.
   */
  get mails(): readonly Mail[] {
    return this.#served.environment.invitations.mails;
  }

  /**
   * Accepts an invitation, as the page of its link does, and creates the invited user.
   *
   * @param link the `link` of a mail, or its ticket alone
   * @throws EmulatorError `invitation_invalid`, `invitation_unknown`, `invitation_not_pending`,
   *   `invitation_link_replaced`, `email_taken`, `metadata_too_large`, `database_unusable`
   */
  async acceptInvitation(link: string, acceptance: Acceptance): Promise<User> {
    const parsed = parseAcceptance(acceptance);
    const ticket = URL.canParse(link) ? new URL(link).searchParams.get(provisionalNames.ticket) : link;
    const { user } = await storing(() => this.#served.environment.invitations.accept(String(ticket), parsed));
    return user;
  }

  /** Whether the API creates impersonation tokens. */
  get impersonation(): ImpersonationState {
    return this.#served.environment.impersonations.state;
  }

  /**
   * Switches impersonation on or off, or lets the API answer as if the quota were used up.
   *
   * @throws EmulatorError `option_invalid`, `database_unusable`
   */
  async setImpersonation(state: ImpersonationState): Promise<void> {
    await storing(() => this.#served.environment.impersonations.setState(state));
  }

  /** The origins whose pages may sign users in and request tokens. The API's `PUT /allowed-origins` replaces them. */
  get allowedOrigins(): readonly string[] {
    return this.#served.environment.allowedOrigins.list;
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

/** JavaScript callers can pass any value as an id. */
function idOf(id: unknown): string {
  return String(id).toLowerCase();
}
