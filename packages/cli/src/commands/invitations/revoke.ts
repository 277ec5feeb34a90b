import type { Invitation } from '@torii/api';
import type { Command } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import { confirmFound } from '../../confirmation.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { brief } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import { addYesOption, demandConfirmable } from '../../prompt.ts';
import { invitationColumns } from './columns.ts';
import { findInvitationId } from './named-invitation.ts';

type Options = ApiOptions & FormOptions & { readonly yes?: true };

const examples = `
Examples:
  $ torii invitations revoke bo@example.com
  $ torii invitations revoke --yes 01931a73-8b00-7000-8000-000000000000`;

export function addInvitationsRevoke(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(invitations.command('revoke'))))
    .argument('<invitation...>', 'ids or emails')
    .description('Revoke invitations: their links stop working. Asks for confirmation.')
    .addHelpText('after', examples)
    .action((names: readonly string[], options: Options) => revokeInvitations(context, names, options));
}

async function revokeInvitations(context: Context, names: readonly string[], options: Options): Promise<void> {
  const { output, signal } = context;
  demandConfirmable(context, options);
  const client = await clientFor(context, options);
  const attempts = startAttempts(context);
  const chosen = [...new Set(names)];
  const confirmed = options.yes
    ? chosen
    : await confirmFound(context, attempts, chosen, {
        verb: 'Revoke',
        noun: 'invitation',
        lookUp: async (name) => client.invitations.get(await findInvitationId(client, name, signal), { signal }),
        describe: ({ email, status }) => [brief(email, 200), brief(status, 40)],
      });
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
}
