export { type Authz, createAuthz } from './authz.ts';
export type { ClaimNames } from './caller.ts';
export { allOf, anyOf, not } from './conditions.ts';
export type { MalformedEntry, PermissionDocument } from './document.ts';
export type { AuthzEvent, AuthzListener } from './events.ts';
export type { Explanation, Finding } from './explanation.ts';
export { type LintFinding, lint } from './lint.ts';
export type { AuthzOptions, TenantOptions } from './options.ts';
export type { DocumentStore, PermissionsSource, StoredPermissions } from './permissions-option.ts';
