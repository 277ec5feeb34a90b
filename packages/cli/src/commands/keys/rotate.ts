import type { Rotation, RotationPlan, StreamEvent } from '@torii/streams';
import type { Command } from 'commander';
import { wholeNumber } from '../../arguments.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { type Progress, startProgress } from '../../output/progress.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addYesOption, confirm } from '../../prompt.ts';
import { readKeyFile } from './key-file.ts';
import { addStoreOptions, type StoreOptions, slotFrom, withStore } from './store.ts';

interface RotateOptions extends StoreOptions, FormOptions {
  readonly from: string;
  readonly to: string;
  readonly maxTtl: number;
  readonly drainTtl: number;
  readonly leaked?: true;
  readonly once?: true;
  readonly cancel?: true;
  readonly yes?: true;
}

const examples = `
Examples:
  $ torii keys rotate --max-ttl 3600 \\
      --from old.pub.pem --to new.pub.pem
  $ torii keys rotate --yes --once \\
      --from old.pub.pem --to new.pub.pem

After Ctrl-C or a crash, run it again to
resume.`;

const columns: readonly Column<RotationPlan>[] = [
  { title: 'step', value: ({ step }) => step },
  { title: 'wait', value: ({ waitSeconds }) => `${waitSeconds} s` },
];

export function addKeysRotate(keys: Command, context: Context): void {
  addYesOption(addFormOptions(addStoreOptions(keys.command('rotate'))))
    .description('Replace the key of stream tokens. Every node must have both keys first.')
    .requiredOption('--from <file>', 'PEM file of the current key')
    .requiredOption('--to <file>', 'PEM file of the new key')
    .option('--max-ttl <seconds>', 'longest lifetime of tokens', wholeNumber(1, 86_400), 86_400)
    .option(
      '--drain-ttl <seconds>',
      'longest lifetime of tokens that nodes issue during the rotation',
      wholeNumber(1, 86_400),
      60,
    )
    .option('--leaked', 'the old key leaked: do not wait until its tokens expire')
    .option('--once', 'do the next step without waiting')
    .option('--cancel', 'cancel a rotation that has not switched keys yet')
    .addHelpText('after', examples)
    .action((options: RotateOptions) =>
      withStore(context, options, async (kv, find) => {
        const { createRotation } = await import('@torii/streams');
        const gatewayUrl = find('GATEWAY_URL', options.gateway)?.text;
        if (gatewayUrl === undefined) {
          throw new UsageError(
            'The URL of the gateway is missing. Use --gateway URL, or set GATEWAY_URL.',
            'gatewayUrl',
          );
        }
        const [from, to] = [await readKeyFile(context, options.from), await readKeyFile(context, options.to)];
        const display = showSteps(context);
        try {
          const rotation = createRotation({
            ...slotFrom(find, options),
            kv,
            from: from.pem,
            to: to.pem,
            gatewayUrl,
            maxTtlSeconds: options.maxTtl,
            drainTtlSeconds: options.drainTtl,
            oldKeyLeaked: options.leaked ?? false,
            onEvent: display.tell,
          });
          await rotate(context, rotation, options);
        } finally {
          display.end();
        }
      }),
    );
}

async function rotate(context: Context, rotation: Rotation, options: RotateOptions): Promise<void> {
  const { output, signal } = context;
  if (options.cancel) {
    await confirm(context, 'Cancel the rotation?', options);
    await rotation.cancel();
    return output.say('The rotation is canceled. Remove the new key from the nodes too.');
  }
  const plan = await rotation.plan();
  output.say(plan.text);
  if (plan.step !== 'done') await confirm(context, describeQuestion(plan), options);
  // Call advance() even if the rotation is done: it deletes the progress record, which a crash can leave behind.
  const end = await (options.once || plan.step === 'done' ? rotation.advance() : rotation.run({ signal }));
  await writeRecord(output, formOf(options), columns, end);
}

function describeQuestion({ step }: RotationPlan): string {
  if (step === 'begin') return 'Does every node have both keys? Begin the rotation?';
  return step === 'drain' ? 'Continue?' : 'Switch to the new key now?';
}

function showSteps(context: Context): { tell(event: StreamEvent): void; end(): void } {
  let bar: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last = '';
  const end = (): void => {
    clearInterval(timer);
    bar?.end();
    bar = undefined;
  };
  return {
    end,
    tell(event) {
      if (event.type !== 'rotation_step' || event.step === last) return;
      last = event.step;
      end();
      context.output.say(event.step === 'retry' ? event.summary : `${event.step}: ${event.summary}`);
      if (event.step !== 'drain') return;
      bar = startProgress(context, { title: 'drain', total: event.waitSeconds });
      timer = setInterval(() => bar?.advance(1), 1_000);
    },
  };
}
