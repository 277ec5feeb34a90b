import type { User } from '@torii/api';

/** The id of the user's environment, for notes and journals. `null` if the API sent no string. */
export function environmentOf(user: User | undefined): string | null {
  const id: unknown = user?.environmentId;
  return typeof id === 'string' ? id : null;
}
