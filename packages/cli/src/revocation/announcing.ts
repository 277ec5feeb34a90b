import { ToriiRevocationError } from '@torii/core';
import type { Revocations } from '@torii/revocation';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failures.ts';
import { printable } from '../output/printable.ts';
import { withRevocations } from './open-revocations.ts';
import { addIssuerOption, addStoreOptions, findStore, type StoreOptions } from './settings.ts';
import { describeUnannounced } from './store-problem.ts';

export interface AnnounceOptions extends StoreOptions {
  readonly announce?: true;
}

/** Adds `--announce` and the options that say where the revocations are. */
export function addAnnounceOptions(command: Command): Command {
  command.option('--announce', 'have your servers refuse the tokens already issued');
  return addIssuerOption(addStoreOptions(command));
}

export interface Announcing {
  /** For the REST client. `undefined` without `--announce`. */
  readonly revocations: Revocations | undefined;
  /** Runs a call of the REST client. If only its announcement fails, reports that and returns the answer of the API. */
  carryOut<T>(userId: string, call: () => Promise<T>): Promise<T>;
  /** Prints whether the sessions and tokens still work, and fails if an announcement has failed. */
  conclude(done: number, remark?: string): void;
}

/** Runs `work` with the store open if `--announce` is given. If the store cannot be opened, nothing is changed. */
export async function withAnnouncing(
  context: Context,
  options: AnnounceOptions,
  work: (announcing: Announcing) => Promise<void>,
): Promise<void> {
  if (!options.announce) return work(silent(context, options));
  let isOpen = false;
  try {
    await withRevocations(context, options, async ({ revocations, shown, demandSameKeys }) => {
      demandSameKeys();
      isOpen = true;
      await work(announcingTo(context, revocations, shown));
    });
  } catch (error) {
    if (isOpen || !(error instanceof CommandFailure)) throw error;
    throw new CommandFailure(`${error.message} Nothing was changed. Leave out --announce to go on without the store.`);
  }
}

function silent(context: Context, options: AnnounceOptions): Announcing {
  return {
    revocations: undefined,
    carryOut: (_userId, call) => call(),
    conclude(done, remark = '') {
      if (done === 0) return;
      const hint =
        findStore(context, options) === undefined ? '' : ' With --announce, your servers refuse them from now on.';
      context.output.say(`${remark}Access tokens already issued stay valid until they expire.${hint}`);
    },
  };
}

function announcingTo({ output }: Context, revocations: Revocations, shown: string): Announcing {
  let unannounced = 0;
  return {
    revocations,
    async carryOut<T>(userId: string, call: () => Promise<T>): Promise<T> {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ToriiRevocationError)) throw error;
        unannounced++;
        const remedy = `Run: torii revocations add --user ${userId}`;
        output.say(printable(`${userId}: ${describeUnannounced(shown, error)} ${remedy}`));
        return error.answer as T;
      }
    },
    conclude(done, remark = '') {
      if (done > unannounced)
        output.say(`${remark}${shown} has accepted the revocation: your servers refuse the tokens already issued.`);
      if (unannounced > 0) throw new CommandFailure(`Done, but not announced: ${unannounced} of ${done}.`);
    },
  };
}
