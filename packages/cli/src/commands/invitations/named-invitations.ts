import type { Invitation } from '@torii/api';
import type { Command } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { brief } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import { addYesOption, confirm, demandConfirmable } from '../../prompt.ts';
import { invitationColumns } from './columns.ts';
import { findInvitationId } from './named-invitation.ts';

type Options = ApiOptions & FormOptions & { readonly yes?: true };

const resendExamples = `
Examples:
  $ torii invitations resend bo@example.com`;

export function addInvitationsResend(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(invitations.command('resend')))
    .argument('<invitation...>', 'ids or emails')
    .description('Send pending invitations again, with new links. The old links stop working.')
    .addHelpText('after', resendExamples)
    .action(async (names: readonly string[], options: Options) => {
      const { output, signal } = context;
      const client = await clientFor(context, options);
      const attempts = startAttempts(context);
      const resend = async (name: string): Promise<Invitation> =>
        client.invitations.resend(await findInvitationId(client, name, signal), { signal });
      const results = attempts.each([...new Set(names)], (name) => name, resend);
      await writeRecords(output, formOf(options), invitationColumns, results);
      attempts.demandSuccess();
    });
}

const revokeExamples = `
Examples:
  $ torii invitations revoke bo@example.com
  $ torii invitations revoke --yes 01931a73-8b00-7000-8000-000000000000`;

export function addInvitationsRevoke(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(invitations.command('revoke'))))
    .argument('<invitation...>', 'ids or emails')
    .description('Revoke invitations: their links stop working. Asks for confirmation.')
    .addHelpText('after', revokeExamples)
    .action((names: readonly string[], options: Options) => revokeInvitations(context, names, options));
}

async function revokeInvitations(context: Context, names: readonly string[], options: Options): Promise<void> {
  const { output, signal } = context;
  demandConfirmable(context, options);
  const client = await clientFor(context, options);
  const attempts = startAttempts(context);
  const chosen = [...new Set(names)];
  const confirmed = options.yes ? chosen : await ask();
  const revoke = async (name: string): Promise<Invitation> => {
    const id = await findInvitationId(client, name, signal);
    await client.invitations.revoke(id, { signal });
    // The API answers an accepted invitation with success too.
    const { publicMetadata: _, privateMetadata: __, ...invitation } = await client.invitations.get(id, { signal });
    if (invitation.status === 'REVOKED') return invitation;
    throw new CommandFailure(`The invitation was not revoked, because its status is ${brief(invitation.status, 40)}.`);
  };
  const results = attempts.each(confirmed, (name) => name, revoke);
  await writeRecords(output, formOf(options), invitationColumns, results);
  attempts.demandSuccess();

  async function ask(): Promise<readonly string[]> {
    const found: Invitation[] = [];
    const lookUp = async (name: string): Promise<Invitation> =>
      client.invitations.get(await findInvitationId(client, name, signal), { signal });
    for await (const invitation of attempts.each(chosen, (name) => name, lookUp)) found.push(invitation);
    if (found.length === 0) throw new CommandFailure('No invitation was found. Nothing was changed.');
    for (const { id, email, status } of found)
      output.say(`  ${brief(id, 40)}  ${brief(email, 200)}  ${brief(status, 40)}`);
    const what = found.length === 1 ? 'this invitation' : `these ${found.length} invitations`;
    await confirm(context, `Revoke ${what}?`, options);
    return found.map(({ id }) => id);
  }
}
