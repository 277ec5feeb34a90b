import { Problem } from '../http/problem.ts';
import type { Users } from '../users/users.ts';

/**
 * Requires that the user exists in this environment and is not deleted. A deleted user gives 403 instead of 404: the
 * specification says that a second DELETE of a user returns 403.
 *
 * @throws Problem 403 `forbidden`, 404 `user_not_found`
 */
export function requireUser(users: Users, userId: string): void {
  switch (users.standing(userId)) {
    case 'here':
      return;
    case 'deleted':
      throw forbidden('This user has been deleted.');
    case 'elsewhere':
      throw forbidden('This user belongs to another environment.');
    case 'unknown':
      throw new Problem(404, 'user_not_found', 'No user has this id.');
  }
}

/** Requires that the user exists in this environment, and answers in the same way if it exists elsewhere or nowhere. */
export function requireOwnUser(users: Users, userId: string): void {
  if (users.standing(userId) !== 'here') throw forbidden('This environment has no such user.');
}

export function forbidden(detail: string): Problem {
  return new Problem(403, 'forbidden', detail);
}
