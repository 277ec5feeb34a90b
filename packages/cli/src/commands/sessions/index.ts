import type { Session } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addSessionsRevoke } from './revoke.ts';

export function addSessions(program: Command, context: Context): void {
  const sessions = program.command('sessions').description('List and revoke the sessions of a user.');
  addSessionsList(sessions, context);
  addSessionsRevoke(sessions, context);
}

const columns: readonly Column<Session>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'last used', value: ({ lastUsedAt }) => lastUsedAt, isTime: true },
  { title: 'expires', value: ({ expiresAt }) => expiresAt, isTime: true },
  { title: 'address', value: ({ ipAddress }) => ipAddress },
  { title: 'organization', value: (session) => session.activeOrganizationId, narrowest: 12, overflow: 'shorten' },
  { title: 'impersonated by', value: ({ impersonatedBy }) => impersonatedBy, narrowest: 15, overflow: 'shorten' },
  { title: 'browser', value: ({ userAgent }) => userAgent, narrowest: 12, overflow: 'shorten' },
];

const examples = `
Examples:
  $ torii sessions list ada@example.com
  $ torii sessions list 01931a73-8b00-7000-8000-000000000000 --json`;

function addSessionsList(sessions: Command, context: Context): void {
  addFormOptions(addApiOptions(sessions.command('list')))
    .argument('<user>', 'id or email')
    .description('List the active sessions of a user, most recently used first.')
    .addHelpText('after', examples)
    .action(async (who: string, options: ApiOptions & FormOptions) => {
      const { output, signal } = context;
      const client = await clientFor(context, options);
      const found = await client.sessions.listForUser(await findUserId(client, who, signal), { signal });
      await writeRecords(output, formOf(options), columns, found, { whenEmpty: 'No active sessions.' });
    });
}
