export type {
  Actor,
  Auth,
  AuthReason,
  Check,
  CheckResult,
  Claims,
  Denial,
  DenialBody,
  DenialCode,
  DenialStatus,
  Fetch,
  HeadersLike,
  InitialKeys,
  JSONWebKeySet,
  JWK,
  Organization,
  Reason,
  Refusal,
  RefusalDetail,
  RefusalError,
  RequestParts,
  RequestView,
  UnavailableReason,
  VerifierEvent,
  VerifierEventListener,
  VerifyOptions,
} from '@torii/core';
export {
  refuse,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
} from '@torii/core';
export { createToriiNext, type ToriiNext } from './server/create-torii-next.ts';
export type { IssuerRoutes } from './server/issuer-route.ts';
export type { ToriiNextOptions } from './server/options.ts';
export { previewOrigins } from './server/preview-origins.ts';
export type { Protect, ProtectOptions } from './server/protect.ts';
export type { ProxyFunction, ProxyHandler } from './server/proxy.ts';
export type { RefusedPage } from './server/refused-page.ts';
export type { AuthContext, AuthHandler, Params, RouteContext, RouteHandler } from './server/route.ts';
export type { TokenRoutes } from './server/token-route.ts';
