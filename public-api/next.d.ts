// The public API of @torii/next, written by `npm run api`.

declare module '@torii/next' {
  import type { Auth, Check, CheckResult, Claims, RequestParts, Verifier, VerifyOptions } from '@torii/core';
  import type { NextRequest } from 'next/server.js';

  export {
    Actor,
    ApiAnswer,
    ApiCall,
    ApproveResult,
    ApprovedIssuer,
    Auth,
    AuthReason,
    AuthenticateOptions,
    Check,
    CheckResult,
    Claims,
    Decision,
    Denial,
    DenialBody,
    DenialCode,
    DenialStatus,
    FailedAnnouncement,
    Fetch,
    FieldError,
    HeadersLike,
    InitialKeys,
    IssuerApproval,
    JSONWebKeySet,
    JWK,
    Organization,
    ProblemDetails,
    Reason,
    Refusal,
    RefusalDetail,
    type RefusalError,
    RequestLike,
    RequestParts,
    RequestView,
    RevocableToken,
    RevocationSource,
    RevocationVerdict,
    ToriiApiError,
    ToriiAuthError,
    ToriiConfigError,
    ToriiError,
    ToriiForbiddenError,
    ToriiRequestError,
    ToriiRevocationError,
    ToriiUnavailableError,
    UnavailableReason,
    Verifier,
    VerifierEvent,
    VerifierEventListener,
    VerifyOptions,
    refuse,
    reportOnly,
  } from '@torii/core';

  export interface AuthContext<Custom extends object = Claims, P extends object = Params> extends RouteContext<P> {
    readonly auth: Auth<Custom>;
  }
  export type AuthHandler<Custom extends object = Claims, P extends object = Params> = (
    request: NextRequest,
    context: AuthContext<Custom, P>,
  ) => Response | Promise<Response>;
  export type GetToken = (options?: GetTokenOptions) => Promise<string | null>;
  export interface GetTokenOptions {
    readonly template?: string;
    readonly request?: RequestParts;
  }
  type Handler = (request: NextRequest) => Promise<Response>;
  export type IssuerRoutes = Readonly<
    Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', Handler>
  >;
  export type Params = Record<string, string | string[] | undefined>;
  export interface Protect<Custom extends object = Claims> {
    (...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
    (options: ProtectOptions, ...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
  }
  export interface ProtectOptions {
    readonly returnTo: string;
  }
  export interface ProxyRenewal {
    readonly startRenewal: object;
  }
  export type RefusedPage = (typeof refusedPages)[number];
  export interface RouteContext<P extends object = Params> {
    readonly params: Promise<P>;
  }
  export type RouteHandler<P extends object = Params> = (
    request: NextRequest,
    context: RouteContext<P>,
  ) => Promise<Response>;
  export interface TokenRoutes {
    POST(request: NextRequest): Promise<Response>;
    DELETE(request: NextRequest): Promise<Response>;
  }
  export interface ToriiNext<Custom extends object = Claims> {
    auth(): Promise<Auth<Custom> | null>;
    protect: Protect<Custom>;
    getToken: GetToken;
    withAuth<P extends object = Params>(
      handler: AuthHandler<Custom, P>,
      ...checks: readonly Check<Custom>[]
    ): RouteHandler<P>;
    fromRequest(request: RequestParts): Promise<CheckResult<Custom>>;
    readonly tokenRoutes: TokenRoutes;
    readonly issuerRoutes: IssuerRoutes;
  }
  export interface ToriiNextOptions extends Omit<VerifyOptions, 'issuer'> {
    readonly issuer: string | readonly string[] | undefined;
    readonly signInPath: string;
    readonly origins: readonly (string | undefined)[];
    readonly publicPaths?: readonly string[];
    readonly tokenPath?: string;
    readonly allowPreflight?: boolean;
    readonly refusedPage?: RefusedPage;
    readonly publishableKey?: string | undefined;
    readonly verifier?: (torii: Verifier<object, never>) => Verifier<object, null>;
    readonly renewInProxy?: ProxyRenewal | false;
  }
  export function createToriiNext<Custom extends object = Claims>(options: ToriiNextOptions): ToriiNext<Custom>;
  export function createToriiProxy(
    _options: 'Import createToriiProxy from @torii/next/proxy',
    _handler?: unknown,
  ): never;
  export function previewOrigins(): readonly string[];
  const refusedPages: readonly ['forbidden', 'not_found'];
}

declare module '@torii/next/client' {
  import type { Reason } from '@torii/core';
  import type { ComponentPropsWithoutRef, ReactElement } from 'react';

  export { Reason } from '@torii/core';

  export interface ChangeOrganizationOptions extends TokenRoute {
    readonly to?: string | undefined;
  }
  export interface EndSessionOptions extends TokenRoute {
    readonly to?: string | undefined;
  }
  export function KeptForm({ userId, action, ...props }: KeptFormProps): ReactElement;
  export interface KeptFormProps extends ComponentPropsWithoutRef<'form'> {
    readonly userId: string;
    readonly name?: string | undefined;
  }
  export interface SignInOptions extends TokenRoute {
    readonly home?: string | undefined;
    readonly origins?: readonly string[] | undefined;
  }
  export interface SignInState {
    readonly status: 'checking' | 'leaving' | 'signed_out' | 'failed';
    readonly problem: string | null;
    readonly retry: () => void;
  }
  export function TokenKeeper({ session, userId, tokenPath, onProblem }: TokenKeeperProps): null;
  export interface TokenKeeperProps extends TokenRoute {
    readonly session: ToriiSession;
    readonly userId?: string | null | undefined;
    readonly onProblem?: ((problem: unknown) => void) | undefined;
  }
  export interface TokenRequest {
    readonly skipCache?: boolean;
  }
  export interface TokenRoute {
    readonly tokenPath?: string | undefined;
  }
  export interface ToriiSession {
    readonly isLoaded?: boolean | undefined;
    readonly isSignedIn?: boolean | undefined;
    getToken(options?: TokenRequest): Promise<string | null>;
    signOut(): Promise<unknown>;
    signIn?(): unknown;
    switchOrganization?(organizationId: string): Promise<unknown>;
  }
  export const basePath: string;
  export function changeOrganization(
    session: Pick<ToriiSession, 'getToken' | 'switchOrganization'>,
    organizationId: string,
    { tokenPath, to }?: ChangeOrganizationOptions,
  ): Promise<void>;
  export function endSession(
    session: Pick<ToriiSession, 'signOut'>,
    { tokenPath, to }?: EndSessionOptions,
  ): Promise<void>;
  export function getErrorReason(error: unknown): Reason | undefined;
  export function renewToken(
    session: Pick<ToriiSession, 'getToken' | 'isLoaded' | 'isSignedIn'>,
    { tokenPath }?: TokenRoute,
  ): Promise<boolean>;
  export function useSignIn(
    session: Pick<ToriiSession, 'getToken' | 'isLoaded' | 'isSignedIn'>,
    { tokenPath, home, origins }?: SignInOptions,
  ): SignInState;
}

declare module '@torii/next/proxy' {
  import type { Auth, Claims } from '@torii/core';
  import type { ToriiNextOptions } from '@torii/next';
  import type { NextFetchEvent, NextRequest } from 'next/server.js';

  export { ProxyRenewal, ToriiNextOptions } from '@torii/next';

  export type ProxyFunction = (request: NextRequest, event: NextFetchEvent) => Promise<Response>;
  export type ProxyHandler<Custom extends object = Claims> = (
    request: NextRequest,
    context: {
      readonly auth: Auth<Custom> | null;
      readonly event: NextFetchEvent;
    },
  ) => Response | null | undefined | Promise<Response | null | undefined>;
  export function createToriiProxy<Custom extends object = Claims>(
    options: ToriiNextOptions,
    handler?: ProxyHandler<Custom>,
  ): ProxyFunction;
}

declare module '@torii/next/renewal' {
  import type { ProxyRenewal } from '@torii/next';

  export { ProxyRenewal } from '@torii/next';

  export const renewInProxy: ProxyRenewal;
}

declare module '@torii/next/webhooks' {
  import type { WebhookAnnouncerOptions, WebhookEvent, WebhookReceiverOptions } from '@torii/core/webhooks';

  export {
    Denial,
    DenialBody,
    DenialCode,
    DenialStatus,
    Reason,
    RevocationAnnouncer,
    RevocationMoment,
    ToriiConfigError,
  } from '@torii/core';
  export {
    NotAnnouncedReason,
    ToriiWebhookError,
    UnlistedEventType,
    WebhookAnnouncerOptions,
    WebhookDenialBody,
    WebhookDenialStatus,
    WebhookEvent,
    WebhookEventOf,
    WebhookEventTypes,
    WebhookReason,
    WebhookReceiverEvent,
    WebhookReceiverEventListener,
    WebhookReceiverOptions,
    WebhookRules,
    WebhookSession,
    WebhookStore,
    WebhookUser,
  } from '@torii/core/webhooks';

  export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, request: Request) => unknown;
  export function webhookHandler<More extends object = object>(
    options: WebhookReceiverOptions,
    handler: WebhookHandler<More>,
  ): (request: Request) => Promise<Response>;
  export function webhookHandler(options: WebhookAnnouncerOptions): (request: Request) => Promise<Response>;
}
