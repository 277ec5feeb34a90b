import { Argument, type Command, Option } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import { addFormOptions, type FormOptions } from '../../output/records.ts';
import { addYesOption, confirm, demandConfirmable } from '../../prompt.ts';
import { addOrigin } from './origin.ts';
import { isSameOrigin, readOrigins, replaceOrigins, writeOrigins } from './stored-origins.ts';

type Options = ApiOptions & FormOptions & { readonly yes?: true };

const concurrency = `
The API can only replace the whole list.
torii reads it first. A change that someone
else makes in between is lost.
`;

const setExamples = `${concurrency}
Examples:
  $ torii origins set https://app.example.com capacitor://localhost
  $ torii origins set --none`;

const addExamples = `${concurrency}
Examples:
  $ torii origins add https://app.example.com`;

const removeExamples = `${concurrency}
Examples:
  $ torii origins remove https://old.example.com
  $ torii origins remove --yes https://old.example.com`;

/** Adds the commands that change the list: `set`, `add` and `remove`. */
export function addOriginsChanges(origins: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(origins.command('set'))))
    .addArgument(new Argument('[origin...]', 'such as https://app.example.com').argParser(addOrigin))
    .addOption(new Option('--none', 'allow no origin'))
    .description('Replace the allowed origins. Asks for confirmation.')
    .addHelpText('after', setExamples)
    .action(async (wanted: readonly string[] = [], options: Options & { readonly none?: true }) => {
      if (options.none && wanted.length > 0)
        throw new UsageError('--none and origins contradict each other. Use one of them.');
      if (!options.none && wanted.length === 0)
        throw new UsageError('The origins are missing. Write all of them, or --none to allow no origin.');
      await changeOrigins(context, options, () => wanted);
    });

  addFormOptions(addApiOptions(origins.command('add')))
    .addArgument(new Argument('<origin...>', 'such as https://app.example.com').argParser(addOrigin))
    .description('Add allowed origins.')
    .addHelpText('after', addExamples)
    .action(async (added: readonly string[], options: Options) => {
      const withAdded = (stored: readonly string[]) => [...stored, ...added.filter((origin) => !has(stored, origin))];
      await changeOrigins(context, { ...options, yes: true }, withAdded);
    });

  addFormOptions(addApiOptions(addYesOption(origins.command('remove'))))
    .addArgument(new Argument('<origin...>', 'as `torii origins list` shows it').argParser(addOrigin))
    .description('Remove allowed origins. Asks for confirmation.')
    .addHelpText('after', removeExamples)
    .action(async (removed: readonly string[], options: Options) => {
      await changeOrigins(context, options, (stored) => {
        const unknown = removed.find((origin) => !has(stored, origin));
        if (unknown === undefined) return stored.filter((origin) => !has(removed, origin));
        throw new CommandFailure(`${unknown} is not an allowed origin. Nothing was changed.`);
      });
    });
}

async function changeOrigins(
  context: Context,
  options: Options,
  change: (stored: readonly string[]) => readonly string[],
): Promise<void> {
  const { output, signal } = context;
  demandConfirmable(context, options);
  const client = await clientFor(context, options);
  const stored = await readOrigins(client, signal);
  const wanted = change(stored);
  const added = wanted.filter((origin) => !has(stored, origin));
  const removed = stored.filter((origin) => !has(wanted, origin));
  if (added.length + removed.length === 0) {
    output.say('Nothing to change.');
    return writeOrigins(context, options, stored);
  }
  if (!options.yes) {
    for (const origin of added) output.say(`  + ${printable(origin)}`);
    for (const origin of removed) output.say(`  - ${printable(origin)}`);
    await confirm(context, 'Replace the allowed origins?', options);
    // The question can be open for a long time.
    const current = await readOrigins(client, signal);
    if (JSON.stringify(current) !== JSON.stringify(stored))
      throw new CommandFailure('The allowed origins were changed in the meantime. Nothing was changed. Run it again.');
  }
  await writeOrigins(context, options, await replaceOrigins(client, wanted, signal));
}

function has(origins: readonly string[], origin: string): boolean {
  return origins.some((each) => isSameOrigin(each, origin));
}
