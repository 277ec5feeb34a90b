import type { Invitation } from '@torii/api';
import type { Command } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import { invitationColumns } from './columns.ts';
import { findInvitationId } from './named-invitation.ts';

const examples = `
Examples:
  $ torii invitations resend bo@example.com`;

export function addInvitationsResend(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(invitations.command('resend')))
    .argument('<invitation...>', 'ids or emails')
    .description('Send pending invitations again, with new links. The old links stop working.')
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: ApiOptions & FormOptions) => {
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
