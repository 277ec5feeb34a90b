import type { Environment } from '../environment.ts';
import { parseImpersonation } from '../impersonation/input.ts';
import { findBagFault } from '../metadata/metadata.ts';
import { createUserFields, parseUser } from '../users/input.ts';
import type { UserBags } from '../users/user.ts';
import type { UserPatch } from '../users/users.ts';
import { requireOwnUser, requireUser } from './access.ts';
import { refusalOf } from './contract/read-request.ts';
import type { ApiAnswer, Handlers } from './handler.ts';
import { readBags } from './metadata.ts';
import { readOrganizationPage } from './organizations.ts';
import { readUserSearch } from './user-filter.ts';

type UserOperation =
  | 'POST /users'
  | 'POST /users/search'
  | 'GET /users/{userId}'
  | 'PATCH /users/{userId}'
  | 'DELETE /users/{userId}'
  | 'POST /users/{userId}/ban'
  | 'POST /users/{userId}/unban'
  | 'PATCH /users/{userId}/metadata'
  | 'GET /users/{userId}/organizations'
  | 'POST /users/{userId}/impersonation-token';

const bagRules = { publicMetadata: findBagFault, privateMetadata: findBagFault, unsafeMetadata: findBagFault };

/** The handlers of the user operations. readRequest() has validated their requests. */
export function userHandlers({
  users,
  organizations,
  impersonations,
}: Pick<Environment, 'users' | 'organizations' | 'impersonations'>): Handlers<UserOperation> {
  return {
    async 'POST /users'({ body }) {
      return { status: 201, body: await users.create(parseUser(body, createUserFields)) };
    },
    'POST /users/search'(request) {
      return ok(users.search(readUserSearch(request, users)));
    },
    'GET /users/{userId}'({ path }) {
      const id = path('userId');
      requireUser(users, id);
      return ok(users.get(id));
    },
    'PATCH /users/{userId}'({ path, body }) {
      const id = path('userId');
      requireUser(users, id);
      const patch = body as UserPatch;
      const fault = findBagFault(patch.unsafeMetadata);
      if (fault !== undefined) throw refusalOf([{ field: 'unsafeMetadata', message: fault }]);
      return ok(users.update(id, patch));
    },
    'DELETE /users/{userId}'({ path }) {
      const id = path('userId');
      requireUser(users, id);
      users.delete(id);
      return { status: 204 };
    },
    'POST /users/{userId}/ban'({ path }) {
      const id = path('userId');
      requireUser(users, id);
      return ok(users.ban(id));
    },
    'POST /users/{userId}/unban'({ path }) {
      const id = path('userId');
      requireUser(users, id);
      return ok(users.unban(id));
    },
    'PATCH /users/{userId}/metadata'({ path, body }) {
      const id = path('userId');
      requireUser(users, id);
      return ok(users.updateMetadata(id, readBags<UserBags>(body, bagRules)));
    },
    'GET /users/{userId}/organizations'(request) {
      const id = request.path('userId');
      requireOwnUser(users, id);
      return ok(organizations.membershipsOf(id, readOrganizationPage(request, organizations)));
    },
    'POST /users/{userId}/impersonation-token'({ path, body }) {
      const id = path('userId');
      impersonations.requireEnabled();
      // A deleted user gives 400 here, not 403: the specification says so.
      if (users.standing(id) !== 'deleted') requireOwnUser(users, id);
      return ok(impersonations.create(id, parseImpersonation(body)));
    },
  };
}

function ok(body: object): ApiAnswer {
  return { status: 200, body };
}
