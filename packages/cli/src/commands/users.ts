import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addUsersBan, addUsersUnban } from './users/ban.ts';
import { addUsersCreate } from './users/create.ts';
import { addUsersDelete } from './users/delete.ts';
import { addUsersExport } from './users/export.ts';
import { addUsersGet } from './users/get.ts';
import { addUsersImport } from './users/import.ts';
import { addUsersList } from './users/list.ts';
import { addUsersUpdate } from './users/update.ts';

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
