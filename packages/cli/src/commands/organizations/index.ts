import type { Organization } from '@torii/api';
import type { Command } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addListOptions, demandEach, type ListOptions, writeList } from '../../listing.ts';
import { metadataColumns, twoBags } from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addOrganizationsMembers } from './members.ts';
import { addOrganizationsMetadata } from './metadata.ts';

export function addOrganizations(program: Command, context: Context): void {
  const organizations = program
    .command('organizations')
    .description('List organizations and their members, and change their metadata.');
  addOrganizationsList(organizations, context);
  addOrganizationsGet(organizations, context);
  addOrganizationsMembers(organizations, context);
  addOrganizationsMetadata(organizations, context);
}

const columns: readonly Column<Organization>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'name', value: ({ name }) => name, narrowest: 8, overflow: 'shorten' },
  { title: 'slug', value: ({ slug }) => slug, narrowest: 6, overflow: 'shorten' },
  { title: 'created', value: ({ createdAt }) => createdAt, isTime: true },
];

const listExamples = `
Examples:
  $ torii organizations list
  $ torii organizations list --name acme --all --json`;

function addOrganizationsList(organizations: Command, context: Context): void {
  addListOptions(addApiOptions(organizations.command('list')), 'organizations')
    .description('List organizations.')
    .option('--name <part>', 'name contains this text', nonEmptyText)
    .addHelpText('after', listExamples)
    .action(async (options: ApiOptions & ListOptions & { readonly name?: string }) => {
      const { signal } = context;
      const client = await clientFor(context, options);
      const filter = options.name === undefined ? {} : { name: options.name };
      await writeList(context, options, {
        things: 'organizations',
        columns,
        isFiltered: options.name !== undefined,
        list: (limit) =>
          demandEach(client.organizations.list({ ...filter, limit }, { signal }), 'id', 'an organization'),
      });
    });
}

const getExamples = `
Examples:
  $ torii organizations get 01931a73-8b00-7000-8000-000000000000
  $ torii organizations get 01931a73-8b00-7000-8000-000000000000 --json`;

function addOrganizationsGet(organizations: Command, context: Context): void {
  addFormOptions(addApiOptions(organizations.command('get')))
    .argument('<organization>', 'id')
    .description('Show an organization.')
    .addHelpText('after', getExamples)
    .action(async (organizationId: string, options: ApiOptions & FormOptions) => {
      const { output, signal } = context;
      const client = await clientFor(context, options);
      const organization = await client.organizations.get(organizationId, { signal });
      const roleSet = { title: 'role set', value: (each: Organization) => each.roleSetId };
      const fields = [...columns, roleSet, ...metadataColumns<Organization>(twoBags)];
      await writeRecord(output, formOf(options), fields, organization);
    });
}
