import type { Command } from 'commander';
import { nonEmptyText, wholeNumber } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addMetadataOptions, type MetadataOptions, metadataFrom, metadataHelp, twoBags } from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { invitationColumns } from './columns.ts';

interface Options extends ApiOptions, FormOptions, MetadataOptions {
  readonly email: string;
  readonly expiresInDays?: number;
  readonly redirectUrl?: string;
}

const examples = `${metadataHelp}

Examples:
  $ torii invitations create --email bo@example.com
  $ torii invitations create --email bo@example.com \\
      --expires-in-days 14 --public '{"plan":"pro"}'`;

export function addInvitationsCreate(invitations: Command, context: Context): void {
  const create = invitations
    .command('create')
    .requiredOption('--email <email>', 'email of the person to invite', nonEmptyText)
    .option('--expires-in-days <days>', 'how long the link works', wholeNumber(1, 3650))
    .option('--redirect-url <url>', 'where to go after the sign-up', nonEmptyText);
  addFormOptions(addApiOptions(addMetadataOptions(create, twoBags)))
    .description('Invite a person to sign up. Torii sends an email with a link.')
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const { output, signal } = context;
      const { email, expiresInDays, redirectUrl } = options;
      const bags = await metadataFrom(context, options);
      const client = await clientFor(context, options);
      const asked = {
        ...(expiresInDays !== undefined && { expiresInDays }),
        ...(redirectUrl !== undefined && { redirectUrl }),
      };
      const invitation = await client.invitations.create({ email, ...asked, ...bags }, { signal });
      await writeRecord(output, formOf(options), invitationColumns, invitation);
    });
}
