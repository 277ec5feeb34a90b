import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import type { User } from '../users/user.ts';

/** The user who is named by id or whole email. */
export function userNamed({ users }: Environment, idOrEmail: string): User {
  const found = users.find(idOrEmail);
  if (found === undefined)
    throw new Problem(404, 'user_not_found', 'No user of this environment has this id or email.');
  return found.user;
}
