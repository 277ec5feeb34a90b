import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, usersOf } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addListOptions, type ListOptions, writeList } from '../../listing.ts';
import { addFilterOptions, demandOrganization, type FilterOptions, filterOf, matching } from './filter.ts';
import { userColumns } from './profile.ts';

const examples = `
Examples:
  $ torii users list
  $ torii users list --email @example.com --limit 50
  $ torii users list --organization 01931a73-8b00-7000-8000-000000000000
  $ torii users list --status banned --all --ndjson`;

export function addUsersList(users: Command, context: Context): void {
  addListOptions(addApiOptions(addFilterOptions(users.command('list'))), 'users')
    .description('List users, newest first.')
    .addHelpText('after', examples)
    .action((options: ApiOptions & ListOptions & FilterOptions) => listUsers(context, options));
}

async function listUsers(context: Context, options: ApiOptions & ListOptions & FilterOptions): Promise<void> {
  const { signal } = context;
  const client = await clientFor(context, options);
  const filter = filterOf(options);
  await demandOrganization(client, filter, signal);
  await writeList(context, options, {
    things: 'users',
    columns: userColumns,
    isFiltered: Object.keys(filter).length > 0,
    list: (limit) => matching(usersOf(client.users.list({ ...filter, limit }, { signal })), filter),
  });
}
