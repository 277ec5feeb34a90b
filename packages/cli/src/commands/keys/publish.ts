import type { Publication, PublishedKey } from '@torii/streams';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { columnsOf } from '../../output/output.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { type Column, drawCard } from '../../output/table.ts';
import { addYesOption, confirm } from '../../prompt.ts';
import type { FindSetting } from '../../settings.ts';
import { type NamedKey, publicHalfOf, readKeyFile } from './key-file.ts';
import { addStoreOptions, type StoreOptions, slotFrom, withStore } from './store.ts';

interface PublishOptions extends StoreOptions, FormOptions {
  readonly replaces?: string;
  readonly yes?: true;
}

interface Plan {
  readonly published: PublishedKey;
  readonly key: NamedKey;
  readonly replaced: NamedKey | undefined;
}

const examples = `
Examples:
  $ torii keys publish stream.pub.pem
  $ torii keys publish --yes \\
      --gateway https://cable.example.com
  $ torii keys publish new.pub.pem \\
      --replaces old.pub.pem`;

const planColumns: readonly Column<Plan>[] = [
  { title: 'slot', value: ({ published }) => published.slot },
  { title: 'holds', value: ({ published }) => describeHeld(published) },
  { title: 'will hold', value: ({ key }) => key.keyId },
  { title: 'effect', value: (plan) => describeEffect(plan), narrowest: 20 },
];

const resultColumns: readonly Column<Publication>[] = [
  { title: 'key', value: ({ keyId }) => keyId },
  { title: 'revision', value: ({ revision }) => String(revision) },
  { title: 'changed', value: ({ changed }) => (changed ? 'yes' : 'no, it was already published') },
  { title: 'gateway', value: ({ served }) => describeServed(served) },
];

export function addKeysPublish(keys: Command, context: Context): void {
  addYesOption(addFormOptions(addStoreOptions(keys.command('publish'))))
    .description('Publish the public key for the gateway. A private key is never published.')
    .argument('[file]', 'PEM file; default: TURBOCABLE_JWT_PUBLIC_KEY, or the public key of TURBOCABLE_JWT_PRIVATE_KEY')
    .option('--replaces <file>', 'the key that may be replaced; without it, no other key is replaced')
    .addHelpText('after', examples)
    .action((file: string | undefined, options: PublishOptions) =>
      withStore(context, options, async (store, find) => {
        const { publishPublicKey, readPublishedKey } = await import('@torii/streams');
        const slot = slotFrom(find, options);
        const plan: Plan = {
          published: await readPublishedKey(store, slot),
          key: await keyFrom(context, file, find),
          replaced: options.replaces === undefined ? undefined : await readKeyFile(context, options.replaces),
        };
        context.output.say(drawPlan(context, plan));
        if (changesSomething(plan)) await confirm(context, 'Publish it?', options);
        const publication = await publishPublicKey(store, plan.key.pem, {
          ...slot,
          replaces: plan.replaced?.pem,
          gatewayUrl: find('GATEWAY_URL', options.gateway)?.text,
        });
        await writeRecord(context.output, formOf(options), resultColumns, publication);
        if (publication.served === false) throw notServed();
      }),
    );
}

/** Draws the plan for standard error, which can be a terminal even if standard output is not. */
function drawPlan({ output, stderr }: Context, plan: Plan): string {
  return drawCard({ ...output, isTerminal: true, columns: columnsOf(stderr) }, planColumns, plan);
}

async function keyFrom(context: Context, file: string | undefined, find: FindSetting): Promise<NamedKey> {
  if (file !== undefined) return readKeyFile(context, file);
  for (const name of ['TURBOCABLE_JWT_PUBLIC_KEY', 'TURBOCABLE_JWT_PRIVATE_KEY']) {
    const pem = find(name);
    if (pem !== undefined) return publicHalfOf(pem.text, name);
  }
  throw new UsageError('The key is missing. Name its file, or set TURBOCABLE_JWT_PUBLIC_KEY.', 'publicKey');
}

function changesSomething({ published, key, replaced }: Plan): boolean {
  if (published.keyId === key.keyId) return false;
  // Return false, so that no confirmation is asked for, if a key other than the one in --replaces is published:
  // publishPublicKey() then changes nothing.
  return published.isEmpty || (replaced !== undefined && replaced.keyId === published.keyId);
}

function describeHeld({ isEmpty, keyId }: PublishedKey): string {
  return isEmpty ? 'nothing' : (keyId ?? 'something that is not a key');
}

function describeEffect(plan: Plan): string {
  const { published, key } = plan;
  if (published.keyId === key.keyId) return 'nothing changes';
  if (published.isEmpty) return 'the gateway accepts tokens signed with this key';
  if (changesSomething(plan)) {
    return 'tokens signed with the old key cannot open connections any more; `torii keys rotate` avoids that';
  }
  return 'nothing changes: another key is published and --replaces does not name it';
}

function describeServed(served: boolean | null): string {
  if (served === null) return 'not known';
  return served ? 'uses it' : 'uses another key';
}

function notServed(): CommandFailure {
  return new CommandFailure(
    'The key is published, but the gateway uses another key. If TURBOCABLE_JWT_PUBLIC_KEY_PATH is set for the gateway, that ' +
      'file takes precedence: unset it and restart the gateway.',
  );
}
