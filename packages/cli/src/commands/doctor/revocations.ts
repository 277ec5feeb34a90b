import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { withRevocations } from '../../revocation/open-revocations.ts';
import { findStore, type StoreOptions } from '../../revocation/settings.ts';
import { type Finding, failed, passed, skipped, warning } from './finding.ts';

const check = 'revocations';

/** Checks that the store of the revocations can be reached, and keeps entries for long enough. */
export async function checkRevocations(context: Context, options: StoreOptions): Promise<Finding> {
  if (findStore(context, options) === undefined)
    return skipped(check, 'not set: TORII_REVOCATIONS_STORE names the store');
  const said: string[] = [];
  const quiet: Context = { ...context, output: { ...context.output, say: (line) => said.push(line) } };
  try {
    return await withRevocations(quiet, options, async ({ revocations, shown }) => {
      const found = `${shown}: ${revocations.health().entries} revocations`;
      return said.length === 0 ? passed(check, found) : warning(check, found, said.join(' '));
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof UsageError) return failed(check, 'not usable', error.message);
    if (error instanceof CommandFailure) return failed(check, 'no answer', error.message);
    throw error;
  }
}
