import type { InvitationWithMetadata } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import {
  addMetadataOptions,
  type MetadataOptions,
  mergedMetadataHelp,
  metadataColumns,
  metadataFrom,
  twoBags,
} from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { findInvitationId } from './named-invitation.ts';

type Shown = Pick<InvitationWithMetadata, 'id' | (typeof twoBags)[number]>;

const examples = `${mergedMetadataHelp}

Examples:
  $ torii invitations metadata bo@example.com
  $ torii invitations metadata bo@example.com \\
      --public '{"plan":"pro","trial":null}'`;

export function addInvitationsMetadata(invitations: Command, context: Context): void {
  addFormOptions(addApiOptions(addMetadataOptions(invitations.command('metadata'), twoBags)))
    .argument('<invitation>', 'id or email')
    .description('Show the metadata of an invitation, or change it while it is pending.')
    .addHelpText('after', examples)
    .action(async (name: string, options: ApiOptions & FormOptions & MetadataOptions) => {
      const { output, signal } = context;
      const bags = await metadataFrom(context, options);
      const client = await clientFor(context, options);
      const invitationId = await findInvitationId(client, name, signal);
      const invitation =
        Object.keys(bags).length === 0
          ? await client.invitations.get(invitationId, { signal })
          : await client.invitations.updateMetadata(invitationId, bags, { signal });
      const { id, publicMetadata, privateMetadata } = invitation;
      const columns = [{ title: 'id', value: (each: Shown) => each.id }, ...metadataColumns<Shown>(twoBags)];
      await writeRecord(output, formOf(options), columns, { id, publicMetadata, privateMetadata });
    });
}
