import type { ToriiClient, User, UserUpdateParams } from '@torii/api';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { addMetadataOptions, type Bags, type MetadataOptions, metadataFrom, metadataHelp } from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { sayLostFields } from './kept-fields.ts';
import { addProfileOptions, type ProfileOptions, profileColumns, profileOf } from './profile.ts';

const options = { firstName: 'first-name', lastName: 'last-name', locale: 'locale' } as const;
type Field = keyof typeof options;

interface UpdateOptions extends ApiOptions, FormOptions, ProfileOptions, MetadataOptions {
  readonly locale?: 'en' | 'da';
  readonly clear?: readonly Field[];
}

const examples = `${metadataHelp}
It is merged into the stored metadata.
A key that is null is removed.

Examples:
  $ torii users update ada@example.com --last-name Lovelace
  $ torii users update ada@example.com --clear last-name
  $ torii users update ada@example.com --locale da --json
  $ torii users update ada@example.com \\
      --public '{"plan":"pro","trial":null}'`;

export function addUsersUpdate(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addMetadataOptions(addProfileOptions(users.command('update')))))
    .argument('<user>', 'id or email')
    .description('Update a user. Fields that are not given stay unchanged.')
    .addOption(new Option('--locale <locale>', 'language').choices(['en', 'da']))
    .option('--clear <field>', `clear a field: ${fieldNames()}; can be repeated`, readField)
    .addHelpText('after', examples)
    .action((who: string, given: UpdateOptions) => updateUser(context, who, given));
}

async function updateUser(context: Context, who: string, given: UpdateOptions): Promise<void> {
  const changes = changesOf(given);
  const bags = await metadataFrom(context, given);
  if (Object.keys(changes).length + Object.keys(bags).length === 0)
    throw new UsageError(
      'There is nothing to update. Set at least one field, as in --first-name Ada or --clear locale.',
    );
  const client = await clientFor(context, given);
  const { signal } = context;
  const userId = await findUserId(client, who, signal);
  const user = await applyChanges(context, client, userId, changes, bags);
  await writeRecord(context.output, formOf(given), profileColumns, user);
  sayLostFields(context, { ...changes, ...bags }, user);
}

/** The API changes the profile and the metadata with one operation each. Metadata first: it is more likely to be refused. */
async function applyChanges(
  { output, signal }: Context,
  client: ToriiClient,
  userId: string,
  changes: UserUpdateParams,
  bags: Bags,
): Promise<User> {
  const hasBags = Object.keys(bags).length > 0;
  const merged = hasBags ? await client.users.updateMetadata(userId, bags, { signal }) : undefined;
  if (merged !== undefined && Object.keys(changes).length === 0) return merged;
  try {
    return await client.users.update(userId, changes, { signal });
  } catch (error) {
    if (hasBags) output.say('The metadata was changed, the other fields were not.');
    throw error;
  }
}

function changesOf(given: UpdateOptions): UserUpdateParams {
  const { locale, clear = [] } = given;
  const set = { ...profileOf(given), ...(locale && { locale }) };
  const both = clear.find((field) => Object.hasOwn(set, field));
  if (both !== undefined)
    throw new UsageError(`--${options[both]} and --clear ${options[both]} contradict each other. Use one of them.`);
  return { ...set, ...Object.fromEntries(clear.map((field) => [field, null])) };
}

const fields = Object.keys(options) as readonly Field[];

function readField(text: string, before: readonly Field[] = []): readonly Field[] {
  const field = fields.find((each) => each === text || options[each] === text);
  if (field === undefined) throw new InvalidArgumentError(`Write one of ${fieldNames()}.`);
  return [...before, field];
}

function fieldNames(): string {
  return Object.values(options).join(', ');
}
