import type { RevocationRecord } from '@torii/revocation';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addListOptions, type ListOptions, writeList } from '../../listing.ts';
import { withRevocations } from '../../revocation/open-revocations.ts';
import { addIssuerOption, addStoreOptions, type StoreOptions } from '../../revocation/settings.ts';
import { addSettingsOptions } from '../../settings.ts';
import { recordColumns } from './record.ts';

const examples = `
Examples:
  $ torii revocations list
  $ torii revocations list --all --json
  $ torii revocations list \\
      --store redis://127.0.0.1:6379`;

export function addRevocationsList(revocations: Command, context: Context): void {
  const command = addSettingsOptions(addIssuerOption(addStoreOptions(revocations.command('list'))));
  addListOptions(command, 'revocations')
    .description('List the revocations in the store, newest first.')
    .addHelpText('after', examples)
    .action((options: StoreOptions & ListOptions) =>
      withRevocations(context, options, async ({ revocations: { list } }) => {
        const records = [...list()].sort(newestFirst);
        await writeList(context, options, { things: 'revocations', columns: recordColumns, list: () => each(records) });
      }),
    );
}

function newestFirst(one: RevocationRecord, other: RevocationRecord): number {
  return Date.parse(other.issuedBefore) - Date.parse(one.issuedBefore);
}

async function* each<T>(records: readonly T[]): AsyncGenerator<T> {
  yield* records;
}
