import type { Invitation } from '@torii/api';
import { type Command, InvalidArgumentError } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addListOptions, demandEach, type ListOptions, writeList } from '../../listing.ts';
import { invitationColumns } from './columns.ts';

type Status = Invitation['status'];

interface Options extends ApiOptions, ListOptions {
  readonly status?: readonly Status[];
  readonly email?: string;
}

const statuses: readonly Status[] = ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED'];
const names = statuses.map((status) => status.toLowerCase()).join(', ');

const examples = `
Examples:
  $ torii invitations list
  $ torii invitations list --status pending --status expired
  $ torii invitations list --email @example.com --all --json`;

export function addInvitationsList(invitations: Command, context: Context): void {
  addListOptions(addApiOptions(invitations.command('list')), 'invitations')
    .description('List invitations.')
    .option('--status <status>', `${names}; can be repeated`, readStatus)
    .option('--email <part>', 'email contains this text', nonEmptyText)
    .addHelpText('after', examples)
    .action(async (options: Options) => {
      const { signal } = context;
      const { status, email } = options;
      const client = await clientFor(context, options);
      const filter = { ...(status && { status }), ...(email !== undefined && { search: email }) };
      await writeList(context, options, {
        things: 'invitations',
        columns: invitationColumns,
        isFiltered: Object.keys(filter).length > 0,
        list: (limit) => demandEach(client.invitations.list({ ...filter, limit }, { signal }), 'id', 'an invitation'),
      });
    });
}

function readStatus(text: string, before: readonly Status[] = []): readonly Status[] {
  const status = statuses.find((each) => each === text.toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`Write one of ${names}.`);
  return [...new Set([...before, status])];
}
