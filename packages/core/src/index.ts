export {
  type AnyVerifierOptions,
  anyVerifier,
  type ClaimsOfAny,
  type StrictAnyVerifierOptions,
} from './any-verifier.ts';
export {
  type ApiAnswer,
  type ApiCall,
  type ConnectionReason,
  type FieldError,
  type ProblemDetails,
  ToriiApiError,
  ToriiConnectionError,
} from './api-errors.ts';
export { type Actor, type Auth, type Claims, isAuth, type Organization } from './auth.ts';
export { authenticateRequest } from './authenticate-request.ts';
export { authorize, type Check, type Refusal, refuse, reportOnly } from './checks.ts';
export { type Denial, type DenialBody, type DenialCode, type DenialStatus, denialFor } from './denial.ts';
export {
  type AuthReason,
  type Reason,
  type RefusalError,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
  type UnavailableReason,
} from './errors.ts';
export type { Decision, RefusalDetail, VerifierEvent, VerifierEventListener } from './events.ts';
export type { InitialKeys } from './keys/initial-key-set.ts';
export type { JSONWebKeySet, JWK } from './keys/jwks.ts';
export type { ApprovedIssuer, ApproveResult, IssuerApproval } from './options/issuer-approval.ts';
export type { VerifierOptions } from './options/verifier-options.ts';
export type { VerifyOptions } from './options/verify-options.ts';
export { isPatch, Patch, type PatchBody, type PatchFields, type PatchValue } from './patch.ts';
export type { Fetch } from './platform.ts';
export type { CheckResult } from './promises/check-result.ts';
export type { HeadersLike, RequestLike, RequestParts } from './request/request-parts.ts';
export type { RequestView } from './request/request-view.ts';
export { type FailedAnnouncement, ToriiRevocationError } from './revocation-errors.ts';
export type {
  RevocableToken,
  RevocationAnnouncer,
  RevocationMoment,
  RevocationSource,
  RevocationVerdict,
} from './revocations.ts';
export { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';
export {
  type AuthenticateOptions,
  createVerifier,
  type StrictVerifierOptions,
  type Verifier,
} from './verifier.ts';
export { verifyToken } from './verify-token.ts';
