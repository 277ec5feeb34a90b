import type { Invitation, ToriiClient } from '@torii/api';
import { foldCase, isEmail } from '../../client.ts';
import { CommandFailure } from '../../failures.ts';
import { demandEach } from '../../listing.ts';
import { brief } from '../../output/printable.ts';

/**
 * Finds the id of an invitation by its id or email: the pending invitation to an email, otherwise the newest one.
 *
 * @throws CommandFailure if no invitation was sent to the email, or several are pending
 */
export async function findInvitationId(client: ToriiClient, name: string, signal: AbortSignal): Promise<string> {
  if (!isEmail(name)) return name;
  const found: Invitation[] = [];
  // The API also returns invitations whose email only contains the text.
  const list = client.invitations.list({ search: name, limit: 100 }, { signal });
  for await (const each of demandEach(list, 'id', 'an invitation')) {
    if (foldCase(each.email) === foldCase(name)) found.push(each);
  }
  const pending = found.filter(({ status }) => status === 'PENDING');
  if (pending.length > 1)
    throw new CommandFailure(
      `${pending.length} invitations to ${name} are pending. Name one by its id: ${brief(pending.map(({ id }) => id).join(', '), 400)}.`,
    );
  const [first, ...others] = pending.length > 0 ? pending : found;
  if (first === undefined) throw new CommandFailure(`No invitation was sent to ${name}.`);
  return others.reduce((newest, each) => (each.createdAt > newest.createdAt ? each : newest), first).id;
}
