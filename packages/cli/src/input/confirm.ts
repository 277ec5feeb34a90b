import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure, UsageError } from '../failures.ts';
import { askLine } from './question.ts';

/** Adds `--yes`. */
export function addYesOption(command: Command): Command {
  return command.addOption(new Option('-y, --yes', 'do not ask'));
}

/**
 * Asks before something that cannot be taken back.
 *
 * @throws UsageError where nobody can be asked, CommandFailure where the answer is no
 */
export async function confirm(context: Context, question: string, { yes }: { readonly yes?: true }): Promise<void> {
  if (yes) return;
  if (context.stdin.isTTY !== true || context.stderr.isTTY !== true) {
    throw new UsageError(`This asks first, and nobody is there to answer: give --yes to do it without asking.`);
  }
  const answer = await askLine(context, `${question} [y/N] `);
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandFailure('Nothing was done.');
}
