import { createUserFields, parseUser } from '../users/input.ts';
import type { UserPatch, Users } from '../users/users.ts';
import { requireUser } from './access.ts';
import type { ApiAnswer, Handlers } from './handler.ts';
import { readUserSearch } from './user-filter.ts';

type UserOperation =
  | 'POST /users'
  | 'POST /users/search'
  | 'GET /users/{userId}'
  | 'PATCH /users/{userId}'
  | 'DELETE /users/{userId}'
  | 'POST /users/{userId}/ban'
  | 'POST /users/{userId}/unban';

/** The handlers of the user operations. readRequest() has validated their requests. */
export function userHandlers(users: Users): Handlers<UserOperation> {
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
      return ok(users.update(id, body as UserPatch));
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
  };
}

function ok(body: object): ApiAnswer {
  return { status: 200, body };
}
