// Facts about operations that cannot be derived from HTTP method and path. Keys omit the `/api/server/v1` prefix and
// the names of path parameters.

/** Names for operations to which the rules in names.ts would give a wrong or unclear name. */
export const names: Readonly<Record<string, string>> = {
  'POST /users/search': 'users.list',
  'DELETE /users/{}/sessions': 'sessions.revokeAllForUser',
  'DELETE /users/{}/sessions/{}': 'sessions.revoke',
  'POST /users/{}/impersonation-token': 'users.createImpersonationToken',
  'GET /users/{}/organizations': 'users.listOrganizations',
  'GET /organizations/{}/members': 'organizations.listMembers',
  'PATCH /organizations/{}/members/{}/metadata': 'organizations.updateMemberMetadata',
  'PATCH /invitations/{}': 'invitations.updateMetadata',
  'DELETE /invitations/{}': 'invitations.revoke',
  'PUT /allowed-origins': 'allowedOrigins.replace',
};

/**
 * Names of the types that operations return. Users of the client write them, so they must not depend on whether a
 * version of the specification gives the schemas names. If versions differ in what returns the same type, the first
 * operation of a name keeps it.
 */
export const typeNames: Readonly<Record<string, string>> = {
  'GET /users/{}': 'User',
  'POST /users': 'User',
  'POST /users/search': 'User',
  'PATCH /users/{}': 'User',
  'POST /users/{}/ban': 'User',
  'POST /users/{}/unban': 'User',
  'PATCH /users/{}/metadata': 'User',
  'POST /users/{}/impersonation-token': 'UserImpersonationToken',
  'GET /users/{}/organizations': 'UserOrganization',
  'GET /users/{}/sessions': 'Session',
  'GET /organizations/{}': 'Organization',
  'GET /organizations': 'Organization',
  'PATCH /organizations/{}/metadata': 'Organization',
  'GET /organizations/{}/members': 'OrganizationMember',
  'PATCH /organizations/{}/members/{}/metadata': 'OrganizationMember',
  'POST /invitations': 'Invitation',
  'GET /invitations': 'Invitation',
  'POST /invitations/{}/resend': 'Invitation',
  'GET /invitations/{}': 'InvitationWithMetadata',
  'PATCH /invitations/{}': 'InvitationWithMetadata',
  'GET /allowed-origins': 'AllowedOriginsData',
  'PUT /allowed-origins': 'AllowedOriginsData',
};

/** POST operations that are idempotent, so that the client may retry them. */
export const repeatable: ReadonlySet<string> = new Set(['POST /users/{}/ban', 'POST /users/{}/unban']);

/** Whose metadata an operation reads or writes. The first expression that matches the path decides. */
export const metadataOwners = [
  [/\/members\b/, 'membership'],
  [/^\/users\/\{\}\/organizations\b/, 'membership'],
  [/\/invitations\b/, 'invitation'],
  [/^\/organizations\b/, 'organization'],
  [/^\/users\b/, 'user'],
] as const satisfies readonly (readonly [path: RegExp, owner: string])[];

export type MetadataOwner = (typeof metadataOwners)[number][1];

/** The largest numbers of items in lists that are limited, if the specification does not name them. */
export const mostItems: Readonly<Record<string, number>> = {
  'POST /users/search userIds': 100,
  'POST /users/search emailAddresses': 100,
};

/** Operations whose response is a secret. If it cannot be used, the error does not contain it. */
export const secretAnswers: ReadonlySet<string> = new Set(['POST /users/{}/impersonation-token']);

/**
 * Statuses that count as success if an earlier attempt of the same call may have been carried out. Deleting a user also
 * removes the permission to delete that user, so a second delete returns 403.
 */
export const doneStatuses: Readonly<Record<string, number>> = { 'DELETE /users/{}': 403 };

/**
 * Operations after which tokens that were issued earlier must not be accepted any more, and what they end: the access of a user,
 * every session of a user, or one of them. The first path parameter is the user.
 */
export const revocations: Readonly<Record<string, 'user' | 'sessions' | 'session'>> = {
  'POST /users/{}/ban': 'user',
  'DELETE /users/{}': 'user',
  'DELETE /users/{}/sessions': 'sessions',
  'DELETE /users/{}/sessions/{}': 'session',
};
