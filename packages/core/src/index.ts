export { type Actor, type Auth, type Claims, isAuth, type Organization, requireOurs } from './auth.ts';
export { isFromOwnPages } from './bearer.ts';
export { authorize, type Check, isRefusal, type Refusal, refuse, requireChecks } from './checks.ts';
export { type Denial, type DenialBody, denialFor } from './denial.ts';
export {
  type ApiAnswer,
  type ApiCall,
  type AuthReason,
  type ConnectionReason,
  type ProblemDetails,
  type Reason,
  ToriiApiError,
  ToriiAuthError,
  ToriiConfigError,
  ToriiConnectionError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
  type UnavailableReason,
} from './errors.ts';
export { type EventListener, loggable, type RefusalDetail, type ToriiEvent } from './events.ts';
export { elapsedMs, type Instant, instantNow } from './instant.ts';
export type { JsonWebKeyLike, JsonWebKeySet } from './jwks.ts';
export type { Fetch } from './key-endpoint.ts';
export type { VerifierOptions } from './options.ts';
export { isPatch, Patch, type PatchBody, type PatchFields, type PatchValue } from './patch.ts';
export { compilePublicPaths, type PathReading, type PublicPaths, readPath } from './path.ts';
export { type HeadersLike, type RequestLike, type RequestParts, type RequestView, viewOf } from './request.ts';
export { createTokenVerifier, type TokenVerifier, verifyToken } from './token-verifier.ts';
export {
  type AuthenticateOptions,
  authenticateRequest,
  type CheckResult,
  createVerifier,
  type StrictVerifierOptions,
  type Verifier,
  verifierFrom,
} from './verifier.ts';
export type { VerifyOptions } from './verify-options.ts';
