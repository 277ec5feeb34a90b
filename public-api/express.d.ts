// The public API of @torii/express, written by `npm run api`.

declare module '@torii/express' {
  import type { Check, Claims, Verifier } from '@torii/core';
  import type { AnswerOtherwise, GuardOptions, GuardedAuth, GuardedVerifierOptions } from '@torii/core/adapter';
  import type { NextFunction, Request, Response } from 'express';

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

  export interface ExpressRequest extends Request {}
  export type Guard = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(
    req: Request<P, ResBody, ReqBody, Query, Locals>,
    res: Response<ResBody, Locals>,
    next: NextFunction,
  ) => void;
  export type OnError = AnswerOtherwise<ExpressRequest>;
  export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard;
  export function getAuth<Custom extends object = Claims>(req: { readonly auth?: unknown }): GuardedAuth<Custom>;
  export function getToken(req: { readonly auth?: unknown }): string;
  export function optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<ExpressRequest>,
  ): Guard;
  export function requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<ExpressRequest>,
  ): Guard;
}

declare module '@torii/express/current-auth' {
  import type { Guard } from '@torii/express';

  export { Actor, Auth, Claims, Organization } from '@torii/core';
  export { GuardedAuth } from '@torii/core/adapter';
  export { CurrentAuthOptions, currentAuth } from '@torii/core/current-auth';
  export { Guard } from '@torii/express';

  export function keepCurrentAuth(): Guard;
}

declare module '@torii/express/webhooks' {
  import type { WebhookAnnouncerOptions, WebhookEvent, WebhookReceiverOptions } from '@torii/core/webhooks';
  import type { ExpressRequest } from '@torii/express';
  import type { RequestHandler } from 'express';

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
  export { ExpressRequest } from '@torii/express';

  export type WebhookHandler<More extends object = object> = (
    event: WebhookEvent<More>,
    req: ExpressRequest,
  ) => unknown;
  export interface WebhookRequestHandler extends RequestHandler {}
  export function webhookHandler<More extends object = object>(
    options: WebhookReceiverOptions,
    handler: WebhookHandler<More>,
  ): WebhookRequestHandler;
  export function webhookHandler(options: WebhookAnnouncerOptions): WebhookRequestHandler;
}

declare global {
  namespace Express {
    interface Request {
      auth?: GuardedAuth | null;
    }
  }
}
