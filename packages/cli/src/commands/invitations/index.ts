import type { InvitationWithMetadata } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { metadataColumns, twoBags } from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { invitationColumns } from './columns.ts';
import { addInvitationsCreate } from './create.ts';
import { addInvitationsList } from './list.ts';
import { addInvitationsMetadata } from './metadata.ts';
import { findInvitationId } from './named-invitation.ts';
import { addInvitationsResend } from './resend.ts';
import { addInvitationsRevoke } from './revoke.ts';

export function addInvitations(program: Command, context: Context): void {
  const invitations = program
    .command('invitations')
    .description('Invite people by email to sign up, and list, resend and revoke invitations.');
  addInvitationsList(invitations, context);
  addInvitationsGet(invitations, context);
  addInvitationsCreate(invitations, context);
  addInvitationsResend(invitations, context);
  addInvitationsRevoke(invitations, context);
  addInvitationsMetadata(invitations, context);
}

const columns: readonly Column<InvitationWithMetadata>[] = [
  ...invitationColumns,
  { title: 'created', value: ({ createdAt }) => createdAt, isTime: true },
  { title: 'accepted', value: ({ acceptedAt }) => acceptedAt, isTime: true },
  { title: 'revoked', value: ({ revokedAt }) => revokedAt, isTime: true },
  { title: 'environment', value: ({ environmentId }) => environmentId },
  ...metadataColumns<InvitationWithMetadata>(twoBags),
];

const examples = `
Examples:
  $ torii invitations get bo@example.com
  $ torii invitations get 01931a73-8b00-7000-8000-000000000000 --json`;

function addInvitationsGet(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(invitations.command('get')))
    .argument('<invitation>', 'id or email')
    .description('Show an invitation.')
    .addHelpText('after', examples)
    .action(async (name: string, options: ApiOptions & FormOptions) => {
      const { output, signal } = context;
      const client = await clientFor(context, options);
      const invitation = await client.invitations.get(await findInvitationId(client, name, signal), { signal });
      await writeRecord(output, formOf(options), columns, invitation);
    });
}
