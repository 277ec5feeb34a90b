export type {
  Actor,
  ApiAnswer,
  ApiCall,
  ApprovedIssuer,
  ApproveResult,
  Auth,
  AuthenticateOptions,
  AuthReason,
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
  RefusalError,
  RequestLike,
  RequestParts,
  RequestView,
  RevocableToken,
  RevocationSource,
  RevocationVerdict,
  UnavailableReason,
  Verifier,
  VerifierEvent,
  VerifierEventListener,
  VerifyOptions,
} from '@torii/core';
export {
  refuse,
  reportOnly,
  ToriiApiError,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiRevocationError,
  ToriiUnavailableError,
} from '@torii/core';
export { createToriiNext, type ToriiNext } from './server/create-torii-next.ts';
export type { GetToken, GetTokenOptions } from './server/get-token/get-token.ts';
export type { IssuerRoutes } from './server/issuer/issuer-route.ts';
export { createToriiProxy } from './server/misplaced-proxy.ts';
export type { ToriiNextOptions } from './server/options.ts';
export type { Protect, ProtectOptions } from './server/pages/protect.ts';
export type { RefusedPage } from './server/pages/refused-page.ts';
export { previewOrigins } from './server/preview-origins.ts';
export type { ProxyRenewal } from './server/renewal/proxy-renewal.ts';
export type { AuthContext, AuthHandler, Params, RouteContext, RouteHandler } from './server/route.ts';
export type { TokenRoutes } from './server/token-route.ts';
