import type { User } from '@torii/api';

/** The id of the user's environment, or `null` if the API sent none that is a text: notes and journals keep it. */
export function environmentOf(user: User | undefined): string | null {
  const id: unknown = user?.environmentId;
  return typeof id === 'string' ? id : null;
}
