import type { UserUpdateParams } from '@torii/api';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { addProfileOptions, type ProfileOptions, profileColumns, profileOf } from './profile.ts';

const clearable = ['name', 'phone', 'address', 'dateOfBirth', 'locale'] as const;
type Field = (typeof clearable)[number];

interface UpdateOptions extends ApiOptions, FormOptions, ProfileOptions {
  readonly locale?: 'en' | 'da';
  readonly clear?: readonly Field[];
}

const examples = `
Examples:
  $ torii users update ada@example.com --name 'Ada Lovelace'
  $ torii users update ada@example.com --clear phone --clear address
  $ torii users update ada@example.com --locale da --json`;

export function addUsersUpdate(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addProfileOptions(users.command('update'))))
    .argument('<user>', 'id or email')
    .description('Update a user. Fields that are not given stay unchanged.')
    .addOption(new Option('--locale <locale>', 'language').choices(['en', 'da']))
    .option('--clear <field>', `clear a field: ${fieldNames()}; can be repeated`, readField)
    .addHelpText('after', examples)
    .action((who: string, options: UpdateOptions) => updateUser(context, who, options));
}

async function updateUser(context: Context, who: string, options: UpdateOptions): Promise<void> {
  const changes = changesOf(options);
  const client = await clientFor(context, options);
  const { signal } = context;
  const user = await client.users.update(await findUserId(client, who, signal), changes, { signal });
  await writeRecord(context.output, formOf(options), profileColumns, user);
}

function changesOf(options: UpdateOptions): UserUpdateParams {
  const { locale, clear = [] } = options;
  const set = { ...profileOf(options), ...(locale && { locale }) };
  const both = clear.find((field) => Object.hasOwn(set, field));
  if (both !== undefined)
    throw new UsageError(`--${optionOf(both)} and --clear ${optionOf(both)} contradict each other. Use one of them.`);
  const changes = { ...set, ...Object.fromEntries(clear.map((field) => [field, null])) };
  if (Object.keys(changes).length === 0)
    throw new UsageError('There is nothing to update. Set at least one field, as in --name Ada or --clear phone.');
  return changes;
}

function readField(text: string, before: readonly Field[] = []): readonly Field[] {
  const field = clearable.find((each) => each === text || optionOf(each) === text);
  if (field === undefined) throw new InvalidArgumentError(`Write one of ${fieldNames()}.`);
  return [...before, field];
}

function optionOf(field: Field): string {
  return field === 'dateOfBirth' ? 'date-of-birth' : field;
}

function fieldNames(): string {
  return clearable.map(optionOf).join(', ');
}
