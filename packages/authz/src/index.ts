export type {
  Actor,
  Auth,
  AuthReason,
  Check,
  Claims,
  Denial,
  DenialBody,
  DenialCode,
  DenialStatus,
  HeadersLike,
  Organization,
  Reason,
  Refusal,
  RequestLike,
  RequestParts,
  RequestView,
  UnavailableReason,
} from '@torii/core';
export {
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
} from '@torii/core';
export { type Authz, createAuthz } from './authz.ts';
export type { AuthzEvent, AuthzEventListener } from './events.ts';
export type { AuthzOptions, TenantOptions } from './options.ts';
export type { MalformedEntry, PermissionDocument } from './policy/document.ts';
export { type LintFinding, lintPermissions } from './policy/lint.ts';
export type { DocumentStore, PermissionsSource, StoredPermissions } from './policy/permissions-option.ts';
export type { ClaimNames } from './rules/caller.ts';
export { allOf, anyOf, not } from './rules/conditions.ts';
export type { Explanation, Finding } from './rules/explanation.ts';
