import type { UserOrganization } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addListOptions, demandEach, type ListOptions, writeList } from '../../listing.ts';
import type { Column } from '../../output/table.ts';

const columns: readonly Column<UserOrganization>[] = [
  { title: 'organization', value: ({ organizationId }) => organizationId },
  { title: 'name', value: ({ name }) => name, narrowest: 6, overflow: 'shorten' },
  { title: 'slug', value: ({ slug }) => slug, narrowest: 4, overflow: 'shorten' },
  { title: 'role', value: ({ role }) => role, narrowest: 8, overflow: 'shorten' },
  { title: 'joined', value: ({ joinedAt }) => joinedAt, isTime: true },
];

const examples = `
Examples:
  $ torii users organizations ada@example.com
  $ torii users organizations ada@example.com --all --json`;

export function addUsersOrganizations(users: Command, context: Context): void {
  addListOptions(addApiOptions(users.command('organizations')), 'organizations')
    .argument('<user>', 'id or email')
    .description('List the organizations of a user, with the role in each.')
    .addHelpText('after', examples)
    .action(async (who: string, options: ApiOptions & ListOptions) => {
      const { signal } = context;
      const client = await clientFor(context, options);
      const userId = await findUserId(client, who, signal);
      await writeList(context, options, {
        things: 'organizations',
        columns,
        list: (limit) =>
          demandEach(client.users.listOrganizations(userId, { limit }, { signal }), 'organizationId', 'a membership'),
      });
    });
}
