import { once } from 'node:events';
import type { RevocationEvent, RevocationRecord, Revocations } from '@torii/revocation';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { printableJson, tabSeparatedCell } from '../../output/printable.ts';
import { withRevocations } from '../../revocation/open-revocations.ts';
import { addIssuerOption, addStoreOptions, type StoreOptions } from '../../revocation/settings.ts';
import { describeStoreProblem } from '../../revocation/store-problem.ts';
import { addSettingsOptions } from '../../settings.ts';
import { recordColumns, subjectOf } from './record.ts';

interface TailOptions extends StoreOptions {
  readonly json?: true;
}

const examples = `
Examples:
  $ torii revocations tail
  $ torii revocations tail --json | jq .id`;

export function addRevocationsTail(revocations: Command, context: Context): void {
  addSettingsOptions(addIssuerOption(addStoreOptions(revocations.command('tail'))))
    .description('Write each new revocation as it arrives, one a line, until Ctrl-C.')
    .addOption(new Option('--json', 'write one JSON object per line'))
    .addHelpText('after', examples)
    .action((options: TailOptions) => followRevocations(context, options));
}

async function followRevocations(context: Context, options: TailOptions): Promise<void> {
  const { output, signal } = context;
  const follower = { arrived: () => {}, shown: '' };
  await withRevocations(
    context,
    options,
    async ({ revocations, shown }) => {
      const news = newsOf(revocations);
      let written: Promise<unknown> = Promise.resolve();
      follower.shown = shown;
      follower.arrived = () => {
        const lines = news().map((record) => lineOf(record, options));
        if (lines.length > 0) written = written.then(() => output.write(lines.join(''))).catch(() => {});
      };
      output.say(`Following the revocations in ${shown}. Stop with Ctrl-C.`);
      if (!signal.aborted) await once(signal, 'abort');
      await written;
      signal.throwIfAborted();
    },
    {
      onReceived: () => follower.arrived(),
      onEvent: (event) => {
        const line = follower.shown === '' ? undefined : describeEvent(follower.shown, event);
        if (line !== undefined) output.say(line);
      },
    },
  );
}

/** Returns a function that returns the records that are new or later than at its last call. */
function newsOf(revocations: Revocations): () => readonly RevocationRecord[] {
  const known = new Map<string, string>();
  const readNew = (): readonly RevocationRecord[] =>
    [...revocations.list()].filter((record) => {
      const subject = subjectOf(record);
      const isNew = known.get(subject) !== record.issuedBefore;
      known.set(subject, record.issuedBefore);
      return isNew;
    });
  readNew();
  return readNew;
}

function lineOf(record: RevocationRecord, { json }: TailOptions): string {
  if (json) return `${printableJson(record)}\n`;
  return `${recordColumns.map(({ value }) => tabSeparatedCell(value(record) ?? '')).join('\t')}\n`;
}

function describeEvent(shown: string, event: RevocationEvent): string | undefined {
  switch (event.type) {
    case 'feed_failed':
      return `${describeStoreProblem(shown, event.cause)} Trying again.`;
    case 'feed_current':
      return 'The store was read again.';
    case 'feed_reset':
      return 'The store has lost its revocations. Servers that hold them write them back.';
    default:
      return undefined;
  }
}
