import type { ToriiClient } from '@torii/api';
import { type Command, Option } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addYesOption, confirm } from '../../prompt.ts';
import {
  type AnnounceOptions,
  type Announcing,
  addAnnounceOptions,
  withAnnouncing,
} from '../../revocation/announcing.ts';

interface RevokeOptions extends ApiOptions, FormOptions, AnnounceOptions {
  readonly user?: string;
  readonly allOf?: string;
  readonly yes?: true;
}

interface Revoked {
  readonly userId: string;
  /** The id of the revoked session, or `null` for all sessions of the user. */
  readonly id: string | null;
  readonly status: 'revoked';
}

const columns: readonly Column<Revoked>[] = [
  { title: 'id', value: ({ id }) => id ?? 'all' },
  { title: 'user', value: ({ userId }) => userId },
  { title: 'status', value: ({ status }) => status },
];

const examples = `
Examples:
  $ torii sessions revoke --user ada@example.com 01931a74-1234-7000-8000-000000000000
  $ torii sessions revoke --all-of ada@example.com
  $ torii sessions revoke --all-of ada@example.com --yes
  $ torii sessions revoke --announce \
      --all-of ada@example.com`;

export function addSessionsRevoke(sessions: Command, context: Context): void {
  addFormOptions(addAnnounceOptions(addApiOptions(addYesOption(sessions.command('revoke')))))
    .argument('[session...]', 'ids of sessions')
    .description(
      'Revoke sessions of a user. Asks for confirmation. With --announce, all tokens of the user are refused: they do not name their session.',
    )
    .option('--user <user>', 'id or email of the user who owns the sessions')
    .addOption(new Option('--all-of <user>', 'revoke all sessions of this user').conflicts('user'))
    .addHelpText('after', examples)
    .action((ids: readonly string[], options: RevokeOptions) => revokeSessions(context, ids, options));
}

async function revokeSessions(context: Context, ids: readonly string[], options: RevokeOptions): Promise<void> {
  const who = demandUser(ids, options);
  const sessions = options.allOf === undefined ? [...new Set(ids)] : [null];
  await confirm(context, questionFor(sessions, who), options);
  await withAnnouncing(context, options, (announcing) => revokeEach(context, who, sessions, options, announcing));
}

async function revokeEach(
  context: Context,
  who: string,
  sessions: readonly (string | null)[],
  options: RevokeOptions,
  { revocations, carryOut, conclude }: Announcing,
): Promise<void> {
  const { output, signal } = context;
  const client = await clientFor(context, options, revocations);
  const userId = await findUserId(client, who, signal);
  const attempts = startAttempts(context);
  let done = 0;
  const results = attempts.each(
    sessions,
    (id) => id ?? who,
    async (id) => {
      await carryOut(userId, () => revoke(client, userId, id, signal));
      done++;
      return { userId, id, status: 'revoked' as const };
    },
  );
  await writeRecords(output, formOf(options), columns, results);
  conclude(done);
  attempts.demandSuccess();
}

/** Returns the user, or throws if no user is given: the API needs the user even to revoke sessions by their ids. */
function demandUser(ids: readonly string[], { user, allOf }: RevokeOptions): string {
  if (allOf !== undefined && ids.length > 0)
    throw new UsageError('--all-of revokes all sessions of the user. Leave out the session ids.');
  if (allOf !== undefined) return allOf;
  if (ids.length === 0)
    throw new UsageError('The sessions are missing. Name their ids with --user USER, or use --all-of USER.');
  if (user === undefined) throw new UsageError('The user is missing. Set --user to an id or an email.');
  return user;
}

function questionFor(sessions: readonly (string | null)[], who: string): string {
  if (sessions[0] === null) return `Revoke all sessions of ${who}?`;
  return sessions.length === 1 ? 'Revoke this session?' : `Revoke these ${sessions.length} sessions?`;
}

function revoke(client: ToriiClient, userId: string, id: string | null, signal: AbortSignal): Promise<void> {
  return id === null
    ? client.sessions.revokeAllForUser(userId, { signal })
    : client.sessions.revoke(userId, id, { signal });
}
