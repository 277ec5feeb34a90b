// The public API of @torii/koa, written by `npm run api`.

declare module '@torii/koa' {
  import type { Check, Claims, Verifier } from '@torii/core';
  import type { AnswerOtherwise, GuardOptions, GuardedAuth, GuardedVerifierOptions } from '@torii/core/adapter';
  import type { Context, Middleware } from 'koa';

  export {
    Actor,
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
    HeadersLike,
    InitialKeys,
    IssuerApproval,
    JSONWebKeySet,
    JWK,
    Organization,
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
    StrictVerifierOptions,
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
    VerifierOptions,
    VerifyOptions,
    createVerifier,
    refuse,
    reportOnly,
  } from '@torii/core';
  export { Answer, AnswerOtherwise, GuardOptions, GuardedAuth, GuardedVerifierOptions } from '@torii/core/adapter';

  export interface KoaContext extends Context {}
  export interface KoaMiddleware extends Middleware {}
  export type OnError = AnswerOtherwise<KoaContext>;
  export function allow<Custom extends object = Claims>(
    ...checks: readonly [Check<Custom>, ...Check<Custom>[]]
  ): KoaMiddleware;
  export function getAuth<Custom extends object = Claims>(ctx: { readonly state: object }): GuardedAuth<Custom>;
  export function getToken(ctx: { readonly state: object }): string;
  export function optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<KoaContext>,
  ): KoaMiddleware;
  export function requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<KoaContext>,
  ): KoaMiddleware;
}

declare module '@torii/koa/current-auth' {
  import type { KoaMiddleware } from '@torii/koa';

  export { Actor, Auth, Claims, Organization } from '@torii/core';
  export { GuardedAuth } from '@torii/core/adapter';
  export { CurrentAuthOptions, currentAuth } from '@torii/core/current-auth';
  export { KoaContext, KoaMiddleware } from '@torii/koa';

  export function keepCurrentAuth(): KoaMiddleware;
}

declare module '@torii/koa/webhooks' {
  import type { WebhookAnnouncerOptions, WebhookEvent, WebhookReceiverOptions } from '@torii/core/webhooks';
  import type { KoaContext, KoaMiddleware } from '@torii/koa';

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
  export { KoaContext, KoaMiddleware } from '@torii/koa';

  export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, ctx: KoaContext) => unknown;
  export function webhookHandler<More extends object = object>(
    options: WebhookReceiverOptions,
    handler: WebhookHandler<More>,
  ): KoaMiddleware;
  export function webhookHandler(options: WebhookAnnouncerOptions): KoaMiddleware;
}

declare module 'koa' {
  interface DefaultState {
    auth?: GuardedAuth | null;
  }
}
