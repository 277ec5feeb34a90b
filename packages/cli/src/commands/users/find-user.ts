import type { ToriiClient, User } from '@torii/api';
import { CommandFailure } from '../../failures.ts';

/** Whether a person named a user by email. Ids have no @. */
function isEmail(who: string): boolean {
  return who.includes('@');
}

/**
 * The user with an id, or with exactly this email.
 *
 * @throws CommandFailure where nobody has the email; what the client throws
 */
export async function findUser(torii: ToriiClient, who: string, signal: AbortSignal): Promise<User> {
  if (!isEmail(who)) return torii.users.get(who, { signal });
  const wanted = foldCase(who);
  // The API finds parts of an email, so that a longer one may come first.
  for await (const user of torii.users.iterate({ email: who, limit: 100 }, { signal })) {
    if (user.status !== 'deleted' && foldCase(user.email ?? '') === wanted) return user;
  }
  throw new CommandFailure(`No user has the email ${who}.`);
}

/** The id of a user who may be named by email. */
export async function findUserId(torii: ToriiClient, who: string, signal: AbortSignal): Promise<string> {
  return isEmail(who) ? (await findUser(torii, who, signal)).id : who;
}

function foldCase(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
