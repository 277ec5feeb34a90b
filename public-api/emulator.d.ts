// The public API of @torii/emulator, written by `npm run api`.

declare module '@torii/emulator' {
  import type { CryptoKey, JWK } from 'jose';
  import type { Server } from 'node:http';
  import type { DatabaseSync } from 'node:sqlite';

  export { type Emulator, type EmulatorEnvironment };

  export interface Acceptance {
    readonly password: string;
    readonly firstName?: string | null;
    readonly lastName?: string | null;
  }
  interface Accepted {
    readonly user: User;
    readonly redirectUrl: string | null;
  }
  interface AccessTokenParts {
    readonly scope: EnvironmentScope;
    readonly tokens: TokenMint;
    readonly keys: SigningKeys;
    readonly memberships: Memberships;
  }
  class AccessTokens {
    #private;
    constructor(parts: AccessTokenParts);
    mintFor(session: LiveSession): Promise<TokenAnswer>;
    mintFromTemplate(
      session: LiveSession,
      { claims, expiresInSeconds }: TokenTemplate,
    ): Promise<Pick<TokenAnswer, 'accessToken' | 'expiresAt' | 'expiresInSeconds'>>;
    sessionOf(token: string): LiveSession | undefined;
  }
  interface ActiveFault {
    readonly surface: Surface;
    readonly fault: Fault;
    readonly remaining: number | null;
  }
  class AllowedOrigins {
    #private;
    constructor(scope: EnvironmentScope);
    get list(): readonly string[];
    allows(origin: string): boolean;
    allowsUrl(url: string): boolean;
    replace(origins: readonly string[]): readonly string[];
    add(origins: readonly string[]): void;
  }
  type Answered<Entity, Field extends keyof Entity> = Omit<Entity, Field> & Required<Pick<Entity, Field>>;
  interface AnsweredRequest {
    readonly at: Date;
    readonly method: string;
    readonly path: string;
    readonly status: number | null;
    readonly code: string | undefined;
    readonly durationMs: number;
  }
  interface Attempt<T> {
    readonly email?: string;
    readonly address: string;
    readonly work: () => Promise<T>;
    readonly isFailure: (outcome: T) => boolean;
  }
  interface AttemptResult {
    readonly at: Date;
    readonly status: number | null;
    readonly failure: string | null;
    readonly answer: string | null;
    readonly durationMs: number;
    readonly nextAttemptAt: Date | null;
  }
  type Claims = Readonly<Record<string, unknown>>;
  class Clock {
    #private;
    now(): Date;
    nowSeconds(): number;
    isFuture(timeMs: number): boolean;
    get isAhead(): boolean;
    advance(seconds: number): void;
    reset(): void;
    onReset(listener: () => void): void;
    onAdvance(listener: () => void): void;
  }
  type Credentials =
    | {
        readonly outcome: 'accepted';
        readonly user: User;
        readonly emailVerified: boolean;
      }
    | {
        readonly outcome: 'wrong';
      }
    | {
        readonly outcome: 'banned';
      };
  export interface CutOptions extends FaultDuration {
    readonly at?: CutPoint;
  }
  export type CutPoint = (typeof cutPoints)[number];
  class DeliveryLog {
    #private;
    constructor(scope: EnvironmentScope);
    list(limit: number): readonly WebhookDelivery[];
    listWaiting(limit: number): readonly WebhookDelivery[];
    prune(): void;
  }
  type DeprecatedField = 'phone' | 'address' | 'dateOfBirth';
  interface DueDelivery {
    readonly position: number;
    readonly round: number;
    readonly tries: number;
    readonly eventId: string;
    readonly body: string;
  }
  class Emulator extends EmulatorEnvironment implements AsyncDisposable {
    #private;
    constructor(parts: EmulatorParts);
    get environments(): readonly EmulatorEnvironment[];
    environment(name: string): EmulatorEnvironment;
    get localOrigin(): string;
    now(): Date;
    advance(seconds: number): void;
    resetClock(): void;
    stop(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
  }
  class EmulatorEnvironment {
    #private;
    constructor(served: ServedEnvironment);
    get name(): string;
    get issuer(): string;
    get apiUrl(): string;
    get jwksUrl(): string;
    get loginUrl(): string;
    get signInUrl(): string;
    get dashboardUrl(): string;
    get secretKey(): string;
    get publishableKey(): string;
    get webhookSecret(): string;
    get webhooks(): readonly Webhook[];
    get environmentId(): string;
    get keyIds(): readonly string[];
    get requests(): RequestCounts;
    token(options?: TokenOptions): Promise<string>;
    rotateKeys(): Promise<{
      readonly kid: string;
      readonly previousKid: string;
    }>;
    withdrawKeys(...kids: readonly string[]): readonly string[];
    createUser(user?: NewUser): Promise<User>;
    seed(seed: readonly SeedUser[] | Seed): Promise<SeedReport>;
    createOrganization(organization: NewOrganization): Promise<Organization>;
    addMember(organizationId: string, member: NewMember): Promise<OrganizationMember>;
    setRole(organizationId: string, userId: string, role: string): Promise<OrganizationMember>;
    removeMember(organizationId: string, userId: string): Promise<void>;
    get roles(): readonly OrganizationRole[];
    createRole(role: NewRole): Promise<OrganizationRole>;
    get mails(): readonly Mail[];
    acceptInvitation(link: string, acceptance: Acceptance): Promise<User>;
    get impersonation(): ImpersonationState;
    setImpersonation(state: ImpersonationState): Promise<void>;
    get allowedOrigins(): readonly string[];
    addWebhook(options: WebhookOptions): Promise<Webhook>;
    removeWebhook(webhookId: string): Promise<void>;
    webhookDeliveries({ limit }?: { readonly limit?: number }): readonly WebhookDelivery[];
    redeliver(eventId: string): Promise<void>;
    webhooksSettled({ timeoutMs }?: { readonly timeoutMs?: number }): Promise<void>;
    fail(target: FaultTarget, options?: FailOptions): void;
    delay(target: FaultTarget, delayMs: number, options?: FaultDuration): void;
    cut(target: FaultTarget, options?: CutOptions): void;
    recover(target?: FaultTarget): void;
  }
  export class EmulatorError extends Error {
    readonly name = 'EmulatorError';
    readonly code: EmulatorErrorCode;
    constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions);
  }
  export type EmulatorErrorCode =
    | 'node_unsupported'
    | 'option_invalid'
    | 'port_unusable'
    | 'database_unusable'
    | 'environment_unknown'
    | 'key_unknown'
    | 'user_invalid'
    | 'email_taken'
    | 'seed_invalid'
    | 'event_unknown'
    | 'webhook_unknown'
    | 'webhooks_waiting'
    | 'user_unknown'
    | 'metadata_too_large'
    | 'organization_invalid'
    | 'organization_unknown'
    | 'slug_taken'
    | 'role_unknown'
    | 'member_exists'
    | 'member_unknown'
    | 'invitation_invalid'
    | 'invitation_unknown'
    | 'invitation_pending'
    | 'invitation_not_pending'
    | 'invitation_link_replaced'
    | 'impersonation_invalid'
    | 'impersonation_disabled'
    | 'impersonation_quota_exceeded'
    | 'impersonation_token_unknown'
    | 'impersonation_token_used'
    | 'impersonation_token_expired'
    | 'origin_invalid';
  export interface EmulatorOptions {
    readonly port?: number;
    readonly host?: Host;
    readonly publicOrigin?: string;
    readonly allowedHosts?: readonly string[];
    readonly database?: string;
    readonly secretKey?: string;
    readonly publishableKey?: string;
    readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>>;
    readonly failedLoginsPerMinute?: number;
    readonly environments?: readonly EnvironmentOptions[];
    readonly tokenLifetimeSeconds?: number;
    readonly allowedOrigins?: readonly string[];
    readonly webhooks?: readonly WebhookOptions[];
    readonly webhookSecret?: string;
    readonly webhookRetrySeconds?: readonly number[];
    readonly webhookTimeoutMs?: number;
  }
  interface EmulatorParts {
    readonly server: Server;
    readonly localOrigin: string;
    readonly database: DatabaseSync;
    readonly clock: Clock;
    readonly first: ServedEnvironment;
    readonly others: readonly ServedEnvironment[];
  }
  interface Endpoint extends Webhook {
    readonly secrets: readonly string[] | null;
  }
  class Endpoints {
    #private;
    constructor(scope: EnvironmentScope);
    get all(): readonly Endpoint[];
    find(id: string): Endpoint | undefined;
    wanting(type: WebhookEventType): readonly Endpoint[];
    add({ url, secrets, types }: WantedEndpoint): Endpoint;
    remove(id: string): boolean;
    disable(id: string): void;
  }
  interface Environment extends EnvironmentRecord {
    readonly issuer: string;
    readonly keys: SigningKeys;
    readonly users: Users;
    readonly sessions: Sessions;
    readonly sessionSecrets: SessionSecrets;
    readonly accessTokens: AccessTokens;
    readonly loginLimit: LoginLimit;
    readonly tokenTemplates: ReadonlyMap<string, TokenTemplate>;
    readonly tokens: TokenMint;
    readonly journal: Journal;
    readonly webhooks: Webhooks;
    readonly organizations: Organizations;
    readonly seeds: Seeds;
    readonly invitations: Invitations;
    readonly impersonations: Impersonations;
    readonly allowedOrigins: AllowedOrigins;
  }
  export interface EnvironmentOptions {
    readonly name: string;
    readonly secretKey?: string;
    readonly publishableKey?: string;
    readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>>;
    readonly webhookSecret?: string;
    readonly webhooks?: readonly WebhookOptions[];
  }
  interface EnvironmentRecord {
    readonly id: string;
    readonly name: string;
    readonly secretKey: string;
    readonly publishableKey: string;
    readonly webhookSecret: string;
  }
  interface EnvironmentScope {
    readonly database: DatabaseSync;
    readonly environmentId: string;
    readonly clock: Clock;
    readonly createId: () => string;
  }
  export interface FailOptions extends FaultDuration {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  type Fault =
    | {
        readonly kind: 'fail';
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'delay';
        readonly delayMs: number;
      }
    | {
        readonly kind: 'cut';
        readonly at: CutPoint;
      };
  export interface FaultDuration {
    readonly times?: number;
  }
  export type FaultTarget = Surface | 'all';
  class Faults {
    #private;
    get active(): readonly ActiveFault[];
    fail(target: FaultTarget, { status, headers, times }?: FailOptions): void;
    delay(target: FaultTarget, delayMs: number, { times }?: FaultDuration): void;
    cut(target: FaultTarget, { at, times }?: CutOptions): void;
    recover(target?: FaultTarget): void;
    take(surface: Surface): Fault | undefined;
  }
  export type Flaw =
    | 'expired'
    | 'expired_just_past_the_leeway'
    | 'not_yet_valid'
    | 'issued_in_the_future'
    | 'longer_issuer'
    | 'signed_by_stranger'
    | 'null_sub'
    | 'empty_sub'
    | 'exp_not_a_number'
    | 'act_not_an_object'
    | 'other_audience'
    | 'null_audience'
    | 'empty_audience'
    | 'unsigned'
    | 'signed_with_public_key'
    | 'signed_with_trimmed_public_key'
    | 'unsigned_with_an_empty_signature'
    | 'with_its_own_key'
    | 'without_exp'
    | 'with_unknown_crit'
    | 'altered_after_signing';
  export type Host = '127.0.0.1' | '::1' | '0.0.0.0' | '::';
  interface Impersonation {
    readonly userId: string;
    readonly actorUserId: string;
    readonly reason: string;
  }
  export type ImpersonationState = 'enabled' | 'disabled' | 'quota_exceeded';
  interface ImpersonationToken extends Answered<UserImpersonationToken, 'url'> {}
  class Impersonations {
    #private;
    constructor(scope: EnvironmentScope, users: Users, allowedOrigins: AllowedOrigins);
    get state(): ImpersonationState;
    setState(state: ImpersonationState): void;
    requireEnabled(): void;
    create(userId: string, input: NewImpersonationToken): ImpersonationToken;
    redeem(token: string): Impersonation;
  }
  interface Invitation extends Answered<Invitation, 'acceptedAt' | 'revokedAt'> {}
  interface Invitation {
    readonly id: string;
    readonly environmentId: string;
    readonly email: string;
    readonly status: 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED';
    readonly expiresAt: string;
    readonly createdAt: string;
    readonly acceptedAt?: string | null;
    readonly revokedAt?: string | null;
  }
  interface InvitationSearch extends PageQuery {
    readonly statuses?: readonly InvitationStatus[] | undefined;
    readonly search?: string | undefined;
  }
  type InvitationStatus = Invitation['status'];
  interface InvitationSurroundings {
    readonly users: Users;
    readonly allowedOrigins: AllowedOrigins;
    readonly host: string;
    readonly linkOf: (ticket: string) => string;
  }
  interface InvitationWithMetadata extends Answered<InvitationWithMetadata, 'acceptedAt' | 'revokedAt'> {}
  interface InvitationWithMetadata {
    readonly id: string;
    readonly environmentId: string;
    readonly email: string;
    readonly status: 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED';
    readonly expiresAt: string;
    readonly createdAt: string;
    readonly acceptedAt?: string | null;
    readonly revokedAt?: string | null;
    readonly publicMetadata: {
      readonly [key: string]: unknown;
    };
    readonly privateMetadata: {
      readonly [key: string]: unknown;
    };
  }
  class Invitations {
    #private;
    readonly mailbox: Mailbox;
    constructor(scope: EnvironmentScope, surroundings: InvitationSurroundings);
    get mails(): readonly Mail[];
    create({ email, expiresInDays, redirectUrl, ...bags }: NewInvitation): Invitation;
    get(id: string): InvitationWithMetadata;
    has(id: string): boolean;
    list({ limit, after, statuses, search }: InvitationSearch): Page<Invitation>;
    updateMetadata(id: string, patch: Partial<TwoBags>): InvitationWithMetadata;
    revoke(id: string): void;
    resend(id: string): Invitation;
    open(ticket: string): Invitation;
    accept(ticket: string, { password, firstName, lastName }: Acceptance): Promise<Accepted>;
  }
  interface IssuedToken {
    readonly token: string;
    readonly expiresAt: Date;
    readonly expiresInSeconds: number;
    readonly claims: Claims;
  }
  class Journal {
    #private;
    constructor(clock: Clock, keyPaths: readonly string[]);
    get requests(): readonly AnsweredRequest[];
    get keyFetches(): readonly AnsweredRequest[];
    get tokens(): readonly MintedToken[];
    noteToken(kid: string, claims: Readonly<Record<string, unknown>>): void;
    noteRequest(request: Omit<AnsweredRequest, 'at'>): void;
  }
  interface LiveSession {
    readonly sessionId: string;
    readonly userId: string;
    readonly email: User['email'];
    readonly emailVerified: boolean;
    readonly locale: User['locale'];
    readonly activeOrganizationId: string | null;
    readonly impersonatedBy: string | null;
  }
  class LoginLimit {
    #private;
    constructor(clock: Clock, failuresPerMinute: number);
    attempt<T>({ email, address, work, isFailure }: Attempt<T>): Promise<T>;
  }
  export interface Mail {
    readonly id: string;
    readonly to: string;
    readonly subject: string;
    readonly text: string;
    readonly link: string;
    readonly sentAt: string;
  }
  class Mailbox {
    #private;
    constructor(scope: EnvironmentScope);
    list(limit?: number): readonly Mail[];
    send({ to, subject, text, link }: Omit<Mail, 'id' | 'sentAt'>): void;
  }
  interface Memberships {
    roleOf(organizationId: string, userId: string): string | undefined;
  }
  export type Metadata = Readonly<Record<string, unknown>>;
  interface MintedToken {
    readonly at: Date;
    readonly kid: string;
    readonly claims: Readonly<Record<string, unknown>>;
  }
  interface NewImpersonationToken {
    readonly actorUserId: string;
    readonly reason: string;
    readonly redirectUrl?: string | null;
    readonly expiresInSeconds?: number | null;
  }
  interface NewInvitation {
    readonly email: string;
    readonly expiresInDays?: number | null;
    readonly redirectUrl?: string | null;
    readonly publicMetadata?: Metadata;
    readonly privateMetadata?: Metadata;
  }
  export interface NewMember {
    readonly userId: string;
    readonly role?: string;
    readonly publicMetadata?: Metadata;
    readonly privateMetadata?: Metadata;
  }
  export interface NewOrganization {
    readonly name: string;
    readonly slug?: string | null;
    readonly publicMetadata?: Metadata;
    readonly privateMetadata?: Metadata;
    readonly members?: readonly NewMember[];
  }
  export interface NewRole {
    readonly key: string;
    readonly name?: string | null;
  }
  export interface NewUser {
    readonly email?: User['email'];
    readonly password?: string | null;
    readonly firstName?: User['firstName'];
    readonly lastName?: User['lastName'];
    readonly name?: User['name'];
    readonly phone?: User['phone'];
    readonly address?: User['address'];
    readonly dateOfBirth?: User['dateOfBirth'];
    readonly locale?: User['locale'];
    readonly publicMetadata?: Metadata;
    readonly privateMetadata?: Metadata;
    readonly unsafeMetadata?: Metadata;
    readonly emailVerified?: boolean;
    readonly status?: UndeletedStatus;
  }
  type OptionalField = 'email' | 'name' | 'firstName' | 'lastName' | 'locale' | 'emailVerifiedAt' | 'deletedAt';
  export interface Organization extends Answered<Organization, 'slug' | 'roleSetId'> {}
  interface Organization {
    readonly id: string;
    readonly name: string;
    readonly slug?: string | null;
    readonly roleSetId?: string | null;
    readonly publicMetadata: {
      readonly [key: string]: unknown;
    };
    readonly privateMetadata: {
      readonly [key: string]: unknown;
    };
    readonly createdAt: string;
  }
  export interface OrganizationMember extends Answered<OrganizationMember, 'roleName'> {}
  interface OrganizationMember {
    readonly organizationId: string;
    readonly userId: string;
    readonly role: string;
    readonly roleName?: string | null;
    readonly publicMetadata: {
      readonly [key: string]: unknown;
    };
    readonly privateMetadata: {
      readonly [key: string]: unknown;
    };
    readonly joinedAt: string;
  }
  export interface OrganizationRole {
    readonly key: string;
    readonly name: string | null;
  }
  interface OrganizationSearch extends PageQuery {
    readonly name?: string | undefined;
  }
  class Organizations {
    #private;
    constructor(scope: EnvironmentScope);
    get roles(): readonly OrganizationRole[];
    createRole({ key, name }: OrganizationRole): OrganizationRole;
    create(input: NewOrganization): Organization;
    insert({ name, slug, members, ...bags }: NewOrganization): Organization;
    get(id: string): Organization;
    find(id: string): Organization | undefined;
    findBySlug(slug: string): Organization | undefined;
    list({ limit, after, name }: OrganizationSearch): Page<Organization>;
    updateMetadata(id: string, patch: Partial<TwoBags>): Organization;
    replaceMetadata(id: string, bags: Partial<TwoBags>): Organization;
    addMember(organizationId: string, member: NewMember): OrganizationMember;
    setRole(organizationId: string, userId: string, role: string): OrganizationMember;
    removeMember(organizationId: string, userId: string): void;
    member(organizationId: string, userId: string): OrganizationMember;
    membersOf(organizationId: string, { limit, after }: PageQuery): Page<OrganizationMember>;
    membershipsOf(userId: string, { limit, after }?: PageQuery): Page<UserOrganization>;
    roleOf(organizationId: string, userId: string): string | undefined;
    updateMemberMetadata(organizationId: string, userId: string, patch: Partial<TwoBags>): OrganizationMember;
    endAll(userId: string): void;
  }
  class Outbox {
    #private;
    constructor(scope: EnvironmentScope, endpoints: Endpoints);
    onAdded(listener: () => void): void;
    note<Type extends WebhookEventType>(type: Type, data: WebhookData[Type]): void;
    redeliver(eventId: string): void;
    due(endpointId: string, now: Date, limit: number): readonly DueDelivery[];
    nextAttemptAt(endpointId: string, now: Date): Date | undefined;
    makeAllDue(): void;
    record({ position, round }: DueDelivery, result: AttemptResult): void;
    giveUp(endpoint: Endpoint): void;
  }
  interface Page<Item> {
    readonly items: readonly Item[];
    readonly nextCursor: string | null;
    readonly hasMore: boolean;
  }
  interface PageQuery {
    readonly limit: number;
    readonly after?: string | undefined;
  }
  interface ParsedSeed {
    readonly users: readonly SeedUser[];
    readonly roles: readonly OrganizationRole[];
    readonly organizations: readonly SeedOrganization[];
  }
  class Passwords {
    #private;
    static create(): Promise<Passwords>;
    hash(password: string): Promise<string>;
    matches(passwordHash: string | null | undefined, password: string): Promise<boolean>;
  }
  interface PreparedUser {
    insert(changes?: Omit<NewUser, 'password'>): User;
  }
  export type RequestCounts = Readonly<Record<Surface, number>>;
  export interface Seed {
    readonly users?: readonly SeedUser[];
    readonly roles?: readonly NewRole[];
    readonly organizations?: readonly SeedOrganization[];
  }
  export interface SeedCounts {
    readonly created: number;
    readonly existing: number;
  }
  export interface SeedMember extends Omit<NewMember, 'userId'> {
    readonly email: string;
  }
  export interface SeedOrganization extends Omit<NewOrganization, 'slug' | 'members'> {
    readonly slug: string;
    readonly members?: readonly SeedMember[];
  }
  export interface SeedReport extends SeedCounts {
    readonly organizations: SeedCounts;
  }
  export interface SeedUser extends NewUser {
    readonly email: string;
  }
  class Seeds {
    #private;
    constructor(scope: EnvironmentScope, users: Users, organizations: Organizations);
    apply(seed: ParsedSeed): Promise<SeedReport>;
  }
  interface SenderSurroundings {
    readonly faults: Faults;
    readonly traffic: Traffic;
    readonly onUnexpectedError: (error: unknown) => void;
  }
  interface ServedEnvironment {
    readonly environment: Environment;
    readonly apiUrl: string;
    readonly faults: Faults;
    readonly traffic: Traffic;
  }
  export interface Session
    extends Answered<Session, 'userAgent' | 'ipAddress' | 'activeOrganizationId' | 'impersonatedBy'> {}
  interface Session {
    readonly id: string;
    readonly userId: string;
    readonly environmentId: string;
    readonly userAgent?: string | null;
    readonly ipAddress?: string | null;
    readonly createdAt: string;
    readonly expiresAt: string;
    readonly lastUsedAt: string;
    readonly activeOrganizationId?: string | null;
    readonly impersonatedBy?: string | null;
  }
  type SessionEventType = (typeof sessionEventTypes)[number];
  interface SessionEvents {
    note(type: SessionEventType, session: Session): void;
  }
  class SessionSecrets {
    #private;
    constructor(scope: EnvironmentScope);
    issue(sessionId: string): string;
    redeem(secret: string): LiveSession | undefined;
  }
  interface SessionStart {
    readonly userAgent: string | null;
    readonly ipAddress: string | null;
    readonly impersonatedBy?: string | undefined;
  }
  class Sessions {
    #private;
    constructor(scope: EnvironmentScope, events: SessionEvents);
    create(userId: string, { userAgent, ipAddress, impersonatedBy }: SessionStart): Session;
    listActive(userId: string): Session[];
    listRecent(limit: number): Session[];
    ownerOf(id: string): string | undefined;
    activate(id: string, organizationId: string): void;
    revoke(id: string): void;
    revokeAll(userId: string): void;
    endAll(userId: string): void;
  }
  export type Signer = 'stranger' | (string & {});
  interface SigningKey {
    readonly kid: string;
    readonly privateKey: CryptoKey;
    readonly publicJwk: JWK;
  }
  class SigningKeys {
    #private;
    static load(scope: EnvironmentScope): Promise<SigningKeys>;
    get current(): SigningKey;
    get published(): readonly SigningKey[];
    find(kid: string): SigningKey;
    rotate(): Promise<SigningKey>;
    withdraw(kids: readonly string[]): void;
    stranger(): Promise<StrangerKey>;
  }
  type Standing = 'here' | 'deleted' | 'elsewhere' | 'unknown';
  interface StrangerKey {
    readonly privateKey: CryptoKey;
    readonly publicJwk: JWK;
  }
  export type Surface = (typeof surfaces)[number];
  interface TokenAnswer {
    readonly accessToken: string;
    readonly expiresAt: string;
    readonly expiresInSeconds: number;
    readonly sessionId: string;
    readonly userId: string;
  }
  interface TokenDefaults {
    readonly issuer: string;
    readonly environmentId: string;
    readonly keys: SigningKeys;
    readonly clock: Clock;
    readonly createId: () => string;
    readonly lifetimeSeconds: number;
    readonly onIssued: (kid: string, claims: Claims) => void;
  }
  class TokenMint {
    #private;
    constructor(defaults: TokenDefaults);
    issue(options?: Omit<TokenOptions, 'user'>): Promise<IssuedToken>;
  }
  export interface TokenOptions {
    readonly user?: string;
    readonly userId?: string;
    readonly issuer?: string;
    readonly environmentId?: string;
    readonly expiresInSeconds?: number;
    readonly emailVerified?: boolean;
    readonly profileComplete?: boolean;
    readonly locale?: string;
    readonly organization?: {
      readonly id: string;
      readonly role?: string;
    };
    readonly actor?: {
      readonly sub: string;
      readonly [claim: string]: unknown;
    };
    readonly impersonating?: boolean;
    readonly template?: string;
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly omitClaims?: readonly string[];
    readonly signedBy?: Signer;
    readonly flaw?: Flaw;
  }
  interface TokenTemplate {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly expiresInSeconds: number | undefined;
  }
  export interface TokenTemplateOptions {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly expiresInSeconds?: number;
  }
  class Traffic {
    #private;
    get counts(): RequestCounts;
    count(surface: Surface): void;
  }
  interface TwoBags {
    readonly publicMetadata: Metadata;
    readonly privateMetadata: Metadata;
  }
  export type UndeletedStatus = Exclude<UserStatus, 'deleted'>;
  export interface User extends Answered<User, OptionalField | DeprecatedField> {}
  interface User {
    readonly id: string;
    readonly environmentId: string;
    readonly name?: string | null;
    readonly phone?: string | null;
    readonly locale?: 'en' | 'da' | null;
    readonly address?: string | null;
    readonly dateOfBirth?: string | null;
    readonly status: 'pending_verification' | 'active' | 'banned' | 'deleted';
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly email?: string | null;
    readonly deletedAt?: string | null;
    readonly firstName?: string | null;
    readonly lastName?: string | null;
    readonly emailVerifiedAt?: string | null;
    readonly publicMetadata: {
      readonly [key: string]: unknown;
    };
    readonly privateMetadata: {
      readonly [key: string]: unknown;
    };
    readonly unsafeMetadata: {
      readonly [key: string]: unknown;
    };
  }
  type UserBags = Pick<User, 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'>;
  interface UserBelongings {
    endAll(userId: string): void;
  }
  type UserEventType = (typeof userEventTypes)[number];
  interface UserEvents {
    note(type: UserEventType, user: User): void;
  }
  interface UserImpersonationToken {
    readonly token: string;
    readonly expiresInSeconds: number;
    readonly url?: string | null;
  }
  interface UserOrganization extends Answered<UserOrganization, 'slug' | 'roleName'> {}
  interface UserOrganization {
    readonly organizationId: string;
    readonly name: string;
    readonly slug?: string | null;
    readonly role: string;
    readonly roleName?: string | null;
    readonly publicMetadata: {
      readonly [key: string]: unknown;
    };
    readonly privateMetadata: {
      readonly [key: string]: unknown;
    };
    readonly joinedAt: string;
  }
  type UserPage = Page<User>;
  type UserPatch = Partial<
    Pick<User, 'name' | 'firstName' | 'lastName' | 'phone' | 'locale' | 'address' | 'dateOfBirth' | 'unsafeMetadata'>
  >;
  interface UserSearch extends PageQuery {
    readonly name?: string | null | undefined;
    readonly email?: string | null | undefined;
    readonly statuses?: readonly UserStatus[] | undefined;
    readonly createdFrom?: Date | undefined;
    readonly createdTo?: Date | undefined;
    readonly userIds?: readonly string[] | undefined;
    readonly emailAddresses?: readonly string[] | undefined;
    readonly organizationId?: string | undefined;
  }
  export type UserStatus = User['status'];
  class Users {
    #private;
    constructor(
      scope: EnvironmentScope,
      passwords: Passwords,
      belongings: {
        readonly sessions: UserBelongings;
        readonly memberships: UserBelongings;
      },
      events: UserEvents,
    );
    create(input: NewUser): Promise<User>;
    prepare(input: NewUser): Promise<PreparedUser>;
    prepareMissing(inputs: readonly NewUser[]): Promise<() => number>;
    findByEmail(email: string): User | undefined;
    get(id: string): User;
    find(idOrEmail: string):
      | {
          readonly user: User;
          readonly emailVerified: boolean;
        }
      | undefined;
    has(id: string): boolean;
    standing(id: string): Standing;
    search(search: UserSearch): UserPage;
    update(id: string, patch: UserPatch): User;
    edit(id: string, input: Omit<NewUser, 'status'>): Promise<User>;
    updateMetadata(id: string, patch: Partial<UserBags>): User;
    delete(id: string): void;
    ban(id: string): User;
    unban(id: string): User;
    authenticate(email: string, password: string): Promise<Credentials>;
  }
  interface WantedEndpoint {
    readonly url: string;
    readonly secrets: readonly string[] | null;
    readonly types: readonly WebhookEventType[] | null;
  }
  export interface Webhook {
    readonly id: string;
    readonly url: string;
    readonly types: readonly WebhookEventType[] | null;
    readonly disabledAt: string | null;
  }
  export interface WebhookAttempt {
    readonly at: string;
    readonly status: number | null;
    readonly failure: 'refused' | 'redirected' | 'timed_out' | 'unreachable' | null;
    readonly answer: string | null;
    readonly durationMs: number;
  }
  type WebhookData = Readonly<Record<UserEventType, User> & Record<SessionEventType, Session>>;
  export interface WebhookDelivery {
    readonly event: WebhookEvent;
    readonly webhookId: string;
    readonly url: string;
    readonly state: 'waiting' | 'delivered' | 'failed';
    readonly attempts: readonly WebhookAttempt[];
    readonly nextAttemptAt: string | null;
  }
  export type WebhookEvent = {
    [Type in WebhookEventType]: {
      readonly id: string;
      readonly type: Type;
      readonly created_at: string;
      readonly data: WebhookData[Type];
    };
  }[WebhookEventType];
  export type WebhookEventType = UserEventType | SessionEventType;
  export interface WebhookOptions {
    readonly url: string;
    readonly secret?: string | readonly string[];
    readonly types?: readonly WebhookEventType[];
  }
  interface WebhookSettings {
    readonly secret: string;
    readonly retrySeconds: readonly number[];
    readonly timeoutMs: number;
  }
  class Webhooks {
    #private;
    readonly endpoints: Endpoints;
    readonly outbox: Outbox;
    readonly log: DeliveryLog;
    readonly secret: string;
    constructor(scope: EnvironmentScope, settings: WebhookSettings);
    start(surroundings: SenderSurroundings): void;
    stop(): Promise<void>;
    add(options: unknown): Endpoint;
    enable(id: string): void;
    remove(id: string): void;
    settled(timeoutMs: number): Promise<void>;
  }
  const cutPoints: readonly ['request', 'answer', 'body'];
  const sessionEventTypes: readonly ['session.revoked'];
  export function startEmulator(options?: EmulatorOptions): Promise<Emulator>;
  const surfaces: readonly ['keys', 'api', 'signIn', 'session', 'webhooks'];
  const userEventTypes: readonly ['user.created', 'user.updated', 'user.banned', 'user.unbanned', 'user.deleted'];
}

declare module '@torii/emulator/browser' {
  export interface BrowserSession {
    getState(): Promise<ClientState>;
    getToken(options?: { readonly skipCache?: boolean }): Promise<string | null>;
    switchOrganization(organizationId: string): Promise<string>;
    signIn(returnTo?: string): void;
    signOut(): Promise<void>;
  }
  export interface ClientState {
    readonly authenticated: boolean;
    readonly user: {
      readonly id: string;
      readonly email: string | null;
      readonly [field: string]: unknown;
    } | null;
    readonly session: {
      readonly id: string;
      readonly status: string;
      readonly activeOrganizationId: string | null;
      readonly [field: string]: unknown;
    } | null;
    readonly organizations: readonly {
      readonly id: string;
      readonly name: string;
      readonly role: string;
      readonly [field: string]: unknown;
    }[];
  }
  export interface SessionOptions {
    readonly issuer: string;
    readonly publishableKey?: string;
  }
  export function createSession({ issuer, publishableKey }: SessionOptions): BrowserSession;
}
