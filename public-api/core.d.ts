// The public API of @torii/core, written by `npm run api`.

declare module '@torii/core' {
  export { type RefusalError };

  export interface Actor {
    readonly userId: string | null;
    readonly raw: Claims;
  }
  export interface AnyVerifierOptions {
    readonly publicPaths?: readonly string[];
    readonly allowPreflight?: boolean;
    readonly observe?: Verifier<object, null>;
    readonly onEvent?: VerifierEventListener | undefined;
  }
  export interface ApiAnswer extends ApiCall {
    readonly status: number;
    readonly code: string;
    readonly detail?: string | null;
    readonly fieldErrors?: readonly FieldError[];
    readonly supportId?: string | null;
    readonly body?: unknown;
    readonly problem?: ProblemDetails | null;
    readonly retryAfterSeconds?: number | null;
  }
  export interface ApiCall {
    readonly method: string;
    readonly path: string;
    readonly attempts: number;
  }
  export type ApproveResult = ApprovedIssuer | string | null | undefined | false;
  export interface ApprovedIssuer {
    readonly issuer: string;
    readonly environmentId?: string | readonly string[];
  }
  interface AudienceOptions {
    readonly audience?: string | readonly string[];
    readonly requireClaims?: string | readonly string[];
    readonly refuseClaims?: string | readonly string[];
  }
  export interface Auth<Custom extends object = Claims> {
    readonly userId: string;
    readonly environmentId: string | null;
    readonly issuer: string | null;
    readonly emailVerified: boolean;
    readonly profileComplete: boolean;
    readonly impersonating: boolean;
    readonly actor: Actor | null;
    readonly locale: string | null;
    readonly organization: Organization | null;
    readonly issuedAt: number | null;
    readonly expiresAt: number;
    readonly raw: Readonly<Custom> & Claims;
  }
  export type AuthReason =
    | 'token_missing'
    | 'scheme_unsupported'
    | 'header_malformed'
    | 'token_malformed'
    | 'algorithm_refused'
    | 'key_unknown'
    | 'signature_invalid'
    | 'token_expired'
    | 'token_not_yet_valid'
    | 'token_revoked'
    | 'token_lifetime_refused'
    | 'issuer_refused'
    | 'audience_refused'
    | 'environment_refused'
    | 'claim_missing'
    | 'claim_malformed';
  export interface AuthenticateOptions {
    readonly optional?: boolean;
  }
  export type Check<Custom extends object = Claims> = (
    auth: Auth<Custom>,
    request: RequestView,
  ) => boolean | Refusal | Promise<boolean | Refusal>;
  export type CheckResult<Custom extends object, SignedOut extends null = never> =
    | {
        readonly auth: Auth<Custom> | SignedOut;
        readonly denial: undefined;
      }
    | {
        readonly auth: null;
        readonly denial: Denial;
      };
  export interface Claims {
    readonly [name: string]: unknown;
  }
  export type ClaimsOfAny<Verifiers extends readonly Verifier<object, null>[]> = {
    [Each in keyof Verifiers]: Verifiers[Each] extends Verifier<infer Custom, null> ? Custom : never;
  }[number];
  export type ConnectionReason = 'network' | 'timeout' | 'aborted';
  export type Decision =
    | {
        readonly outcome: 'accepted';
        readonly userId: string;
        readonly environmentId: string | null;
      }
    | {
        readonly outcome: 'refused';
        readonly reason: Reason;
      }
    | {
        readonly outcome: 'passed';
      };
  export interface Denial<Body = DenialBody, Status extends number = DenialStatus> {
    readonly status: Status;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Body;
  }
  export interface DenialBody {
    readonly error: {
      readonly code: DenialCode;
      readonly reason: Reason;
      readonly message: string;
    };
  }
  export type DenialCode = 'bad_request' | 'authentication_failed' | 'forbidden' | 'unavailable';
  export type DenialStatus = 400 | 401 | 403 | 503;
  export interface FailedAnnouncement {
    readonly announce: () => Promise<void>;
    readonly answer?: unknown;
  }
  export type Fetch = typeof fetch;
  export interface FieldError {
    readonly field: string | null;
    readonly message: string;
  }
  export type HeadersLike =
    | Iterable<readonly [string, string]>
    | {
        readonly [name: string]: string | readonly string[] | undefined;
      };
  export interface InitialKeys extends JSONWebKeySet {
    readonly fetchedAt: string;
  }
  export interface IssuerApproval {
    readonly approve: (
      issuer: string,
      context: {
        readonly signal: AbortSignal;
      },
    ) => ApproveResult | PromiseLike<ApproveResult>;
    readonly rememberSeconds?: number;
    readonly timeoutMs?: number;
    readonly newPerMinute?: number;
  }
  export interface JSONWebKeySet {
    readonly keys: readonly JWK[];
  }
  export interface JWK {
    readonly kty?: string;
    readonly kid?: string;
    readonly [member: string]: unknown;
  }
  export interface Organization {
    readonly id: string;
    readonly role: string | null;
  }
  export class Patch<T> {
    #private;
    readonly value: T;
    get [Symbol.toStringTag](): 'Torii.Patch';
    static set<T>(value: T): Patch<T>;
    static is(value: unknown): value is Patch<unknown>;
    static diff<T extends object>(before: NoInfer<Readonly<Partial<T>>>, after: Readonly<T>): PatchBody<T>;
    static body<T extends object>(fields: PatchFields<T>): PatchBody<T>;
  }
  export type PatchBody<T extends object> = {
    [K in keyof T]?: NonNullable<T[K]> | null;
  };
  export type PatchFields<T extends object> = {
    readonly [K in keyof T]?: PatchValue<NonNullable<T[K]>>;
  };
  export type PatchValue<T> = T | null | undefined | Patch<T | null>;
  export interface ProblemDetails {
    readonly type?: string;
    readonly title?: string;
    readonly status?: number;
    readonly detail?: string;
    readonly instance?: string;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly [member: string]: unknown;
  }
  export type Reason = AuthReason | 'request_malformed' | 'not_allowed' | UnavailableReason;
  export interface Refusal {
    readonly message: string;
    readonly detail: string | undefined;
  }
  export interface RefusalDetail {
    readonly claim?: string;
    readonly expected?: readonly string[];
    readonly actual?: string;
    readonly hint?: string;
    readonly kid?: string;
    readonly check?: string;
    readonly problem?: string;
    readonly checkName?: string;
    readonly checkPosition?: number;
    readonly returned?: string;
  }
  abstract class RefusalError<Status extends number = number> extends ToriiError {
    #private;
    constructor(message: string, options?: ErrorOptions);
    get status(): Status;
    set status(value: number);
    get statusCode(): Status;
    set statusCode(value: number);
    get expose(): boolean;
    set expose(value: boolean);
    get headers(): Record<string, string>;
    set headers(value: Record<string, string>);
    getResponse(): Response;
    protected toDenial(): Denial<object, number> | undefined;
  }
  export type RequestLike =
    | RequestParts
    | HeadersLike
    | {
        readonly requestContext: object;
        readonly headers?:
          | {
              readonly [name: string]: string | undefined;
            }
          | null
          | undefined;
        readonly multiValueHeaders?:
          | {
              readonly [name: string]: readonly string[] | undefined;
            }
          | null
          | undefined;
      };
  interface RequestOptions<Custom extends object = Claims> {
    readonly header?: string;
    readonly scheme?: string;
    readonly allowNonBrowsers?: boolean;
    readonly cookie?: string;
    readonly origins?: readonly string[];
    readonly publicPaths?: readonly string[];
    readonly allowPreflight?: boolean;
    readonly checks?: readonly Check<Custom>[];
    readonly observe?: Verifier<object, null>;
    readonly onEvent?: VerifierEventListener | undefined;
  }
  export interface RequestParts {
    readonly method?: string | undefined;
    readonly url?: string | undefined;
    readonly originalUrl?: string | undefined;
    readonly path?: string | undefined;
    readonly host?: string | null | undefined;
    readonly headers: HeadersLike;
    readonly headersDistinct?:
      | {
          readonly [name: string]: readonly string[] | undefined;
        }
      | undefined;
    readonly rawHeaders?: readonly string[] | undefined;
    readonly req?: object | undefined;
  }
  export interface RequestView {
    readonly method: string | undefined;
    readonly host: string | undefined;
    readonly path: string | undefined;
    headerValues(name: string): readonly string[];
  }
  export interface RevocableToken {
    readonly auth: Auth;
    readonly digest: string;
    mark?: unknown;
  }
  export interface RevocationAnnouncer {
    readonly issuer: string;
    readonly environmentId: string;
    revokeUser(userId: string, options?: RevocationMoment): Promise<void>;
  }
  export interface RevocationMoment {
    readonly at?: Date | string | undefined;
  }
  export interface RevocationSource {
    readonly issuer: string;
    readonly environmentId: string;
    readonly maxTokenSeconds: number;
    check(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict>;
  }
  export type RevocationVerdict = 'accepted' | 'revoked' | 'unavailable';
  export type StrictAnyVerifierOptions = AnyVerifierOptions & {
    readonly publicPaths?: never;
    readonly allowPreflight?: false;
  };
  export type StrictVerifierOptions<Custom extends object = Claims> = VerifierOptions<Custom> & {
    readonly publicPaths?: never;
    readonly allowPreflight?: false;
  };
  export interface TokenVerifier<Custom extends object = Claims> {
    verify(token: string | null | undefined): Promise<Auth<Custom>>;
  }
  export class ToriiApiError extends ToriiError implements ApiAnswer {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiApiError';
    readonly status: number;
    readonly code: string;
    readonly detail: string | null;
    readonly fieldErrors: readonly FieldError[];
    readonly supportId: string | null;
    readonly body: unknown;
    readonly problem: ProblemDetails | null;
    readonly method: string;
    readonly path: string;
    readonly attempts: number;
    readonly retryAfterSeconds: number | null;
    constructor(message: string, { body, problem, ...answer }: ApiAnswer, options?: ErrorOptions);
    toJSON(): {
      name: string;
      message: string;
    } & Omit<ApiAnswer, 'body' | 'problem'>;
  }
  export class ToriiAuthError extends RefusalError<401> {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiAuthError';
    readonly code = 'authentication_failed';
    readonly reason: AuthReason;
    constructor(reason: AuthReason, message: string, options?: ErrorOptions);
  }
  export class ToriiConfigError extends ToriiError {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiConfigError';
    readonly code = 'configuration_invalid';
    readonly option: string;
    constructor(
      option: string,
      message: string,
      options?: ErrorOptions & {
        readonly explained?: string;
      },
    );
  }
  export class ToriiConnectionError extends ToriiError implements ApiCall {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiConnectionError';
    readonly code = 'connection_failed';
    readonly reason: ConnectionReason;
    readonly mayHaveArrived: boolean;
    readonly method: string;
    readonly path: string;
    readonly attempts: number;
    constructor(
      reason: ConnectionReason,
      message: string,
      call: ApiCall & {
        readonly mayHaveArrived?: boolean;
      },
      options?: ErrorOptions,
    );
  }
  export abstract class ToriiError extends Error {
    protected static readonly kinds: readonly string[];
    abstract readonly code: string;
    constructor(message: string, options?: ErrorOptions);
    static [Symbol.hasInstance](value: unknown): boolean;
    get docsUrl(): string;
    toJSON(): {
      name: string;
      code: string;
      reason?: string;
      message: string;
    };
  }
  export class ToriiForbiddenError extends RefusalError<403> {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiForbiddenError';
    readonly code = 'forbidden';
    readonly reason = 'not_allowed';
  }
  export class ToriiRequestError extends RefusalError<400> {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiRequestError';
    readonly code = 'bad_request';
    readonly reason = 'request_malformed';
  }
  export class ToriiRevocationError extends ToriiError {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiRevocationError';
    readonly code = 'revocation_not_announced';
    readonly announce: () => Promise<void>;
    readonly answer: unknown;
    constructor(failed: FailedAnnouncement, options?: ErrorOptions);
  }
  export class ToriiUnavailableError extends RefusalError<503> {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiUnavailableError';
    readonly code = 'unavailable';
    readonly reason: UnavailableReason;
    readonly retryAfterSeconds: number;
    constructor(
      reason: UnavailableReason,
      message: string,
      options?: ErrorOptions & {
        retryAfterSeconds?: number;
      },
    );
  }
  export type UnavailableReason =
    | 'keys_unavailable'
    | 'policy_unavailable'
    | 'revocations_unavailable'
    | 'token_unavailable';
  export interface Verifier<Custom extends object = Claims, SignedOut extends null = null> {
    verify(token: string | null | undefined): Promise<Auth<Custom>>;
    authenticate(
      request: RequestLike,
      options?: {
        readonly optional?: false;
      },
    ): Promise<Auth<Custom> | SignedOut>;
    authenticate(request: RequestLike, options: AuthenticateOptions): Promise<Auth<Custom> | null>;
    check(
      request: RequestLike,
      options?: {
        readonly optional?: false;
      },
    ): Promise<CheckResult<Custom, SignedOut>>;
    check(request: RequestLike, options: AuthenticateOptions): Promise<CheckResult<Custom, null>>;
  }
  export type VerifierEvent =
    | {
        readonly type: 'verified';
        readonly userId: string;
        readonly environmentId: string | null;
        readonly fromCache: boolean;
      }
    | {
        readonly type: 'passed';
        readonly why: 'public_path' | 'preflight' | 'signed_out';
        readonly path: string | undefined;
      }
    | {
        readonly type: 'refused';
        readonly error: ToriiError;
        readonly detail: RefusalDetail;
      }
    | {
        readonly type: 'would_refuse';
        readonly error: Error;
        readonly detail: RefusalDetail;
      }
    | {
        readonly type: 'report_skipped';
        readonly detail: RefusalDetail;
      }
    | {
        readonly type: 'keys_fetched';
        readonly url: string;
        readonly kids: readonly string[];
        readonly durationMs: number;
      }
    | {
        readonly type: 'keys_failed';
        readonly url: string;
        readonly problem: string;
        readonly cause: Error;
        readonly usable: boolean;
      }
    | {
        readonly type: 'approval_failed';
        readonly issuer: string;
        readonly problem: string;
        readonly cause: Error;
      }
    | {
        readonly type: 'key_ignored';
        readonly url: string | undefined;
        readonly kid: string | undefined;
        readonly problem: string;
      }
    | {
        readonly type: 'callback_invalid';
        readonly callback: 'onError';
        readonly problem: string;
      }
    | {
        readonly type: 'issuer_unreachable';
        readonly url: string;
        readonly problem: string;
        readonly cause: Error;
      }
    | {
        readonly type: 'token_renewed';
        readonly userId: string;
        readonly environmentId: string | null;
      }
    | {
        readonly type: 'renewal_failed';
        readonly why: 'session_ended' | 'issuer_unavailable' | 'token_refused';
        readonly url: string;
        readonly problem: string;
        readonly cause?: Error;
      }
    | {
        readonly type: 'key_search_limited';
        readonly url: string;
      }
    | {
        readonly type: 'agreed';
        readonly outcome: Decision['outcome'];
      }
    | {
        readonly type: 'disagreed';
        readonly decided: Decision;
        readonly observed: Decision;
        readonly differs: readonly ('outcome' | 'userId' | 'environmentId' | 'organization')[];
      }
    | {
        readonly type: 'not_observed';
        readonly why: 'busy' | 'failed';
        readonly cause?: Error;
      };
  export type VerifierEventListener = (event: VerifierEvent) => void;
  export interface VerifierOptions<Custom extends object = Claims> extends VerifyOptions, RequestOptions<Custom> {}
  export interface VerifyOptions extends AudienceOptions {
    readonly issuer: string | readonly string[] | IssuerApproval | undefined;
    readonly environmentId?: string | readonly string[];
    readonly clockTolerance?: number;
    readonly maxStaleSeconds?: number;
    readonly keysTimeoutMs?: number;
    readonly cachedTokens?: number;
    readonly fetch?: Fetch | undefined;
    readonly keys?: JSONWebKeySet;
    readonly initialKeys?: InitialKeys;
    readonly revocations?: RevocationSource;
    readonly onEvent?: VerifierEventListener | undefined;
  }
  export function anyVerifier<const Verifiers extends readonly [Verifier<object, null>, ...Verifier<object, null>[]]>(
    verifiers: Verifiers,
    options?: StrictAnyVerifierOptions,
  ): Verifier<ClaimsOfAny<Verifiers>, never>;
  export function anyVerifier<const Verifiers extends readonly [Verifier<object, null>, ...Verifier<object, null>[]]>(
    verifiers: Verifiers,
    options: AnyVerifierOptions,
  ): Verifier<ClaimsOfAny<Verifiers>>;
  export function authenticateRequest<Custom extends object = Claims>(
    request: RequestLike,
    options: StrictVerifierOptions<Custom>,
  ): Promise<Auth<Custom>>;
  export function authenticateRequest<Custom extends object = Claims>(
    request: RequestLike,
    options: VerifierOptions<Custom>,
  ): Promise<Auth<Custom> | null>;
  export function authorize<Custom extends object = Claims>(
    auth: Auth<Custom> | null,
    request: RequestLike,
    checks: readonly Check<Custom>[],
  ): Promise<void>;
  export function createTokenVerifier<Custom extends object = Claims>(options: VerifyOptions): TokenVerifier<Custom>;
  export function createVerifier<Custom extends object = Claims>(
    options: StrictVerifierOptions<Custom>,
  ): Verifier<Custom, never>;
  export function createVerifier<Custom extends object = Claims>(options: VerifierOptions<Custom>): Verifier<Custom>;
  export function denialFor(error: unknown): Denial | undefined;
  export function isAuth(value: unknown): value is Auth;
  export function isPatch(value: unknown): value is Patch<unknown>;
  export function refuse(message?: string, detail?: string): Refusal;
  export function reportOnly<Custom extends object = Claims>(check: Check<Custom>): Check<Custom>;
  export function verifyToken<Custom extends object = Claims>(
    token: string | null | undefined,
    options: VerifyOptions,
  ): Promise<Auth<Custom>>;
}

declare module '@torii/core/adapter' {
  import type {
    Auth,
    AuthenticateOptions,
    Check,
    Claims,
    Denial,
    RequestLike,
    RequestParts,
    RequestView,
    ToriiError,
    Verifier,
    VerifierEventListener,
    VerifierOptions,
  } from '@torii/core';

  export { Auth, Check, Claims, Denial, RequestParts, RequestView, Verifier, VerifierOptions } from '@torii/core';

  export type Answer = Denial<object | string | null, number>;
  export type AnswerOtherwise<Request> = (
    denial: Denial,
    error: ToriiError,
    request: Request,
  ) => Answer | null | undefined | Promise<Answer | null | undefined>;
  export interface AuthAndToken {
    readonly auth: Auth;
    readonly token: string;
  }
  export interface AuthWithToken<Custom extends object = Claims> extends GuardedAuth<Custom> {
    readonly token: string;
  }
  export type AuthenticateWithToken = (
    request: RequestLike,
    options?: AuthenticateOptions,
  ) => Promise<AuthAndToken | null>;
  export type Guard<Request> = <Result>(request: Request, steps: GuardSteps<Result>) => Promise<Result | undefined>;
  export interface GuardAdapter<Request extends object, Middleware extends object> {
    readonly place: string;
    describe(request: Request): RequestParts;
    read(request: Request): unknown;
    write(request: Request, auth: Auth | null): void;
    toMiddleware(guard: Guard<Request>): Middleware;
  }
  export type GuardKind = 'requireAuth' | 'optionalAuth' | 'allow';
  export interface GuardOptions<Request> {
    readonly onError?: AnswerOtherwise<Request> | undefined;
    readonly exposeToken?: boolean;
  }
  export interface GuardSteps<Result> {
    pass(): Result | Promise<Result>;
    answer(answer: Answer): Result | Promise<Result>;
    fail(error: object): Result | Promise<Result>;
    readonly response?: ResponseProgress;
  }
  export interface GuardedAuth<Custom extends object = Claims> extends Auth<Custom> {
    readonly token?: string;
  }
  export type GuardedVerifierOptions<Custom extends object = Claims> = VerifierOptions<Custom> &
    Pick<GuardOptions<never>, 'exposeToken'>;
  export interface Guards<Request, Middleware> {
    requireAuth<Custom extends object = Claims>(
      source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
      options?: GuardOptions<Request>,
    ): Middleware;
    optionalAuth<Custom extends object = Claims>(
      source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
      options?: GuardOptions<Request>,
    ): Middleware;
    allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Middleware;
    getAuth<Custom extends object = Claims>(request: Request, next?: unknown): GuardedAuth<Custom>;
    getToken(request: Request, next?: unknown): string;
  }
  export type PathReading =
    | {
        readonly path: string;
      }
    | {
        readonly problem: string;
      };
  export interface ResponseProgress {
    readonly headersSent: boolean;
    readonly writableEnded: boolean;
  }
  export function answerFor<Request>(
    error: unknown,
    request: Request,
    onError: AnswerOtherwise<Request> | undefined,
    emit?: VerifierEventListener,
  ): Promise<Answer>;
  export function createGuards<Request extends object, Middleware extends object>(
    adapter: GuardAdapter<Request, Middleware>,
  ): Guards<Request, Middleware>;
  export function errorFrom(thrown: unknown): object;
  export const guardKind: unique symbol;
  export function isError(value: unknown): value is Error;
  export function readPath(raw: string | undefined): PathReading;
  export function routedPath(sent: string | undefined, routed: string | undefined): string | undefined;
  export function tokenReaderOf<Custom extends object>(verifier: Verifier<Custom>): AuthenticateWithToken | undefined;
  export function verifierFrom<Custom extends object = Claims>(
    source: Verifier<Custom> | VerifierOptions<Custom>,
    example?: string,
  ): Verifier<Custom>;
  export function viewOf(request: RequestLike, option?: string): RequestView;
}

declare module '@torii/core/current-auth' {
  import type { Claims } from '@torii/core';
  import type { GuardedAuth } from '@torii/core/adapter';

  export { Actor, Auth, Claims, Organization } from '@torii/core';
  export { GuardedAuth } from '@torii/core/adapter';

  export interface AuthKeeperAdapter<Request extends object> {
    readonly place: string;
    read(request: Request): unknown;
  }
  export interface CurrentAuthOptions {
    readonly optional?: boolean;
  }
  export type KeepAuth<Request extends object> = <Result>(
    request: Request,
    response: KeptResponse | undefined,
    next: () => Result,
  ) => Result;
  export interface KeptResponse {
    readonly writableEnded: boolean;
    once?(event: 'close', listener: () => void): unknown;
  }
  export function createAuthKeeper<Request extends object>(
    { place, read }: AuthKeeperAdapter<Request>,
    unexpected?: unknown,
  ): KeepAuth<Request>;
  export function currentAuth<Custom extends object = Claims>(options?: {
    readonly optional?: false;
  }): GuardedAuth<Custom>;
  export function currentAuth<Custom extends object = Claims>(options: CurrentAuthOptions): GuardedAuth<Custom> | null;
}

declare module '@torii/core/jwt' {
  import type { Claims, Fetch, InitialKeys, JSONWebKeySet, JWK, Verifier } from '@torii/core';

  export { Auth, Claims, JSONWebKeySet, JWK, Verifier } from '@torii/core';

  export type JwtAlgorithm = (typeof symmetric)[number] | (typeof rsa)[number] | (typeof others)[number];
  export interface JwtClaimNames {
    readonly userId?: string;
  }
  export interface JwtOptions<Custom extends object = Claims> extends RequestOptions<Custom>, AudienceOptions {
    readonly algorithms: readonly [JwtAlgorithm, ...JwtAlgorithm[]];
    readonly secret?: string | Uint8Array | undefined;
    readonly key?: string | JWK | undefined;
    readonly jwks?: string | JSONWebKeySet | undefined;
    readonly initialKeys?: InitialKeys;
    readonly issuer?: string | readonly string[];
    readonly claims?: JwtClaimNames;
    readonly clockTolerance?: number;
    readonly maxStaleSeconds?: number;
    readonly keysTimeoutMs?: number;
    readonly fetch?: Fetch | undefined;
  }
  export type StrictJwtOptions<Custom extends object = Claims> = JwtOptions<Custom> & {
    readonly publicPaths?: never;
    readonly allowPreflight?: false;
  };
  export function createJwtVerifier<Custom extends object = Claims>(
    options: StrictJwtOptions<Custom>,
  ): Verifier<Custom, never>;
  export function createJwtVerifier<Custom extends object = Claims>(options: JwtOptions<Custom>): Verifier<Custom>;
  const others: readonly ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
  const rsa: readonly ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  const symmetric: readonly ['HS256', 'HS384', 'HS512'];
}

declare module '@torii/core/webhooks' {
  import type { Denial, RefusalError, RequestLike, RevocationAnnouncer } from '@torii/core';

  export { HeadersLike, RequestLike, RevocationAnnouncer, RevocationMoment, ToriiConfigError } from '@torii/core';

  type AllEventTypes<More extends object> = Omit<WebhookEventTypes, keyof More> & More;
  export interface FrameworkBody {
    readonly kept: readonly unknown[];
    readonly isRead: boolean;
    readonly stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;
    readonly remedy: string;
  }
  export type NotAnnouncedReason = 'user_id_unusable' | 'other_environment';
  export interface ReceivedDelivery extends Omit<WebhookDelivery, 'payload'> {
    readonly payload: WebhookPayload | (() => WebhookPayload);
  }
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
  export class ToriiWebhookError extends RefusalError<WebhookDenialStatus> {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiWebhookError';
    readonly code = 'webhook_refused';
    readonly reason: WebhookReason;
    constructor(reason: WebhookReason, message: string, options?: ErrorOptions);
    protected toDenial(): Denial<WebhookDenialBody, WebhookDenialStatus> | undefined;
  }
  export type UnlistedEventType = '(any other type)' & {
    readonly [unlisted]: true;
  };
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
  export interface VerifyWebhookOptions extends WebhookRules, WebhookDelivery {
    readonly payload: string | Uint8Array | ArrayBuffer;
  }
  export interface WebhookAnnouncer<More extends object = object> extends WebhookReceiver<More> {
    receive(delivery: ReceivedDelivery, handle?: (event: WebhookEvent<More>) => unknown): Promise<WebhookAnswer>;
  }
  export interface WebhookAnnouncerOptions extends WebhookReceiverOptions {
    readonly revocations: RevocationAnnouncer;
  }
  export interface WebhookAnswer {
    readonly status: 200 | WebhookDenialStatus;
    readonly headers: Readonly<Record<string, string>>;
    readonly body:
      | {
          readonly status: 'handled' | 'repeated';
        }
      | WebhookDenialBody;
  }
  export interface WebhookDelivery {
    readonly headers: RequestLike;
    readonly payload: WebhookPayload;
  }
  export interface WebhookDenialBody {
    readonly error: {
      readonly code: 'webhook_refused';
      readonly reason: WebhookReason;
      readonly message: string;
    };
  }
  export type WebhookDenialStatus = 400 | 413 | 500 | 503;
  export type WebhookEvent<More extends object = object> =
    | {
        [Type in keyof AllEventTypes<More>]: WebhookEventOf<Type, AllEventTypes<More>[Type]>;
      }[keyof AllEventTypes<More>]
    | WebhookEventOf<UnlistedEventType, unknown>;
  export interface WebhookEventOf<Type, Data> {
    readonly type: Type;
    readonly id: string;
    readonly created_at: string;
    readonly data: Data;
  }
  export interface WebhookEventTypes {
    readonly 'user.created': WebhookUser;
    readonly 'user.updated': WebhookUser;
    readonly 'user.banned': WebhookUser;
    readonly 'user.unbanned': WebhookUser;
    readonly 'user.deleted': WebhookUser;
    readonly 'session.revoked': WebhookSession;
  }
  export type WebhookPayload =
    | string
    | Uint8Array
    | ArrayBuffer
    | AsyncIterable<Uint8Array>
    | ReadableStream<Uint8Array>
    | null;
  export type WebhookReason =
    | 'header_missing'
    | 'header_malformed'
    | 'timestamp_too_old'
    | 'timestamp_too_new'
    | 'signature_invalid'
    | 'payload_too_large'
    | 'payload_incomplete'
    | 'payload_malformed'
    | 'id_mismatch'
    | 'in_progress'
    | 'store_unavailable'
    | 'revocations_unavailable'
    | 'handler_failed';
  export interface WebhookReceiver<More extends object = object> {
    receive(delivery: ReceivedDelivery, handle: (event: WebhookEvent<More>) => unknown): Promise<WebhookAnswer>;
  }
  export type WebhookReceiverEvent =
    | {
        readonly type: 'handled' | 'repeated';
        readonly eventId: string;
        readonly eventType: string;
      }
    | {
        readonly type: 'refused';
        readonly error: ToriiWebhookError;
      }
    | {
        readonly type: 'failed';
        readonly eventId: string;
        readonly eventType: string;
        readonly error: unknown;
      }
    | {
        readonly type: 'not_noted';
        readonly eventId: string;
        readonly eventType: string;
        readonly error: unknown;
      }
    | {
        readonly type: 'not_announced';
        readonly eventId: string;
        readonly eventType: string;
        readonly why: NotAnnouncedReason;
      };
  export type WebhookReceiverEventListener = (event: WebhookReceiverEvent) => void;
  export interface WebhookReceiverOptions extends WebhookRules {
    readonly store?: WebhookStore | 'memory';
    readonly rememberSeconds?: number;
    readonly leaseSeconds?: number;
    readonly onEvent?: WebhookReceiverEventListener | undefined;
    readonly revocations?: RevocationAnnouncer;
    readonly announceSessions?: boolean | undefined;
  }
  export interface WebhookRules {
    readonly secret: string | readonly (string | undefined)[] | undefined;
    readonly toleranceSeconds?: number;
    readonly maxBytes?: number;
  }
  export interface WebhookSession extends Session {}
  export interface WebhookStore {
    get(key: string): unknown;
    set(key: string, value: object, ttlMs?: number): unknown;
    delete(key: string): unknown;
  }
  export interface WebhookUser extends User {}
  export function createWebhookReceiver<More extends object = object>(
    options: WebhookAnnouncerOptions,
  ): WebhookAnnouncer<More>;
  export function createWebhookReceiver<More extends object = object>(
    options: WebhookReceiverOptions,
  ): WebhookReceiver<More>;
  export function findPayload({ kept, isRead, stream, remedy }: FrameworkBody): WebhookPayload;
  export function requireHandler(options: object, handlers: readonly unknown[]): void;
  const unlisted: unique symbol;
  export function verifyWebhook<More extends object = object>(
    options: VerifyWebhookOptions,
  ): Promise<WebhookEvent<More>>;
}
