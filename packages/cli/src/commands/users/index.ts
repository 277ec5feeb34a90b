import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUser } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { addUsersCreate } from './create.ts';
import { addUsersExport } from './export/index.ts';
import { addUsersImpersonate } from './impersonate.ts';
import { addUsersImport } from './import/index.ts';
import { addUsersList } from './list.ts';
import { addUsersMetadata } from './metadata.ts';
import { addUsersBan, addUsersDelete, addUsersUnban } from './named-users.ts';
import { addUsersOrganizations } from './organizations.ts';
import { profileColumns } from './profile.ts';
import { addUsersUpdate } from './update.ts';

export function addUsers(program: Command, context: Context): void {
  const users = program
    .command('users')
    .description('List, change, ban, impersonate, delete, export and import users.');
  addUsersList(users, context);
  addUsersGet(users, context);
  addUsersCreate(users, context);
  addUsersUpdate(users, context);
  addUsersMetadata(users, context);
  addUsersOrganizations(users, context);
  addUsersBan(users, context);
  addUsersUnban(users, context);
  addUsersImpersonate(users, context);
  addUsersDelete(users, context);
  addUsersExport(users, context);
  addUsersImport(users, context);
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
