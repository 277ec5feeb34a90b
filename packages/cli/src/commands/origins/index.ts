import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions } from '../../output/records.ts';
import { addOriginsChanges } from './changes.ts';
import { readOrigins, writeOrigins } from './stored-origins.ts';

export function addOrigins(program: Command, context: Context): void {
  const origins = program
    .command('origins')
    .description('List and change the allowed origins: whose pages may use the environment from a browser.');
  addOriginsList(origins, context);
  addOriginsChanges(origins, context);
}

const examples = `
Examples:
  $ torii origins list
  $ torii origins list --json`;

function addOriginsList(origins: Command, context: Context): void {
  addFormOptions(addApiOptions(origins.command('list')))
    .description('List the allowed origins.')
    .addHelpText('after', examples)
    .action(async (options: ApiOptions & FormOptions) => {
      const client = await clientFor(context, options);
      await writeOrigins(context, options, await readOrigins(client, context.signal));
    });
}
