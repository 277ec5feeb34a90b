// What a method and a path cannot tell. Keys are written without the prefix and the names of parameters.

/** Names that the rules of names.ts would not find: the paths say too little of what is meant. */
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

/** POST operations that lead to the same state however often they arrive, so that they can be sent again. */
export const repeatable: ReadonlySet<string> = new Set(['POST /users/{}/ban', 'POST /users/{}/unban']);

/**
 * A status that means "done before" where an earlier attempt of the same call may have arrived: the right to delete a
 * user goes with the user, so that a second delete is answered 403.
 */
export const doneStatuses: Readonly<Record<string, number>> = { 'DELETE /users/{}': 403 };
