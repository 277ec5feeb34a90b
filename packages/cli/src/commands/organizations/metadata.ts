import type { ToriiClient } from '@torii/api';
import type { Command } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { demandEach } from '../../listing.ts';
import {
  addMetadataOptions,
  type Bags,
  type MetadataOptions,
  mergedMetadataHelp,
  metadataColumns,
  metadataFrom,
  twoBags,
} from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';

interface Options extends ApiOptions, FormOptions, MetadataOptions {
  readonly member?: string;
}

interface Shown extends Pick<Bags, (typeof twoBags)[number]> {
  readonly organizationId: string;
  readonly userId?: string;
}

const columns: readonly Column<Shown>[] = [
  { title: 'organization', value: ({ organizationId }) => organizationId },
  { title: 'member', value: ({ userId }) => userId },
  ...metadataColumns<Shown>(twoBags),
];

const examples = `${mergedMetadataHelp}

Examples:
  $ torii organizations metadata 01931a73-8b00-7000-8000-000000000000
  $ torii organizations metadata 01931a73-8b00-7000-8000-000000000000 \\
      --public '{"plan":"pro","trial":null}'
  $ torii organizations metadata 01931a73-8b00-7000-8000-000000000000 \\
      --member ada@example.com --private @crm.json`;

export function addOrganizationsMetadata(organizations: Command, context: Context): void {
  addFormOptions(addApiOptions(addMetadataOptions(organizations.command('metadata'), twoBags)))
    .argument('<organization>', 'id')
    .description('Show the metadata of an organization or of a membership, or change it.')
    .option('--member <user>', 'the membership of this user: id or email', nonEmptyText)
    .addHelpText('after', examples)
    .action(async (organizationId: string, options: Options) => {
      const { output, signal } = context;
      const bags = await metadataFrom(context, options);
      const client = await clientFor(context, options);
      const { member } = options;
      const shown =
        member === undefined
          ? await metadataOf(client, organizationId, bags, signal)
          : await memberMetadata(client, organizationId, await findUserId(client, member, signal), bags, signal);
      const isColumnShown = ({ title }: Column<Shown>) => member !== undefined || title !== 'member';
      await writeRecord(output, formOf(options), columns.filter(isColumnShown), shown);
    });
}

async function metadataOf(
  client: ToriiClient,
  organizationId: string,
  bags: Bags,
  signal: AbortSignal,
): Promise<Shown> {
  const organization = hasNone(bags)
    ? await client.organizations.get(organizationId, { signal })
    : await client.organizations.updateMetadata(organizationId, bags, { signal });
  const { id, publicMetadata, privateMetadata } = organization;
  return { organizationId: id, publicMetadata, privateMetadata };
}

async function memberMetadata(
  client: ToriiClient,
  organizationId: string,
  userId: string,
  bags: Bags,
  signal: AbortSignal,
): Promise<Shown> {
  const { publicMetadata = {}, privateMetadata = {} } = hasNone(bags)
    ? await findMembership(client, organizationId, userId, signal)
    : await client.organizations.updateMemberMetadata(organizationId, userId, bags, { signal });
  return { organizationId, userId, publicMetadata, privateMetadata };
}

/** The API has no operation that returns one membership. A user has few organizations, an organization many members. */
async function findMembership(
  client: ToriiClient,
  organizationId: string,
  userId: string,
  signal: AbortSignal,
): Promise<Pick<Bags, (typeof twoBags)[number]>> {
  const memberships = client.users.listOrganizations(userId, { limit: 100 }, { signal });
  for await (const membership of demandEach(memberships, 'organizationId', 'a membership')) {
    if (membership.organizationId.toLowerCase() === organizationId.toLowerCase()) return membership;
  }
  throw new CommandFailure(`The user ${userId} is not a member of the organization ${organizationId}.`);
}

function hasNone(bags: Bags): boolean {
  return Object.keys(bags).length === 0;
}
