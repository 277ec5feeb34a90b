import type { OrganizationMember } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addListOptions, demandEach, type ListOptions, writeList } from '../../listing.ts';
import type { Column } from '../../output/table.ts';

const columns: readonly Column<OrganizationMember>[] = [
  { title: 'user', value: ({ userId }) => userId },
  { title: 'role', value: ({ role }) => role, narrowest: 8, overflow: 'shorten' },
  { title: 'role name', value: ({ roleName }) => roleName, narrowest: 9, overflow: 'shorten' },
  { title: 'joined', value: ({ joinedAt }) => joinedAt, isTime: true },
];

const examples = `
To list the members with their emails, use
torii users list --organization ID.

Examples:
  $ torii organizations members 01931a73-8b00-7000-8000-000000000000
  $ torii organizations members 01931a73-8b00-7000-8000-000000000000 --all --json`;

export function addOrganizationsMembers(organizations: Command, context: Context): void {
  addListOptions(addApiOptions(organizations.command('members')), 'members')
    .argument('<organization>', 'id')
    .description('List the members of an organization, with the role of each.')
    .addHelpText('after', examples)
    .action(async (organizationId: string, options: ApiOptions & ListOptions) => {
      const { signal } = context;
      const client = await clientFor(context, options);
      await writeList(context, options, {
        things: 'members',
        columns,
        list: (limit) =>
          demandEach(client.organizations.listMembers(organizationId, { limit }, { signal }), 'userId', 'a member'),
      });
    });
}
