import { Problem } from '../http/problem.ts';
import type { Users } from '../users/users.ts';

/**
 * Lets a request through to a user of this environment who has not been deleted. The grant to a user goes with them, so
 * that a deleted one is refused as another environment's is.
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

export function forbidden(detail: string): Problem {
  return new Problem(403, 'forbidden', detail);
}
