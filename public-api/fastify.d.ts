// The public API of @torii/fastify, written by `npm run api`.

declare module '@torii/fastify' {
  import type { Check, Claims, Verifier } from '@torii/core';
  import type { AnswerOtherwise, GuardOptions, GuardedAuth, GuardedVerifierOptions } from '@torii/core/adapter';
  import type { FastifyRequest, RouteOptions } from 'fastify';

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

  export type Guard = (
    request: {
      readonly raw: object;
      readonly headers: object;
    },
    reply: {
      readonly raw: object;
      readonly request: object;
    },
    done: (error?: Error) => void,
  ) => void;
  export type OnError = AnswerOtherwise<FastifyRequest>;
  export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard;
  export function getAuth<Custom extends object = Claims>(request: { readonly auth?: unknown }): GuardedAuth<Custom>;
  export function getToken(request: { readonly auth?: unknown }): string;
  export function optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<FastifyRequest>,
  ): Guard;
  export function requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<FastifyRequest>,
  ): Guard;
  export function requireGuard(route: RouteOptions): void;
}

declare module '@torii/fastify/current-auth' {
  export { Actor, Auth, Claims, Organization } from '@torii/core';
  export { GuardedAuth } from '@torii/core/adapter';
  export { CurrentAuthOptions, currentAuth } from '@torii/core/current-auth';

  export type CurrentAuthPlugin = (
    app: {
      readonly addHook: unknown;
    },
    options: object,
    done: () => void,
  ) => void;
  export const keepCurrentAuth: CurrentAuthPlugin;
}

declare module '@torii/fastify/webhooks' {
  import type { WebhookAnnouncerOptions, WebhookEvent, WebhookReceiverOptions } from '@torii/core/webhooks';
  import type { FastifyRequest } from 'fastify';

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

  export type WebhookHandler<More extends object = object> = (
    event: WebhookEvent<More>,
    request: FastifyRequest,
  ) => unknown;
  export type WebhookPlugin = (
    app: {
      readonly post: unknown;
    },
    options: object,
    done: () => void,
  ) => void;
  export function webhookHandler<More extends object = object>(
    options: WebhookReceiverOptions,
    handler: WebhookHandler<More>,
  ): WebhookPlugin;
  export function webhookHandler(options: WebhookAnnouncerOptions): WebhookPlugin;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    requireGuard?: boolean;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    auth: GuardedAuth | null | undefined;
  }
}
