// The public API of @torii/hono, written by `npm run api`.

declare module '@torii/hono' {
  import type { Check, Claims, Verifier } from '@torii/core';
  import type { AnswerOtherwise, GuardOptions, GuardedAuth, GuardedVerifierOptions } from '@torii/core/adapter';
  import type { Context, MiddlewareHandler, Next } from 'hono';

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

  export interface AllowedVariables<Custom extends object = Claims> {
    auth: GuardedAuth<Custom>;
  }
  export interface AuthVariables<Custom extends object = Claims> {
    auth: GuardedAuth<Custom> | null;
  }
  export interface HonoContext extends Context {}
  export interface HonoMiddleware<
    Variables extends {
      auth: unknown;
    },
  > extends MiddlewareHandler<{
      Variables: Variables;
    }> {
    (c: HonoContext, next: Next): ReturnType<MiddlewareHandler>;
  }
  export type OnError = AnswerOtherwise<HonoContext>;
  export function allow<Custom extends object = Claims>(
    ...checks: readonly [Check<Custom>, ...Check<Custom>[]]
  ): HonoMiddleware<AllowedVariables<Custom>>;
  export function getAuth<Custom extends object = Claims>(c: HonoContext): GuardedAuth<Custom>;
  export function getToken(c: HonoContext): string;
  export function optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<HonoContext>,
  ): HonoMiddleware<AuthVariables<Custom>>;
  export function requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<HonoContext>,
  ): HonoMiddleware<AuthVariables<Custom>>;
}

declare module '@torii/hono/current-auth' {
  import type { MiddlewareHandler } from 'hono';

  export { Actor, Auth, Claims, Organization } from '@torii/core';
  export { GuardedAuth } from '@torii/core/adapter';
  export { CurrentAuthOptions, currentAuth } from '@torii/core/current-auth';

  export interface PlainMiddleware extends MiddlewareHandler<object> {}
  export function keepCurrentAuth(): PlainMiddleware;
}

declare module '@torii/hono/webhooks' {
  import type { WebhookAnnouncerOptions, WebhookEvent, WebhookReceiverOptions } from '@torii/core/webhooks';
  import type { HonoContext } from '@torii/hono';

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
  export { HonoContext } from '@torii/hono';

  export type HonoHandler = (c: HonoContext) => Promise<Response>;
  export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, c: HonoContext) => unknown;
  export function webhookHandler<More extends object = object>(
    options: WebhookReceiverOptions,
    handler: WebhookHandler<More>,
  ): HonoHandler;
  export function webhookHandler(options: WebhookAnnouncerOptions): HonoHandler;
}
