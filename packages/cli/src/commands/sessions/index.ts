import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addSessionsList } from './list.ts';
import { addSessionsRevoke } from './revoke.ts';

/** `torii sessions …` */
export function addSessions(program: Command, context: Context): void {
  const sessions = program.command('sessions').description('List and revoke the sessions of a user.');
  addSessionsList(sessions, context);
  addSessionsRevoke(sessions, context);
}
