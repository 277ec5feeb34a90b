import { createHash } from 'node:crypto';
import { ToriiRevocationError } from '@torii/core';
import type { RevocationRecord, Revocations } from '@torii/revocation';
import { type Command, Option } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { isEmail } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { addYesOption, confirm } from '../../prompt.ts';
import { type OpenedRevocations, withRevocations } from '../../revocation/open-revocations.ts';
import { addIssuerOption, addStoreOptions, type StoreOptions } from '../../revocation/settings.ts';
import { describeUnannounced } from '../../revocation/store-problem.ts';
import { addSettingsOptions } from '../../settings.ts';
import { readToken, tokenIn } from '../../token-source.ts';
import { recordColumns } from './record.ts';

interface AddOptions extends StoreOptions, FormOptions {
  readonly user?: string;
  readonly organization?: string;
  readonly impersonator?: string;
  readonly environment?: true;
  readonly token?: true;
  readonly at?: string;
  readonly yes?: true;
}

const examples = `
Examples:
  $ torii revocations add --user 01931a73-…
  $ torii revocations add --user 01931a73-… \\
      --organization 01931a75-…
  $ torii revocations add --impersonator ID
  $ torii revocations add --token < token.txt
  $ torii revocations add --environment
  signs every user out, once`;

export function addRevocationsAdd(revocations: Command, context: Context): void {
  const command = addSettingsOptions(addIssuerOption(addStoreOptions(revocations.command('add'))));
  addFormOptions(addYesOption(command))
    .argument('[file]', 'with --token: file with the token; default and -: standard input')
    .description('Revoke tokens that were issued already. Cannot be undone.')
    .option('--user <id>', 'all tokens of this user', nonEmptyText)
    .option('--organization <id>', 'only those for this organization', nonEmptyText)
    .option('--impersonator <id>', 'tokens with which this user impersonates others', nonEmptyText)
    .option('--environment', 'all tokens of the environment; asks for confirmation')
    .addOption(new Option('--token', 'one token, read from standard input or a file').conflicts('at'))
    .option('--at <time>', 'tokens issued at or before this time (ISO 8601); default: in 30 s', nonEmptyText)
    .addHelpText('after', examples)
    .action((file: string | undefined, options: AddOptions) => addRevocation(context, file, options));
}

interface Target {
  readonly kind: RevocationRecord['kind'];
  readonly id: string | null;
  revoke(revocations: Revocations): Promise<void>;
}

async function addRevocation(context: Context, file: string | undefined, options: AddOptions): Promise<void> {
  const { output } = context;
  const target = await targetOf(context, file, options);
  if (target.kind === 'environment')
    await confirm(
      context,
      'Revoke every token of the environment? Every user must renew it, at the same time.',
      options,
    );
  await withRevocations(context, options, async (opened) => {
    opened.demandSameKeys();
    await announce(opened, target);
    const record = recordOf(opened.revocations, target, options);
    if (record !== undefined) await writeRecord(output, formOf(options), recordColumns, record);
    output.say(
      `${opened.shown} has accepted it. Servers that read this store refuse these tokens from now on, usually within a second.`,
    );
    if (opened.wasEmpty) {
      output.say(
        'The store was empty before. If your servers have used it already, compare the issuer and the environment id with theirs.',
      );
    }
  });
}

/** Decides what to revoke. Exactly one of the options must be given. */
async function targetOf(context: Context, file: string | undefined, options: AddOptions): Promise<Target> {
  const { user, organization, impersonator, environment, token, at } = options;
  const given = [user, impersonator, environment, token].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new UsageError(
      `${given.length === 0 ? 'It is not said what to revoke' : 'Only one thing can be revoked at a time'}. Use one of --user, --impersonator, --environment and --token.`,
    );
  }
  if (organization !== undefined && user === undefined)
    throw new UsageError('--organization needs --user: it revokes the tokens of a user for one organization.');
  if (file !== undefined && !token) throw new UsageError('A file is only read with --token. Leave it out.');
  const moment = at === undefined ? {} : { at };
  if (token) return targetOfToken(context, file, options);
  if (environment) return { kind: 'environment', id: null, revoke: (all) => all.revokeEnvironment(moment) };
  if (impersonator !== undefined) {
    demandId(impersonator);
    return { kind: 'impersonator', id: impersonator, revoke: (all) => all.revokeImpersonator(impersonator, moment) };
  }
  const id = user ?? '';
  demandId(id);
  return organization === undefined
    ? { kind: 'user', id, revoke: (all) => all.revokeUser(id, moment) }
    : { kind: 'member', id, revoke: (all) => all.revokeUser(id, { ...moment, organizationId: organization }) };
}

function demandId(text: string): void {
  if (!isEmail(text)) return;
  throw new UsageError('Tokens have no email. Write the id of the user: torii users get EMAIL shows it.');
}

async function targetOfToken(context: Context, file: string | undefined, options: AddOptions): Promise<Target> {
  const token = tokenIn(await readToken(context, file, options));
  const [, signed] = /^([\w-]+\.[\w-]+)\.[\w-]+$/.exec(token ?? '') ?? [];
  if (token === undefined || signed === undefined)
    throw new UsageError('The input is not one token. Check it with torii token decode.');
  const id = createHash('sha256').update(signed).digest('base64url');
  return { kind: 'token', id, revoke: (all) => all.revokeToken(token) };
}

async function announce({ revocations, shown }: OpenedRevocations, target: Target): Promise<void> {
  try {
    await target.revoke(revocations);
  } catch (error) {
    if (!(error instanceof ToriiRevocationError)) throw error;
    throw new CommandFailure(describeUnannounced(shown, error));
  }
}

function recordOf(
  revocations: Revocations,
  { kind, id }: Target,
  { organization }: AddOptions,
): RevocationRecord | undefined {
  for (const record of revocations.list())
    if (record.kind === kind && record.id === id && record.organizationId === organization) return record;
  return undefined;
}
