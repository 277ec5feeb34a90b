import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUser } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { addToGroup } from '../group.ts';
import { profileColumns } from './profile.ts';

export function addUsers(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const users = program
    .command('users')
    .description('List, change, ban, impersonate, delete, export and import users.');
  return addToGroup(users, context, args, {
    list: async () => (await import('./list.ts')).addUsersList,
    get: async () => addUsersGet,
    create: async () => (await import('./create.ts')).addUsersCreate,
    update: async () => (await import('./update.ts')).addUsersUpdate,
    metadata: async () => (await import('./metadata.ts')).addUsersMetadata,
    organizations: async () => (await import('./organizations.ts')).addUsersOrganizations,
    ban: async () => (await import('./named-users.ts')).addUsersBan,
    unban: async () => (await import('./named-users.ts')).addUsersUnban,
    impersonate: async () => (await import('./impersonate.ts')).addUsersImpersonate,
    delete: async () => (await import('./named-users.ts')).addUsersDelete,
    export: async () => (await import('./export/index.ts')).addUsersExport,
    import: async () => (await import('./import/index.ts')).addUsersImport,
  });
}

const getExamples = `
Examples:
  $ torii users get ada@example.com
  $ torii users get 01931a73-8b00-7000-8000-000000000000
  $ torii users get ada@example.com --json`;

function addUsersGet(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('get')))
    .argument('<user>', 'id or email')
    .description('Show a user.')
    .addHelpText('after', getExamples)
    .action(async (who: string, options: ApiOptions & FormOptions) => {
      const client = await clientFor(context, options);
      const user = await findUser(client, who, context.signal);
      await writeRecord(context.output, formOf(options), profileColumns, user);
    });
}
