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

/** `torii users update` */
export function addUsersUpdate(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addProfileOptions(users.command('update'))))
    .argument('<user>', 'id or email')
    .description('Change a user: what is not named stays as it is.')
    .addOption(new Option('--locale <locale>', 'language').choices(['en', 'da']))
    .option('--clear <field>', `empty a field: ${fieldNames()}; several times for several`, readField)
    .addHelpText('after', examples)
    .action((who: string, options: UpdateOptions) => updateUser(context, who, options));
}

async function updateUser(context: Context, who: string, options: UpdateOptions): Promise<void> {
  const changes = changesOf(options);
  const torii = await clientFor(context, options);
  const { signal } = context;
  const user = await torii.users.update(await findUserId(torii, who, signal), changes, { signal });
  await writeRecord(context.output, formOf(options), profileColumns, user);
}

function changesOf(options: UpdateOptions): UserUpdateParams {
  const { locale, clear = [] } = options;
  const set = { ...profileOf(options), ...(locale && { locale }) };
  const both = clear.find((field) => Object.hasOwn(set, field));
  if (both !== undefined) throw new UsageError(`${optionOf(both)} is both given and cleared: say one of the two.`);
  const changes = { ...set, ...Object.fromEntries(clear.map((field) => [field, null])) };
  if (Object.keys(changes).length === 0)
    throw new UsageError('Nothing would change: give --name, --clear phone or the like.');
  return changes;
}

/** Fields are called as their options are, `date-of-birth`, or as the API does. */
function readField(text: string, before: readonly Field[] = []): readonly Field[] {
  const field = clearable.find((each) => each === text || optionOf(each) === text);
  if (field === undefined) throw new InvalidArgumentError(`Allowed choices are ${fieldNames()}.`);
  return [...before, field];
}

function optionOf(field: Field): string {
  return field === 'dateOfBirth' ? 'date-of-birth' : field;
}

function fieldNames(): string {
  return clearable.map(optionOf).join(', ');
}
