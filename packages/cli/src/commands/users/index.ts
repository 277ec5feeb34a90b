import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addUsersBan, addUsersUnban } from './ban.ts';
import { addUsersCreate } from './create.ts';
import { addUsersDelete } from './delete.ts';
import { addUsersExport } from './export/index.ts';
import { addUsersGet } from './get.ts';
import { addUsersImport } from './import/index.ts';
import { addUsersList } from './list.ts';
import { addUsersUpdate } from './update.ts';

/** `torii users …` */
export function addUsers(program: Command, context: Context): void {
  const users = program.command('users').description('List, change, ban, delete, export and import users.');
  addUsersList(users, context);
  addUsersGet(users, context);
  addUsersCreate(users, context);
  addUsersUpdate(users, context);
  addUsersBan(users, context);
  addUsersUnban(users, context);
  addUsersDelete(users, context);
  addUsersExport(users, context);
  addUsersImport(users, context);
}
